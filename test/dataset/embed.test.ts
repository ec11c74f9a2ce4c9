import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { embedDataset, prepareDataset, readEmbeddings } from '../../src/dataset/index.ts';
import { readNpz, writeNpz, type NpyArray } from '../../src/formats/index.ts';
import { cropSizePx, dimension, fakePhoto, FakeRecognizer, oneFace, writeTree } from './fake-recognizer.ts';

const perPerson = 20;
const photos: Record<string, string> = {};
for (let i = 0; i < perPerson; i++) {
  const file = `${String(i).padStart(2, '0')}.jpg`;
  photos[`train/ann/${file}`] = fakePhoto(i, oneFace);
  photos[`train/bob/${file}`] = fakePhoto(100 + i, oneFace);
}
photos['val/ann/00.jpg'] = fakePhoto(77, oneFace);
const total = 2 * perPerson + 1;

let folder = '';
let prepared = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'visage-embed-'));
  await writeTree(join(folder, 'photos'), photos);
  prepared = join(folder, 'faces-dataset.npz');
  await prepareDataset(join(folder, 'photos'), new FakeRecognizer(), { out: prepared });
});
after(() => rm(folder, { recursive: true }));

let out = '';
beforeEach(async () => {
  out = join(await mkdtemp(join(folder, 'run-')), 'faces-embeddings.npz');
});
const inFolder = (): Promise<string[]> => readdir(dirname(out));
const crop = (shade: number): number[] => {
  const bytes = Array.from({ length: cropSizePx * cropSizePx * 3 }, () => shade);
  bytes[0] = oneFace[0];
  return bytes;
};
const crops = (...shades: number[]): NpyArray => ({
  type: 'uint8',
  dims: [shades.length, cropSizePx, cropSizePx, 3],
  data: Uint8Array.from(shades.flatMap(crop)),
});
const text = (...data: string[]): NpyArray => ({ type: 'string', dims: [data.length], data });

test('every crop gets the embedding the network gives, in order', async () => {
  const summary = await embedDataset(prepared, new FakeRecognizer(), { out });
  assert.deepEqual(summary, {
    embeddings: out,
    dataset: prepared,
    pack: 'fake',
    dimension,
    shapes: { arr_0: [40, 4], arr_1: [40], arr_2: [1, 4], arr_3: [1] },
    train: {
      faces: 40,
      people: [
        { name: 'ann', count: 20 },
        { name: 'bob', count: 20 },
      ],
    },
    val: { faces: 1, people: [{ name: 'ann', count: 1 }] },
    notes: [],
    work: { embedded: total, reused: 0 },
  });
  const read = await readEmbeddings(out);
  assert.equal(read.pack, 'fake');
  assert.equal(read.dimension, dimension);
  assert.deepEqual(read.train.names, [...Array(20).fill('ann'), ...Array(20).fill('bob')]);
  assert.equal(read.train.files![20], 'train/bob/00.jpg');
  read.train.embeddings.forEach((embedding, i) => {
    const shade = i < 20 ? i : 80 + i;
    assert.deepEqual(embedding, Float32Array.of(60, Math.fround(shade / 7), -shade, 1));
  });
  assert.deepEqual(read.val.embeddings, [Float32Array.of(60, 11, -77, 1)]);
  assert.deepEqual(await inFolder(), ['faces-embeddings.npz']);
});

describe('a second run', () => {
  test('embeds nothing when no crop changed, and gives the same bytes', async () => {
    await embedDataset(prepared, new FakeRecognizer(), { out });
    const bytes = await readFile(out);
    const again = new FakeRecognizer();
    const { work } = await embedDataset(prepared, again, { out });
    assert.deepEqual([again.embedded, work], [0, { embedded: 0, reused: total }]);
    assert.ok(bytes.equals(await readFile(out)));
  });

  test('embeds new crops only, wherever the old ones stand now', async () => {
    await embedDataset(prepared, new FakeRecognizer(), { out });
    const changed = join(dirname(out), 'changed.npz');
    await writeNpz(changed, {
      arr_0: crops(200, 77, 5),
      arr_1: text('new', 'ann', 'ann'),
      arr_2: crops(3, 201),
      arr_3: text('ann', 'new'),
      pack: { type: 'string', dims: [], data: ['fake'] },
    });
    const { work } = await embedDataset(changed, new FakeRecognizer(), { out });
    assert.deepEqual(work, { embedded: 2, reused: 3 });
    const { train, val } = await readEmbeddings(out);
    assert.deepEqual(
      [...train.embeddings, ...val.embeddings].map((embedding) => -embedding[2]!),
      [200, 77, 5, 3, 201],
    );
  });

  test('trusts neither a damaged file nor one of another network', async () => {
    await embedDataset(prepared, new FakeRecognizer(), { out });
    const bytes = await readFile(out);
    bytes[bytes.indexOf('arr_0.npy') + 180]! ^= 1;
    await writeFile(out, bytes);
    const again = await embedDataset(prepared, new FakeRecognizer(), { out });
    assert.ok(again.work.embedded >= 40);
    const { models } = new FakeRecognizer().pack;
    const other = { models: { ...models, embedder: { ...models.embedder, id: 'embedder-2' } } };
    const third = await embedDataset(prepared, new FakeRecognizer(other), { out });
    assert.equal(third.work.embedded, total);
  });
});

test('interrupted work goes on where it stopped', async () => {
  const whole = join(dirname(out), 'whole.npz');
  await embedDataset(prepared, new FakeRecognizer(), { out: whole });
  const abort = new AbortController();
  const recognizer = new FakeRecognizer({}, 1);
  let batches = 0;
  recognizer.onWork = () => {
    if (++batches === 3) abort.abort();
  };
  await assert.rejects(embedDataset(prepared, recognizer, { out, signal: abort.signal }), {
    code: 'INTERRUPTED',
    message: /32 of 41 embeddings are kept in .*journal/,
  });
  assert.deepEqual((await inFolder()).sort(), ['.faces-embeddings.npz.journal', 'whole.npz']);
  const { work } = await embedDataset(prepared, new FakeRecognizer(), { out });
  assert.deepEqual(work, { embedded: 9, reused: 32 });
  assert.ok((await readFile(out)).equals(await readFile(whole)));
  assert.deepEqual((await inFolder()).sort(), ['faces-embeddings.npz', 'whole.npz']);
});

const plain = async (arrays: Record<string, NpyArray>): Promise<string> => {
  const path = join(dirname(out), 'plain.npz');
  await writeNpz(path, arrays);
  return path;
};

describe('data sets of others', () => {
  const original = { arr_0: crops(1, 2), arr_1: text('a', 'b'), arr_2: crops(3), arr_3: text('a') };

  test('four arrays are enough, and a note says what is not known', async () => {
    const { notes, work } = await embedDataset(await plain(original), new FakeRecognizer(), { out });
    assert.equal(work.embedded, 3);
    assert.match(notes[0]!, /does not say which pack/);
    const { pack, train } = await readEmbeddings(out);
    assert.deepEqual([pack, train.files], ['fake', undefined]);
  });

  test('crops of another size or pack are refused', async () => {
    const large = new FakeRecognizer();
    const alignment = { ...large.pack.alignment, cropSizePx: 160 };
    await assert.rejects(embedDataset(await plain(original), new FakeRecognizer({ alignment }), { out }), {
      code: 'DATASET_ARRAYS',
      message: /8 pixels wide, pack fake takes 160/,
    });
    await assert.rejects(embedDataset(prepared, new FakeRecognizer({ name: 'other' }), { out }), {
      code: 'PACK_MISMATCH',
      message: /belongs to pack fake, but pack other is in use/,
    });
  });

  const wrong: Record<string, [Record<string, NpyArray>, RegExp]> = {
    'no arrays': [{}, /no array arr_0/],
    'a missing one': [{ arr_0: crops(1), arr_1: text('a') }, /no array arr_2/],
    'too few names': [{ ...original, arr_1: text('a') }, /arr_1 has 1 entries for 2 rows/],
    'numbers for names': [
      { ...original, arr_1: { type: 'int32', dims: [2], data: Int32Array.of(0, 1) } },
      /arr_1 is int32/,
    ],
    'an empty name': [{ ...original, arr_3: text('') }, /empty name/],
    'crops that are not square': [
      { ...original, arr_0: { type: 'uint8', dims: [2, 2, 3, 3], data: new Uint8Array(36) } },
      /expected uint8 \(N, S, S, 3\)/,
    ],
    'crops of two sizes': [
      { ...original, arr_2: { type: 'uint8', dims: [1, 3, 3, 3], data: new Uint8Array(27) } },
      /8 and 3 pixels wide/,
    ],
    'no crops at all': [{ arr_0: crops(), arr_1: text(), arr_2: crops(), arr_3: text() }, /no crop/],
    embeddings: [
      { ...original, arr_0: { type: 'float32', dims: [2, 4], data: new Float32Array(8) } },
      /arr_0 is float32/,
    ],
  };
  for (const [name, [arrays, message]] of Object.entries(wrong)) {
    test(`refused: ${name}`, async () => {
      const path = await plain(arrays);
      await assert.rejects(embedDataset(path, new FakeRecognizer(), { out }), {
        code: 'DATASET_ARRAYS',
        message,
      });
    });
  }
});

test('the embeddings never replace the data set they are made of', async () => {
  await assert.rejects(embedDataset(prepared, new FakeRecognizer(), { out: prepared }), {
    code: 'OPTION_INVALID',
    message: /another file than the data set/,
  });
});

test('a network that gives no numbers is reported, not stored', async () => {
  const broken = new FakeRecognizer();
  broken.embed = async (given) => given.map(() => Float32Array.of(1, NaN, 0, 0));
  await assert.rejects(embedDataset(prepared, broken, { out }), {
    code: 'INFERENCE_FAILED',
    message: /finite/,
  });
  broken.embed = async (given) => given.map(() => Float32Array.of(1, 2));
  await assert.rejects(embedDataset(prepared, broken, { out }), {
    code: 'INFERENCE_FAILED',
    message: /2 came/,
  });
});

const matrix = (rows: number, columns: number, value = 0.5): NpyArray => ({
  type: 'float32',
  dims: [rows, columns],
  data: new Float32Array(rows * columns).fill(value),
});
const read = async (arrays: Record<string, NpyArray>): ReturnType<typeof readEmbeddings> => {
  await writeNpz(out, arrays);
  return readEmbeddings(out);
};

describe('reading embeddings', () => {
  const good = { arr_0: matrix(2, 3), arr_1: text('a', 'b'), arr_2: matrix(1, 3), arr_3: text('a') };

  test('takes what the original writes: four arrays, doubles too, val empty as NumPy makes it', async () => {
    const { pack, dimension: size, train } = await read(good);
    assert.deepEqual([pack, size, train.names.length], [undefined, 3, 2]);
    const doubles: NpyArray = { type: 'float64', dims: [1, 2], data: Float64Array.of(0.1, 2) };
    const nothing: NpyArray = { type: 'float64', dims: [0], data: new Float64Array(0) };
    const { train: only, val } = await read({
      arr_0: doubles,
      arr_1: text('a'),
      arr_2: nothing,
      arr_3: text(),
    });
    assert.deepEqual(only.embeddings, [Float32Array.of(0.1, 2)]);
    assert.deepEqual(val.embeddings, []);
  });

  const wrong: Record<string, [Record<string, NpyArray>, RegExp]> = {
    'two widths': [{ ...good, arr_2: matrix(1, 4) }, /arr_0 has 3 numbers a row and arr_2 has 4/],
    'not finite': [{ ...good, arr_2: matrix(1, 3, Infinity) }, /row 0 of arr_2/],
    'no training rows': [{ ...good, arr_0: matrix(0, 3), arr_1: text() }, /no training embedding/],
    'names missing': [{ ...good, arr_1: text('a') }, /1 entries for 2 rows/],
    'crops instead': [{ ...good, arr_0: crops(1) }, /arr_0 is uint8/],
  };
  for (const [name, [arrays, message]] of Object.entries(wrong)) {
    test(`refused: ${name}`, () => assert.rejects(read(arrays), { code: 'DATASET_ARRAYS', message }));
  }
});

const numpy = '/usr/bin/python3';
const numpyPresent = spawnSync(numpy, ['-c', 'import numpy']).status === 0;
const skip = numpyPresent ? false : `needs ${numpy} with NumPy, which is absent here`;
test('NumPy opens the embeddings', { skip }, async () => {
  await embedDataset(prepared, new FakeRecognizer(), { out });
  const program = `
import sys, numpy as np
f = np.load(sys.argv[1])
print([(k, f[k].dtype.str, f[k].shape) for k in f.files][:5], f['arr_2'].tolist(), f['files_val'].tolist())`;
  const run = spawnSync(numpy, ['-c', program, out], { encoding: 'utf8' });
  assert.equal(
    run.stdout.trim(),
    "[('arr_0', '<f4', (40, 4)), ('arr_1', '<U3', (40,)), ('arr_2', '<f4', (1, 4)), ('arr_3', '<U3', (1,)), " +
      "('pack', '<U4', ())] [[60.0, 11.0, -77.0, 1.0]] ['val/ann/00.jpg']",
    run.stderr,
  );
  assert.ok((await readNpz(out)).has('fingerprints_train'));
});
