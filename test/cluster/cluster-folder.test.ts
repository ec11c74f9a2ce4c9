import assert from 'node:assert/strict';
import { copyFile, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import {
  type ClusterFolderOptions,
  clusterFolder,
  facesById,
  type FolderClusters,
  readAlbum,
} from '../../src/cluster/index.ts';
import {
  dimension,
  type FakeFace,
  fakePhoto,
  FakeRecognizer,
  writeTree,
} from '../dataset/fake-recognizer.ts';

/** A face at `x`; in the fake pack the embedding of a face is decided by it and the photo's shade. */
const at = (x: number): FakeFace => [x, 10, 60, 60, 0.9];
/** Photos of four people: shade and place of a face make its direction. */
const ann = fakePhoto(14, at(60));
const bob = fakePhoto(140, at(5));

/** Names of the faces of each cluster by its number. */
function named({ album }: FolderClusters): Record<number, string[]> {
  const faces = facesById(album);
  return Object.fromEntries(
    album.clustering.clusters.map(({ number, faces: ids }) => [
      number,
      ids.map((id) => faces.get(id)!.name).sort(),
    ]),
  );
}

/** Without what is rounded to float32 in the file. */
const plain = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (key, entry: unknown) => (key === 'box' || key === 'score' ? undefined : entry)),
  );

const sets = (found: FolderClusters): string[] =>
  Object.values(named(found))
    .map((names) => names.join())
    .sort();

describe('clusters of a folder', () => {
  let root = '';
  let folder = '';
  let state = '';
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'visage-clusters-'));
    folder = join(root, 'photos');
    state = join(root, 'clusters.npz');
    await writeTree(folder, {
      'a1.jpg': ann,
      'b/b1.jpg': bob,
      'b/b2.jpg': fakePhoto(141, at(5)),
      'both.jpg': fakePhoto(15, at(60), at(61), at(12)),
      'none.jpg': fakePhoto(15),
      'broken.jpg': 'no photo',
      'notes.txt': 'hello',
    });
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  const run = (
    options: Partial<ClusterFolderOptions> = {},
    recognizer = new FakeRecognizer(),
  ): Promise<FolderClusters> =>
    clusterFolder(folder, recognizer, { state, maxDistance: 0.42, minQuality: 0, ...options });

  it('groups every face of every photo, tells apart those of one photo, and reports what cannot be used', async () => {
    const found = await run();
    assert.deepEqual(named(found), {
      1: ['a1.jpg', 'both.jpg#3'],
      2: ['b/b1.jpg', 'b/b2.jpg'],
      3: ['both.jpg#1'],
      4: ['both.jpg#2'],
    });
    assert.deepEqual(
      found.album.unusable.map(({ file, code }) => [file, code]),
      [['broken.jpg', 'IMAGE_UNREADABLE']],
    );
    assert.deepEqual(
      found.skipped.map(({ file }) => file),
      ['notes.txt'],
    );
    assert.equal(found.work.looked, 6);
    const face = facesById(found.album).get(found.album.photos[0]!.faces[0]!.id)!;
    assert.equal(face.face.embedding.length, dimension);
  });

  it('keeps all of it in the album', async () => {
    const { album } = await run();
    const { clustering, ...read } = await readAlbum(state);
    const { clustering: expected, ...rest } = album;
    assert.deepEqual(plain(read), plain(rest));
    assert.deepEqual(clustering.tree, expected.tree);
    assert.deepEqual(
      clustering.clusters.toSorted((a, b) => a.number - b.number),
      expected.clusters.toSorted((a, b) => a.number - b.number),
    );
    assert.deepEqual(await readdir(root), ['clusters.npz', 'photos']);
  });

  it('decodes and embeds only what is new, and changes only the clusters it belongs to', async () => {
    const first = await run();
    await writeFile(join(folder, 'b', 'b3.jpg'), fakePhoto(139, at(5)));
    const recognizer = new FakeRecognizer();
    const second = await run({}, recognizer);
    assert.deepEqual(recognizer.located, ['b/b3.jpg']);
    assert.equal(recognizer.embedded, 1);
    assert.deepEqual(second.work, {
      looked: 1,
      reused: 6,
      gone: 0,
      searches: second.work.searches,
      changedClusters: 1,
      unchangedClusters: 3,
    });
    assert.deepEqual(named(second), { ...named(first), 2: ['b/b1.jpg', 'b/b2.jpg', 'b/b3.jpg'] });
    assert.deepEqual(
      second.skipped.map(({ file }) => file),
      ['notes.txt'],
    );
    const third = await run({}, recognizer);
    assert.equal(third.work.looked, 0);
    assert.equal(third.work.searches, 0);
    assert.equal(recognizer.located.length, 1);
  });

  it('a run over the whole folder gives what many small ones gave', async () => {
    await run();
    await rm(join(folder, 'a1.jpg'));
    await run();
    await writeTree(folder, { 'a1.jpg': ann, 'c.jpg': fakePhoto(90, at(120)) });
    const grown = await run();
    await rm(state);
    const afresh = await run();
    assert.deepEqual(sets(grown), sets(afresh));
    assert.deepEqual(grown.album.clustering.tree, afresh.album.clustering.tree);
  });

  it('photos that are gone leave the album; a renamed photo and a copy are known', async () => {
    await run();
    await rm(join(folder, 'a1.jpg'));
    await rename(join(folder, 'b', 'b1.jpg'), join(folder, 'renamed.jpg'));
    await copyFile(join(folder, 'b', 'b2.jpg'), join(folder, 'copy.jpg'));
    const { album, work } = await run();
    assert.equal(work.looked, 0);
    assert.equal(work.gone, 1);
    assert.deepEqual(
      album.photos.map(({ files }) => files),
      [['b/b2.jpg', 'copy.jpg'], ['both.jpg'], ['none.jpg'], ['renamed.jpg']],
    );
    const text = (await readFile(state)).toString('latin1');
    assert.ok(!text.includes('a\0\0\u00001\0\0\0.'), 'the name of a photo that is gone is still there');
  });

  it('remembers corrections and takes them back', async () => {
    await run();
    const apart = await run({ notSame: [['b/b1.jpg', 'b/b2.jpg']] });
    assert.equal(Object.keys(named(apart)).length, 5);
    const together = await run({ same: [['1', 'both.jpg#1']] });
    assert.deepEqual(named(together)[1], ['a1.jpg', 'both.jpg#1', 'both.jpg#3']);
    // Both are still there in a run that says nothing.
    assert.deepEqual(named(await run()), named(together));
    await assert.rejects(run({ same: [['b/b1.jpg', 'b/b2.jpg']] }), {
      code: 'CLUSTER_CONTRADICTION',
      message: /b\/b1\.jpg and b\/b2\.jpg/,
    });
    const back = await run({ forget: [['b/b2.jpg', 'b/b1.jpg']] });
    assert.equal(back.forgotten, 1);
    assert.equal(named(back)[2]!.length, 2);
  });

  it('a reference that leads nowhere is refused, and nothing is changed', async () => {
    await run();
    const before = await readFile(state);
    for (const pair of [
      ['1', '99'],
      ['1', 'nobody.jpg'],
      ['both.jpg', '1'],
    ] as const) {
      await assert.rejects(run({ same: [pair] }), { code: 'CLUSTER_UNKNOWN' });
    }
    assert.deepEqual(await readFile(state), before);
  });

  it('an album of another pack, or a damaged one, is not written over', async () => {
    await run();
    await assert.rejects(run({}, new FakeRecognizer({ name: 'other' })), { code: 'PACK_MISMATCH' });
    const bytes = await readFile(state);
    await writeFile(state, bytes.subarray(0, bytes.length / 2));
    await assert.rejects(run(), { code: 'FORMAT_INVALID' });
    assert.equal((await readFile(state)).length, Math.floor(bytes.length / 2));
  });

  it('where no photo can be used, the album stays as it was', async () => {
    await run();
    const before = await readFile(state);
    await rm(folder, { recursive: true });
    await writeTree(folder, { 'broken.jpg': 'no photo' });
    const { album } = await run();
    assert.deepEqual(
      album.unusable.map(({ code }) => code),
      ['IMAGE_UNREADABLE'],
    );
    assert.deepEqual(await readFile(state), before);
  });

  it('interrupted, it keeps what was finished and goes on from there', async () => {
    const recognizer = new FakeRecognizer({}, 1);
    const stop = new AbortController();
    recognizer.onWork = (name) => {
      if (name === 'both.jpg') stop.abort(new Error('enough'));
    };
    await assert.rejects(run({ signal: stop.signal }, recognizer), { code: 'INTERRUPTED' });
    assert.ok(!(await readdir(root)).includes('clusters.npz'));
    const again = new FakeRecognizer();
    const { work } = await run({}, again);
    assert.ok(work.reused >= 3, `${work.reused} reused`);
    assert.ok(!again.located.includes('a1.jpg'));
    assert.deepEqual(await readdir(root), ['clusters.npz', 'photos']);
  });

  it('looks again where the pack finds faces in another way, and keeps corrections of faces that are still there', async () => {
    await run({ notSame: [['b/b1.jpg', 'b/b2.jpg']], same: [['a1.jpg', 'both.jpg#1']] });
    const recognizer = new FakeRecognizer();
    const { detector } = recognizer.pack;
    const other = new FakeRecognizer({ detector: { ...detector, minScore: 0.6 } });
    const { work, album } = await run({}, other);
    assert.equal(work.looked, 7 - 1);
    assert.equal(album.clustering.corrections.length, 2);
  });

  it('a folder without photos, and one that is not there', async () => {
    await assert.rejects(clusterFolder(join(root, 'nowhere'), new FakeRecognizer(), { state }), {
      code: 'FILE_NOT_FOUND',
    });
    await rm(folder, { recursive: true });
    await writeTree(folder, { 'notes.txt': 'hello' });
    await assert.rejects(run(), { code: 'NO_PHOTO' });
  });
});
