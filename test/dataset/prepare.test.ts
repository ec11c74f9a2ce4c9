import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFile,
  cp,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { DatasetFile, prepareDataset, readCrop, readDataset } from '../../src/dataset/index.ts';
import { readNpz, writeNpz } from '../../src/formats/index.ts';
import type { ProgressEvent } from '../../src/kernel/index.ts';
import { inRepository } from '../support/repository.ts';
import { cropSizePx, fakePhoto, FakeRecognizer, oneFace, writeTree } from './fake-recognizer.ts';

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'visage-prepare-'));
});
after(() => rm(folder, { recursive: true }));

const photos = {
  'train/ann/1.jpg': fakePhoto(11, oneFace),
  'train/ann/2.jpg': fakePhoto(12, [5, 5, 20, 20, 0.99], oneFace),
  'train/bob/1.jpg': fakePhoto(21, oneFace),
  'train/bob/2.jpg': fakePhoto(22),
  'train/bob/3.jpg': 'no photo',
  'train/bob/notes.txt': 'notes',
  'val/ann/9.jpg': fakePhoto(19, oneFace),
  'val/zoë 王/9.jpg': fakePhoto(99, oneFace),
};

let root = '';
let out = '';
let recognizer = new FakeRecognizer();
beforeEach(async () => {
  const place = await mkdtemp(join(folder, 'set-'));
  root = join(place, 'photos');
  out = join(place, 'faces-dataset.npz');
  await writeTree(root, photos);
  recognizer = new FakeRecognizer();
});
const leftovers = async (): Promise<string[]> =>
  (await readdir(join(root, '..'))).filter((name) => name !== 'photos' && name !== 'faces-dataset.npz');

test('every photo gives its main face, in order, with what is known about it', async () => {
  const events: ProgressEvent[] = [];
  const summary = await prepareDataset(root, recognizer, { out, progress: (event) => events.push(event) });
  assert.deepEqual(summary, {
    dataset: out,
    pack: 'fake',
    shapes: { arr_0: [3, 8, 8, 3], arr_1: [3], arr_2: [2, 8, 8, 3], arr_3: [2] },
    splitBy: 'folders',
    train: {
      photos: 5,
      faces: 3,
      people: [
        { name: 'ann', count: 2 },
        { name: 'bob', count: 1 },
      ],
    },
    val: {
      photos: 2,
      faces: 2,
      people: [
        { name: 'ann', count: 1 },
        { name: 'zoë 王', count: 1 },
      ],
    },
    skipped: [
      {
        file: 'train/bob/notes.txt',
        code: 'FILE_SKIPPED',
        message: 'train/bob/notes.txt was left out: its name is not that of a picture.',
      },
      { file: 'train/bob/2.jpg', code: 'NO_FACE', message: 'No face was found in train/bob/2.jpg.' },
      {
        file: 'train/bob/3.jpg',
        code: 'IMAGE_UNREADABLE',
        message: 'train/bob/3.jpg cannot be decoded as a picture: it is no fake photo.',
      },
    ],
    severalFaces: [{ file: 'train/ann/2.jpg', faces: 2 }],
    notes: ['zoë 王 has validation photos but no training photo.'],
    work: { detected: 7, reused: 0 },
  });
  const looked = events.filter(({ stage }) => stage === 'finding faces');
  assert.deepEqual(
    looked.map(({ done, total }) => [done, total]),
    [1, 2, 3, 4, 5, 6, 7].map((done) => [done, 7]),
  );
  assert.deepEqual(await leftovers(), []);

  const arrays = await readNpz(out);
  const values = (name: string): unknown => Array.from(arrays.get(name)!.data as ArrayLike<unknown>);
  assert.deepEqual(arrays.get('arr_0')!.dims, [3, cropSizePx, cropSizePx, 3]);
  assert.deepEqual(values('arr_1'), ['ann', 'ann', 'bob']);
  assert.deepEqual(values('arr_3'), ['ann', 'zoë 王']);
  assert.deepEqual(values('files_train'), ['train/ann/1.jpg', 'train/ann/2.jpg', 'train/bob/1.jpg']);
  assert.deepEqual(values('boxes_val'), [60, 10, 80, 80, 60, 10, 80, 80]);
  assert.deepEqual(values('face_counts_train'), [1, 2, 1]);
  assert.deepEqual(values('pack'), ['fake']);
  assert.deepEqual(values('skipped_files'), ['train/bob/2.jpg', 'train/bob/3.jpg']);

  const dataset = await readDataset(out);
  assert.deepEqual(
    [...dataset.train.crops, ...dataset.val.crops].map(({ data }) => [data[0], data[1]]),
    [
      [60, 11],
      [60, 12],
      [60, 21],
      [60, 19],
      [60, 99],
    ],
  );
  assert.equal((await readCrop(out, 'val', 1)).data[1], 99);
  await assert.rejects(readCrop(out, 'val', 2), { code: 'DATASET_ARRAYS' });
});

describe('a second run', () => {
  test('looks at no photo when nothing changed, and leaves the file as it is', async () => {
    const first = await prepareDataset(root, recognizer, { out });
    const [bytes, { mtimeMs }] = [await readFile(out), await stat(out)];
    // Another time of change, the same content.
    for (const file of Object.keys(photos)) await utimes(join(root, file), 1, 1);
    const again = new FakeRecognizer();
    const second = await prepareDataset(root, again, { out });
    assert.deepEqual(again.located, []);
    assert.deepEqual({ ...second, work: first.work }, first);
    assert.deepEqual(second.work, { detected: 0, reused: 7 });
    assert.ok(bytes.equals(await readFile(out)));
    assert.equal((await stat(out)).mtimeMs, mtimeMs);
    assert.deepEqual(await leftovers(), []);
  });

  test('looks only at photos whose bytes changed, and gives what a first run would give', async () => {
    await prepareDataset(root, recognizer, { out });
    const kept = await stat(join(root, 'train/ann/1.jpg'));
    await writeFile(join(root, 'train/ann/1.jpg'), fakePhoto(15, oneFace));
    await utimes(join(root, 'train/ann/1.jpg'), kept.atime, kept.mtime);
    await rename(join(root, 'train/ann/2.jpg'), join(root, 'val/ann/moved.jpg'));
    await copyFile(join(root, 'train/bob/1.jpg'), join(root, 'train/bob/copy.jpg'));
    await rm(join(root, 'val/zoë 王'), { recursive: true });
    await writeTree(root, { 'train/bob/2.jpg': fakePhoto(29, oneFace) });

    const again = new FakeRecognizer();
    const summary = await prepareDataset(root, again, { out });
    assert.deepEqual(again.located.sort(), ['train/ann/1.jpg', 'train/bob/2.jpg']);
    assert.deepEqual(summary.work, { detected: 2, reused: 5 });
    const fresh = join(root, '..', 'fresh.npz');
    await prepareDataset(root, new FakeRecognizer(), { out: fresh });
    assert.ok((await readFile(out)).equals(await readFile(fresh)));
  });

  test('trusts neither a damaged file nor one of another pack, recipe or maker', async () => {
    const first = await prepareDataset(root, recognizer, { out });
    const bytes = await readFile(out);
    const detectedAgain = async (pack = {}): Promise<number> =>
      (await prepareDataset(root, new FakeRecognizer(pack), { out })).work.detected;

    const damaged = Buffer.from(bytes);
    damaged[damaged.indexOf('arr_0.npy') + 100]! ^= 1;
    await writeFile(out, damaged);
    assert.equal(await detectedAgain(), first.work.detected);
    assert.ok(bytes.equals(await readFile(out)));

    await writeFile(out, 'something else');
    assert.equal(await detectedAgain(), first.work.detected);
    const { arr_0, arr_1, arr_2, arr_3 } = Object.fromEntries(await readNpz(out));
    await writeNpz(out, { arr_0: arr_0!, arr_1: arr_1!, arr_2: arr_2!, arr_3: arr_3! });
    assert.equal(await detectedAgain(), first.work.detected);

    const models = new FakeRecognizer().pack.models;
    const other = { models: { ...models, detector: { ...models.detector, id: 'detector-2' } } };
    assert.equal(await detectedAgain(other), first.work.detected);
    assert.equal(await detectedAgain(other), 0);
    assert.equal(await detectedAgain({ name: 'other pack' }), first.work.detected);
  });

  test('tries again what may have been bad luck', async () => {
    await writeTree(root, { 'train/ann/3.jpg': 'fails once' });
    const { skipped } = await prepareDataset(root, recognizer, { out });
    assert.ok(skipped.some(({ file, code }) => file === 'train/ann/3.jpg' && code === 'INFERENCE_FAILED'));
    const again = new FakeRecognizer();
    await prepareDataset(root, again, { out });
    assert.deepEqual(again.located, ['train/ann/3.jpg']);
  });
});

const expected = async (): Promise<Buffer> => {
  const whole = join(root, '..', 'whole.npz');
  await prepareDataset(root, new FakeRecognizer(), { out: whole });
  const bytes = await readFile(whole);
  await rm(whole);
  return bytes;
};

const module = (path: string): string => JSON.stringify(inRepository('dist', path));

describe('interrupted work', () => {
  for (let at = 0; at <= 6; at++) {
    test(`goes on after an abort before photo ${at}`, async () => {
      const abort = new AbortController();
      const one = new FakeRecognizer({}, 1);
      let seen = 0;
      one.onWork = () => {
        if (seen++ === at) abort.abort();
      };
      await assert.rejects(prepareDataset(root, one, { out, signal: abort.signal }), {
        code: 'INTERRUPTED',
        message: new RegExp(`${at} of 7 photos is kept in .*faces-dataset.npz.journal`),
      });
      assert.deepEqual(await leftovers(), ['.faces-dataset.npz.journal']);
      await assert.rejects(stat(out), { code: 'ENOENT' });

      const again = new FakeRecognizer();
      const summary = await prepareDataset(root, again, { out });
      assert.deepEqual(summary.work, { detected: 7 - at, reused: at });
      assert.deepEqual(await leftovers(), []);
      assert.ok((await expected()).equals(await readFile(out)));
    });
  }

  test('goes on after an abort while the file is written', async () => {
    const abort = new AbortController();
    const progress = ({ stage }: ProgressEvent): void => {
      if (stage === 'writing the data set') abort.abort();
    };
    const work = prepareDataset(root, recognizer, { out, progress, signal: abort.signal });
    await assert.rejects(work, { code: 'INTERRUPTED', message: /7 of 7/ });
    assert.deepEqual(await leftovers(), ['.faces-dataset.npz.journal']);
    const again = new FakeRecognizer();
    await prepareDataset(root, again, { out });
    assert.deepEqual(again.located, []);
    assert.ok((await expected()).equals(await readFile(out)));
  });

  test('goes on after the process was killed', async () => {
    const program = `
      const { prepareDataset } = await import(${module('src/dataset/index.js')});
      const { FakeRecognizer } = await import(${module('test/dataset/fake-recognizer.js')});
      const recognizer = new FakeRecognizer({}, 1);
      let seen = 0;
      recognizer.onWork = () => {
        if (seen++ < 3) return;
        process.stdout.write('there');
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
      };
      await prepareDataset(${JSON.stringify(root)}, recognizer, { out: ${JSON.stringify(out)} });`;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', program]);
    const ended = once(child, 'exit');
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await ended;
    const again = new FakeRecognizer();
    const summary = await prepareDataset(root, again, { out });
    assert.deepEqual(summary.work, { detected: 4, reused: 3 });
    assert.deepEqual(await leftovers(), []);
    assert.ok((await expected()).equals(await readFile(out)));
  });

  test('is kept too when the recognizer closes in the middle', async () => {
    await writeTree(root, { 'train/bob/0.jpg': 'hang up' });
    await assert.rejects(prepareDataset(root, new FakeRecognizer({}, 1), { out }), {
      code: 'RUNTIME_CLOSED',
    });
    await rm(join(root, 'train/bob/0.jpg'));
    const summary = await prepareDataset(root, new FakeRecognizer(), { out });
    assert.deepEqual(summary.work, { detected: 5, reused: 2 });
  });
});

test('the number of photos under way does not change a byte', async () => {
  await prepareDataset(root, new FakeRecognizer({}, 1), { out });
  const bytes = await readFile(out);
  await rm(out);
  await prepareDataset(root, new FakeRecognizer({}, 16), { out });
  assert.ok(bytes.equals(await readFile(out)));
});

test('the place of the photos does not change a byte', async () => {
  await prepareDataset(root, recognizer, { out });
  const elsewhere = join(folder, 'elsewhere');
  await cp(root, elsewhere, { recursive: true });
  await prepareDataset(elsewhere, recognizer, { out: `${out}.other` });
  assert.ok((await readFile(out)).equals(await readFile(`${out}.other`)));
});

test('photos that stand in two places are pointed out', async () => {
  await copyFile(join(root, 'train/ann/1.jpg'), join(root, 'val/ann/1.jpg'));
  await copyFile(join(root, 'train/ann/2.jpg'), join(root, 'train/bob/2b.jpg'));
  await copyFile(join(root, 'train/ann/2.jpg'), join(root, 'train/ann/2b.jpg'));
  const { notes } = await prepareDataset(root, recognizer, { out });
  assert.deepEqual(notes.slice(1), [
    'train/ann/2.jpg and train/bob/2b.jpg are the same photo.',
    'train/ann/1.jpg and val/ann/1.jpg are the same photo.',
  ]);
});

test('without a training face there is no data set, and nothing is left behind', async () => {
  const empty = join(root, '..', 'photos');
  await rm(empty, { recursive: true });
  await writeTree(empty, {
    'train/a/1.jpg': fakePhoto(1),
    'train/a/2.jpg': 'no photo',
    'val/a/1.jpg': fakePhoto(2),
  });
  await assert.rejects(prepareDataset(empty, recognizer, { out }), {
    code: 'DATASET_EMPTY',
    message: /none of the 2 training photos gave one \(all photos: 1 × IMAGE_UNREADABLE, 2 × NO_FACE\)/,
  });
  assert.deepEqual(await leftovers(), []);
});

test('places that cannot be written are refused before any work', async () => {
  const refused = async (path: string, message: RegExp): Promise<void> =>
    assert.rejects(prepareDataset(root, recognizer, { out: path }), { code: 'FILE_UNWRITABLE', message });
  await refused(root, /is a folder/);
  await refused(join(root, 'no', 'faces.npz'), /there is no folder/);
  assert.deepEqual(recognizer.located, []);
  await assert.rejects(prepareDataset(root, recognizer, { out, valShare: 2 }), { code: 'OPTION_INVALID' });
});

test('a split without crops can be written and read', async () => {
  await rm(join(root, 'val'), { recursive: true });
  const { notes } = await prepareDataset(root, recognizer, { out, valShare: 0 });
  assert.match(notes[0]!, /no validation photo/);
  const file = await DatasetFile.open(out);
  assert.equal(file.splits.val.names.length, 0);
  await file.close();
});

const numpy = '/usr/bin/python3';
const numpyPresent = spawnSync(numpy, ['-c', 'import numpy']).status === 0;
const skip = numpyPresent ? false : `needs ${numpy} with NumPy, which is absent here`;
test('NumPy opens the data set', { skip }, async () => {
  await prepareDataset(root, recognizer, { out });
  const program = `
import sys, numpy as np
f = np.load(sys.argv[1])
print([(k, f[k].dtype.str, f[k].shape) for k in f.files][:5], f['arr_1'].tolist(), f['arr_3'].tolist(), f['arr_0'][:, 1, 1, 0].tolist())`;
  const run = spawnSync(numpy, ['-c', program, out], { encoding: 'utf8' });
  assert.equal(
    run.stdout.trim(),
    "[('arr_0', '|u1', (3, 8, 8, 3)), ('arr_1', '<U3', (3,)), ('arr_2', '|u1', (2, 8, 8, 3)), ('arr_3', '<U5', (2,)), " +
      "('pack', '<U4', ())] ['ann', 'ann', 'bob'] ['ann', 'zoë 王'] [11, 12, 21]",
    run.stderr,
  );
});
