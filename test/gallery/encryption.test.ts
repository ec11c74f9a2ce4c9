import assert from 'node:assert/strict';
import { copyFile, readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { galleryClassifier, openGallery, parseGalleryKey } from '../../src/gallery/index.ts';
import { Connection, loadLibsql } from '../../src/gallery/sqlite/connection.ts';
import { face, faces, freshPath, jpeg, options } from './made-up-faces.ts';

const key = new Uint8Array(32).map((_, i) => i * 7);

test('an encrypted gallery shows no embedding and no crop, and opens only with its key', async () => {
  const path = freshPath();
  const mine = face();
  const crop = Uint8Array.from([...jpeg(1), ...new Uint8Array(100).fill(0xab)]);
  {
    await using gallery = await openGallery(path, { ...options, key });
    assert.equal(gallery.encrypted, true);
    await gallery.add('A', [
      { embedding: mine, crop },
      { embedding: mine, crop },
    ]);
    const files = await Promise.all([path, `${path}-wal`].map((file) => readFile(file)));
    const parts = [
      Buffer.from(mine.buffer),
      Buffer.from(mine.buffer, 16, 16),
      Buffer.from(crop),
      Buffer.from(key),
    ];
    for (const file of files) for (const part of parts) assert.equal(file.includes(part), false);
    assert.equal(await gallery.saveIndex(), false);
  }
  await assert.rejects(openGallery(path, { ...options, key: key.map((x) => x ^ 1) }), {
    code: 'GALLERY_KEY_WRONG',
  });
  await assert.rejects(openGallery(path, { ...options, key: { passphrase: 'wrong kind of key' } }), {
    code: 'GALLERY_KEY_WRONG',
  });
  await assert.rejects(openGallery(path, options), { code: 'GALLERY_KEY_NEEDED' });
  await using gallery = await openGallery(path, {
    ...options,
    key: parseGalleryKey(Buffer.from(key).toString('base64')),
  });
  assert.deepEqual(await gallery.embedding(2), mine);
  assert.deepEqual(await gallery.crop(1), crop);
  const classifier = await galleryClassifier(gallery);
  assert.equal(classifier.predict(mine).name, 'A');
});

test('a key for a gallery that is not encrypted is refused', async () => {
  const path = freshPath();
  await (await openGallery(path, options)).close();
  await assert.rejects(openGallery(path, { ...options, key }), { code: 'GALLERY_NOT_ENCRYPTED' });
});

test('a passphrase opens a gallery', async () => {
  const path = freshPath();
  const passphrase = 'correct horse battery';
  await (await openGallery(path, { ...options, key: { passphrase } })).close();
  await (await openGallery(path, { ...options, key: parseGalleryKey(passphrase) })).close();
  await assert.rejects(openGallery(path, { ...options, key: { passphrase: 'Correct horse battery' } }), {
    code: 'GALLERY_KEY_WRONG',
  });
});

test('keys are read as people write them, and never repeated in an error', () => {
  const hex = Buffer.from(key).toString('hex');
  assert.deepEqual(parseGalleryKey(hex), key);
  assert.deepEqual(parseGalleryKey(hex.toUpperCase()), key);
  assert.deepEqual(parseGalleryKey('some words'), { passphrase: 'some words' });
  for (const bad of ['', 'short', hex.slice(1), `${hex}0`]) {
    assert.throws(
      () => parseGalleryKey(bad),
      (thrown: Error & { code: string }) =>
        thrown.code === 'OPTION_INVALID' && (bad === '' || !JSON.stringify(thrown).includes(bad)),
    );
  }
});

test('encrypted records that were changed or swapped do not open', async () => {
  const path = freshPath();
  await using gallery = await openGallery(path, { ...options, key });
  await gallery.add('A', faces(2));
  await gallery.close();
  const copy = freshPath();
  await copyFile(path, copy);
  const connection = new Connection(loadLibsql(), copy);
  const [first, second] = connection.all('SELECT bytes FROM embeddings ORDER BY example_id').map(([x]) => x!);
  const flipped = (second as Uint8Array).map((x, i) => (i === 20 ? x ^ 1 : x));
  connection.run('UPDATE embeddings SET bytes = ? WHERE example_id = 1', second!);
  connection.run('UPDATE embeddings SET bytes = ? WHERE example_id = 2', flipped);
  connection.close();
  assert.notDeepEqual(first, second);
  await using tampered = await openGallery(copy, { ...options, key });
  for (const id of [1, 2]) await assert.rejects(tampered.embedding(id), { code: 'GALLERY_INVALID' });
  await assert.rejects(galleryClassifier(tampered), { code: 'GALLERY_INVALID' });
});
