import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import * as fc from 'fast-check';
import { listPhotos, readLayout, type DatasetLayout } from '../../src/dataset/index.ts';
import { chooseForValidation } from '../../src/dataset/split.ts';
import { writeTree } from './fake-recognizer.ts';

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'visage-layout-'));
});
after(() => rm(folder, { recursive: true }));

async function tree(files: readonly string[]): Promise<string> {
  const root = await mkdtemp(join(folder, 'set-'));
  await writeTree(root, Object.fromEntries(files.map((file) => [file, file])));
  return root;
}
const files = (photos: DatasetLayout['train']): string[] => photos.map(({ file }) => file);
const reasons = ({ skipped }: DatasetLayout): Record<string, string> =>
  Object.fromEntries(skipped.map(({ file, message }) => [file, message]));

describe('train and val folders', () => {
  test('photos come by person and file, in code point order', async () => {
    const root = await tree([
      'val/b/9.jpg',
      'train/b/2.JPG',
      'train/b/10.jpeg',
      'train/Zed/x.png',
      'train/a/1.webp',
      'train/é/1.jpg',
      'train/王 小明/a b.jpg',
      'train/b/deeper/still/0.jpg',
    ]);
    const layout = await readLayout(root);
    assert.equal(layout.splitBy, 'folders');
    assert.deepEqual(files(layout.train), [
      'train/Zed/x.png',
      'train/a/1.webp',
      'train/b/10.jpeg',
      'train/b/2.JPG',
      'train/b/deeper/still/0.jpg',
      'train/é/1.jpg',
      'train/王 小明/a b.jpg',
    ]);
    assert.equal(layout.train.at(-1)!.person, '王 小明');
    assert.deepEqual(files(layout.val), ['val/b/9.jpg']);
    assert.deepEqual(layout.skipped, []);
  });

  test('validation and test are other names of val; only the first of them counts', async () => {
    const root = await tree(['Train/a/1.jpg', 'test/a/2.jpg', 'validation/a/3.jpg', 'README.md']);
    const layout = await readLayout(root);
    assert.deepEqual(files(layout.train), ['Train/a/1.jpg']);
    assert.deepEqual(files(layout.val), ['validation/a/3.jpg']);
    assert.deepEqual(Object.keys(reasons(layout)), ['README.md', 'test']);
    const other = await readLayout(await tree(['train/a/1.jpg', 'test/a/2.jpg']));
    assert.deepEqual(files(other.val), ['test/a/2.jpg']);
  });

  test('one person has one name, whether the folder spells it composed or decomposed', async () => {
    const root = await tree(['train/Zoe\u0308/1.jpg', 'val/Zo\u00eb/2.jpg']);
    const { train, val } = await readLayout(root);
    assert.equal(train[0]!.person, val[0]!.person);
    assert.equal(train[0]!.person, 'Zo\u00eb');
  });
});

test('what is no photo is named with the reason', async () => {
  const root = await tree([
    'train/a/1.jpg',
    'train/a/.DS_Store',
    'train/a/notes.txt',
    'train/a/bare',
    'train/loose.jpg',
    'train/list.csv',
    'train/.git/x.jpg',
  ]);
  await mkdir(join(root, 'train/empty'));
  await symlink('nowhere.jpg', join(root, 'train/a/broken.jpg'));
  await symlink('..', join(root, 'train/a/circle'));
  await mkdir(join(root, 'val'));
  const layout = await readLayout(root);
  assert.deepEqual(files(layout.train), ['train/a/1.jpg', 'train/a/bare']);
  const found = reasons(layout);
  assert.match(found['train/a/.DS_Store']!, /hidden/);
  assert.match(found['train/.git']!, /hidden/);
  assert.match(found['train/a/notes.txt']!, /not that of a picture/);
  assert.match(found['train/loose.jpg']!, /no person’s folder/);
  assert.match(found['train/list.csv']!, /neither/);
  assert.match(found['train/a/broken.jpg']!, /broken link/);
  assert.match(found['train/empty']!, /no photo/);
  assert.match(found['train/a/circle']!, /circle/);
  assert.ok(layout.skipped.every(({ code }) => code === 'FILE_SKIPPED'));
});

const rejects = async (path: string, code: string, message: RegExp): Promise<void> =>
  assert.rejects(readLayout(path), { code, message });

test('folders that are no data set', async () => {
  await rejects(join(folder, 'absent'), 'FILE_NOT_FOUND', /does not exist/);
  await writeFile(join(folder, 'file'), '');
  await rejects(join(folder, 'file'), 'DATASET_LAYOUT', /not a folder/);
  await rejects(await tree([]), 'DATASET_EMPTY', /no photo/);
  await rejects(await tree(['a/x.txt']), 'DATASET_EMPTY', /no photo/);
  await rejects(await tree(['1.jpg', '2.jpg']), 'DATASET_LAYOUT', /such as 1.jpg/);
  await rejects(await tree(['val/a/1.jpg']), 'DATASET_LAYOUT', /no train/);
  await assert.rejects(readLayout(await tree(['a/1.jpg']), { valShare: 1 }), { code: 'OPTION_INVALID' });
});

const names = (count: number): string[] => Array.from({ length: count }, (_, i) => `${i}.jpg`);

const count = (photos: DatasetLayout['train'], person: string): number =>
  photos.filter((photo) => photo.person === person).length;

describe('a folder that is divided by share', () => {
  test('is divided person by person, the same way for the same seed', async () => {
    const root = await tree([
      ...names(10).map((name) => `ann/${name}`),
      ...names(3).map((name) => `bob/${name}`),
      'cy/0.jpg',
    ]);
    const layout = await readLayout(root, { valShare: 0.3, seed: 5 });
    assert.equal(layout.splitBy, 'share');
    assert.deepEqual(
      ['ann', 'bob', 'cy'].map((person) => [count(layout.train, person), count(layout.val, person)]),
      [
        [7, 3],
        [2, 1],
        [1, 0],
      ],
    );
    assert.deepEqual(await readLayout(root, { valShare: 0.3, seed: 5 }), layout);
    const other = await readLayout(root, { valShare: 0.3, seed: 6 });
    assert.notDeepEqual(files(other.val), files(layout.val));
    const none = await readLayout(root, { valShare: 0 });
    assert.deepEqual([none.train.length, none.val.length], [14, 0]);
  });

  test('so is a train folder on its own', async () => {
    const layout = await readLayout(await tree(names(5).map((name) => `train/ann/${name}`)));
    assert.deepEqual([layout.splitBy, layout.train.length, layout.val.length], ['share', 4, 1]);
  });

  test('always keeps a training photo, and a new photo moves at most one other', () => {
    const photos = fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 30 });
    const share = fc.double({ min: 0, max: 0.9, noNaN: true });
    fc.assert(
      fc.property(photos, share, fc.integer(), (all, valShare, seed) => {
        const chosen = chooseForValidation('ann', all, valShare, seed);
        assert.ok(chosen.size < all.length);
        assert.ok(valShare === 0 || all.length < 2 || chosen.size >= 1);
        assert.ok([...chosen].every((file) => all.includes(file)));
        const fewer = chooseForValidation('ann', all.slice(1), valShare, seed);
        const moved = all.slice(1).filter((file) => chosen.has(file) !== fewer.has(file));
        assert.ok(moved.length <= 1, `${moved.length} moved`);
      }),
    );
  });

  test('takes every photo about equally often', () => {
    const all = names(10);
    const taken = new Map(all.map((name) => [name, 0]));
    for (let seed = 0; seed < 2000; seed++) {
      for (const file of chooseForValidation('ann', all, 0.2, seed)) taken.set(file, taken.get(file)! + 1);
    }
    // 2,000 draws with probability 0.2: mean 400, standard deviation 18; 5 of these are never left by chance.
    for (const [file, times] of taken) assert.ok(Math.abs(times - 400) < 90, `${file}: ${times} of 2000`);
  });
});

describe('photos on the command line', () => {
  test('a file stands for itself, a folder for the pictures in it, sorted; nothing comes twice', async () => {
    const root = await tree(['b.jpg', 'a/2.png', 'a/1.heic', 'a/notes.txt', 'a/.hidden.jpg', 'odd.bin']);
    const skipped: string[] = [];
    const list = await listPhotos([join(root, 'odd.bin'), root, join(root, 'b.jpg')], ({ file }) =>
      skipped.push(file),
    );
    assert.deepEqual(
      list,
      ['odd.bin', 'a/1.heic', 'a/2.png', 'b.jpg'].map((file) => join(root, file)),
    );
    assert.deepEqual(
      skipped,
      ['a/.hidden.jpg', 'a/notes.txt', 'odd.bin'].map((file) => join(root, file)),
    );
    await assert.rejects(listPhotos([join(root, 'none.jpg')]), { code: 'FILE_NOT_FOUND' });
  });

  test('links that run in a circle end', async () => {
    const root = await tree(['a/1.jpg']);
    await symlink(root, join(root, 'a/up'));
    assert.deepEqual(await listPhotos([root]), [join(root, 'a/1.jpg')]);
  });
});
