import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Gallery, openGallery, personName } from '../../src/gallery/index.ts';
import { dimension, face, faces, folder, freshPath, jpeg, options } from './made-up-faces.ts';

const names = async (gallery: Gallery) => (await gallery.people()).map(({ name }) => name);
const ids = ({ examples }: { readonly examples: readonly { readonly id: number }[] }) =>
  examples.map(({ id }) => id);

test('people are added, shown, renamed; their examples come back as they were', async () => {
  const path = freshPath();
  const embeddings = [face(), face()];
  {
    await using gallery = await openGallery(path, options);
    const shown = await gallery.add('Zoë', [
      {
        embedding: embeddings[0]!,
        crop: jpeg(1),
        source: 'a/b.jpg',
        quality: { sharpness: 0.5 },
        addedAtMs: 5,
      },
      { embedding: embeddings[1]! },
    ]);
    assert.deepEqual(shown.examples, [
      {
        id: 1,
        source: 'a/b.jpg',
        quality: { sharpness: 0.5 },
        addedAtMs: 5,
        hasCrop: true,
        mergedFrom: null,
      },
      { id: 2, source: '', quality: {}, addedAtMs: null, hasCrop: false, mergedFrom: null },
    ]);
    await gallery.add('Anna');
    await gallery.add('𝔄', faces(1));
    await gallery.add('\uff5a', faces(1));
    assert.deepEqual(await names(gallery), ['Anna', 'Zoë', '\uff5a', '𝔄'], 'by code point');
  }
  await using gallery = await openGallery(path, options);
  assert.deepEqual(await gallery.embedding(1), embeddings[0]);
  assert.deepEqual(await gallery.embedding(2), embeddings[1]);
  assert.deepEqual(await gallery.crop(1), jpeg(1));
  assert.equal(await gallery.crop(2), undefined);
  const { id } = await gallery.show('zoë');
  assert.equal((await gallery.rename({ id }, 'ZOË')).name, 'ZOË');
  assert.equal((await gallery.rename('zoë', 'Maria')).id, id);
  await assert.rejects(gallery.rename('Maria', 'ANNA'), { code: 'PERSON_EXISTS' });
  await assert.rejects(gallery.show('Zoë'), { code: 'PERSON_UNKNOWN' });
  assert.equal((await gallery.people()).find(({ name }) => name === 'Maria')!.exampleCount, 2);
});

test('a merge is taken back exactly, also after further merges', async () => {
  await using gallery = await openGallery(':memory:', options);
  const a = await gallery.add('A', faces(2));
  const b = await gallery.add('B', faces(1));
  await gallery.add('C', faces(3));
  await gallery.merge('A', 'B');
  await gallery.add('B', faces(1));
  const c = await gallery.merge('B', 'C');
  assert.deepEqual([ids(c), await names(gallery)], [[1, 2, 3, 4, 5, 6, 7], ['C']]);
  assert.deepEqual(
    c.merged.map(({ name, exampleCount }) => [name, exampleCount]),
    [
      ['B', 2],
      ['A', 2],
    ],
  );
  assert.deepEqual(
    c.examples.map(({ mergedFrom }) => mergedFrom),
    ['A', 'A', 'B', null, null, null, 'B'],
  );
  // An inner one out of the middle, then the outer one.
  assert.deepEqual(ids(await gallery.unmerge('C', 'A')), ids(a));
  const backB = await gallery.unmerge('C', { id: b.id });
  assert.deepEqual([backB.id, ids(backB), ids(await gallery.show('C'))], [b.id, [3, 7], [4, 5, 6]]);
  // A name that was given away meanwhile.
  await gallery.merge('A', 'B');
  await gallery.add('A', faces(1));
  await assert.rejects(gallery.unmerge('B', 'A'), { code: 'PERSON_EXISTS' });
  assert.equal((await gallery.unmerge('B', 'A', 'A the first')).id, a.id);
  await assert.rejects(gallery.unmerge('B', 'A'), { code: 'PERSON_CHANGE_INVALID' });
  await assert.rejects(gallery.merge('a', 'A'), { code: 'PERSON_CHANGE_INVALID' });
  // Two who bore one name.
  await gallery.merge('A', 'B');
  await gallery.rename('A the first', 'A');
  await gallery.merge('A', 'B');
  await assert.rejects(gallery.unmerge('B', 'A'), { code: 'PERSON_CHANGE_INVALID' });
  assert.deepEqual(ids(await gallery.unmerge('B', { id: a.id })), [1, 2]);
});

test('examples are split off, moved and removed', async () => {
  await using gallery = await openGallery(':memory:', options);
  await gallery.add('A', faces(3));
  await gallery.add('B', faces(2));
  await gallery.merge('B', 'A');
  assert.deepEqual(ids(await gallery.split('A', [2, 4, 4], 'D')), [2, 4]);
  assert.deepEqual(ids(await gallery.show('A')), [1, 3, 5]);
  assert.deepEqual(ids(await gallery.moveExample(5, 'D')), [2, 4, 5]);
  assert.deepEqual(ids(await gallery.moveExample(5, 'D')), [2, 4, 5]);
  assert.deepEqual(ids(await gallery.unmerge('A', 'B')), [], 'what was taken away stays away');
  assert.deepEqual(await gallery.removeExample(2), { examples: 1, erased: true });
  await assert.rejects(gallery.embedding(2), { code: 'EXAMPLE_UNKNOWN' });
  for (const bad of [2, 99, 0, -1, 1.5, Number.NaN, '1 OR 1' as unknown as number]) {
    await assert.rejects(gallery.moveExample(bad, 'A'), { code: 'EXAMPLE_UNKNOWN' }, String(bad));
    await assert.rejects(gallery.crop(bad), { code: 'EXAMPLE_UNKNOWN' }, String(bad));
  }
  await assert.rejects(gallery.split('A', [], 'E'), { code: 'PERSON_CHANGE_INVALID' });
  await assert.rejects(gallery.split('A', [1, 3], 'E'), { code: 'PERSON_CHANGE_INVALID' });
  await assert.rejects(gallery.split('A', [4], 'E'), { code: 'EXAMPLE_UNKNOWN' });
  await assert.rejects(gallery.split('A', [1], 'd'), { code: 'PERSON_EXISTS' });
  await assert.rejects(gallery.moveExample(1, 'nobody'), { code: 'PERSON_UNKNOWN' });
});

test('a deleted person is gone for good, with everybody merged into them', async () => {
  const path = freshPath();
  const mine = face();
  await using gallery = await openGallery(path, options);
  await gallery.add('Forgotten-A', [{ embedding: mine, crop: jpeg(77), source: 'private/holiday.jpg' }]);
  await gallery.add('Forgotten-B', faces(2));
  await gallery.add('C', faces(1));
  await gallery.merge('Forgotten-A', 'Forgotten-B');
  const traces = [
    Buffer.from(mine.buffer),
    Buffer.from(jpeg(77)),
    Buffer.from('Forgotten-'),
    Buffer.from('holiday'),
  ];
  const found = async (): Promise<boolean[]> => {
    const own = (await readdir(folder)).filter(
      (file) => join(folder, file).startsWith(path) && !file.endsWith('-shm'),
    );
    const contents = await Promise.all(own.map((file) => readFile(join(folder, file))));
    return traces.map((trace) => contents.some((content) => content.includes(trace)));
  };
  assert.deepEqual(await found(), [true, true, true, true]);
  assert.deepEqual(await gallery.delete('forgotten-b'), { examples: 3, erased: true });
  assert.deepEqual(await found(), [false, false, false, false]);
  assert.deepEqual(await names(gallery), ['C']);
  await assert.rejects(gallery.delete('Forgotten-A'), { code: 'PERSON_UNKNOWN' });
});

test('names: one person in every spelling, text of any kind, coded errors for the rest', async () => {
  await using gallery = await openGallery(freshPath(), options);
  const good = [
    'AC/DC',
    '../../etc/passwd',
    'C:\\Users\\x',
    '👩‍👩‍👧‍👦',
    "Robert'); DROP TABLE people;--",
    '<b>',
    '%s {got}',
    '.',
    'con',
    'x'.repeat(200),
    '😀'.repeat(200),
    '__proto__',
    'null',
    '山田太郎',
    'مريم',
    '-rf',
    '1e3',
    'NaN',
  ];
  for (const name of good) {
    await gallery.add(name, faces(1));
    assert.equal((await gallery.show(name)).name, name);
  }
  assert.deepEqual(new Set(await names(gallery)), new Set(good));
  await gallery.add('Strauß');
  await gallery.add('Ανδρέας');
  for (const [spelling, name] of [
    ['STRAUSS', 'Strauß'],
    [' ανδρέασ\n', 'Ανδρέας'],
    ['ανδρε\u0301ας', 'Ανδρέας'],
    ['ac/dc', 'AC/DC'],
  ] as const) {
    assert.equal((await gallery.show(spelling)).name, name);
    await gallery.add(spelling, faces(1));
  }
  assert.equal((await gallery.people()).length, good.length + 2);
  const before = await gallery.version();
  for (const bad of [
    '',
    ' \t ',
    'a\0b',
    'a\nb',
    '\u200b',
    '\u200d\u0301',
    'a\ud800',
    '\u202eanna',
    'x'.repeat(201),
    'x'.repeat(10_000),
    'a\u2028x',
  ]) {
    await assert.rejects(gallery.add(bad, faces(1)), { code: 'PERSON_NAME_INVALID' }, JSON.stringify(bad));
    await assert.rejects(gallery.rename('.', bad), { code: 'PERSON_NAME_INVALID' }, JSON.stringify(bad));
  }
  assert.throws(() => personName(undefined as unknown as string), { code: 'PERSON_NAME_INVALID' });
  assert.equal(await gallery.version(), before);
});

test('bad examples are refused, and nothing of the call is kept', async () => {
  await using gallery = await openGallery(':memory:', options);
  const good = face();
  const wrong: Record<string, unknown>[] = [
    { embedding: new Float32Array(dimension + 1) },
    { embedding: new Float32Array(dimension) },
    { embedding: good.map((value, i) => (i === 3 ? Number.NaN : value)) },
    { embedding: good.map((value, i) => (i === 3 ? Infinity : value)) },
    { embedding: [...good] },
    { embedding: undefined },
    { embedding: good, crop: Uint8Array.of(1, 2, 3) },
    { embedding: good, crop: new Uint8Array(0) },
    { embedding: good, crop: new Uint8Array(2 ** 20 + 1).fill(0xd8).fill(0xff, 0, 1).fill(0xff, 2) },
    { embedding: good, source: 'x\0' },
    { embedding: good, source: 'x'.repeat(4097) },
    { embedding: good, quality: { a: Number.NaN } },
    { embedding: good, quality: Object.fromEntries(Array.from({ length: 33 }, (_, i) => [i, i])) },
    { embedding: good, addedAtMs: 0.5 },
  ];
  for (const example of wrong) {
    const adding = gallery.add('A', [{ embedding: good }, example as never]);
    await assert.rejects(adding, { code: 'EXAMPLE_INVALID' }, Object.keys(example).join());
  }
  assert.deepEqual(await names(gallery), []);
  const stopped = AbortSignal.abort(new Error('enough'));
  await assert.rejects(gallery.addAll([{ name: 'A', examples: faces(600) }], { signal: stopped }), /enough/);
  assert.deepEqual(await names(gallery), []);
});

test('a gallery belongs to one pack and one dimension', async () => {
  const path = freshPath();
  await (await openGallery(path, options)).close();
  await assert.rejects(openGallery(path, { ...options, pack: 'facenet-128' }), { code: 'PACK_MISMATCH' });
  await assert.rejects(openGallery(path, { ...options, dimension: 512 }), { code: 'PACK_MISMATCH' });
  for (const bad of [0, -1, 1.5, Number.NaN, 2 ** 20]) {
    await assert.rejects(openGallery(':memory:', { ...options, dimension: bad }), { code: 'OPTION_INVALID' });
  }
  await (await openGallery(path, options)).close();
});
