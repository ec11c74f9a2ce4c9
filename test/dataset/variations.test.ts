import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { makeVariations, type VariationOptions, type VariationSource } from '../../src/dataset/index.ts';
import { decodePhoto } from '../../src/image/index.ts';
import { Random } from '../../src/kernel/index.ts';

const picture = (seed: number): VariationSource['raster'] => {
  const random = new Random(seed);
  const data = Uint8Array.from({ length: 64 * 48 * 3 }, () => random.integer(256));
  return { data, width: 64, height: 48 };
};
const sources: VariationSource[] = [
  { name: 'ada', stem: 'a', raster: picture(1) },
  { name: 'bob', stem: 'b', raster: picture(2) },
];
const options: VariationOptions = { train: 3, val: 2, seed: 5 };

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'visage-variations-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function contents(): Promise<Record<string, string>> {
  const files = (await readdir(folder, { recursive: true })).filter((file) => file.endsWith('.jpg')).sort();
  const pairs = files.map(async (file) => [file, (await readFile(join(folder, file))).toString('base64')]);
  return Object.fromEntries(await Promise.all(pairs)) as Record<string, string>;
}

test('makes folders as prepare takes them, every picture another one', async () => {
  assert.deepEqual(await makeVariations(folder, sources, options), { train: 6, val: 4, made: 10 });
  const made = await contents();
  assert.deepEqual(Object.keys(made), [
    'train/ada/a-01.jpg',
    'train/ada/a-02.jpg',
    'train/ada/a-03.jpg',
    'train/bob/b-01.jpg',
    'train/bob/b-02.jpg',
    'train/bob/b-03.jpg',
    'val/ada/a-01.jpg',
    'val/ada/a-02.jpg',
    'val/bob/b-01.jpg',
    'val/bob/b-02.jpg',
  ]);
  assert.equal(new Set(Object.values(made)).size, 10);
  const { raster } = await decodePhoto(join(folder, 'train/ada/a-01.jpg'));
  assert.deepEqual([raster.width, raster.height], [64, 48]);
});

test('a second run makes nothing; a file that is missing comes back as it was', async () => {
  await makeVariations(folder, sources, options);
  const before = await contents();
  const kept = await stat(join(folder, 'val/bob/b-01.jpg'));
  await rm(join(folder, 'train/bob/b-02.jpg'));
  assert.equal((await makeVariations(folder, sources, options)).made, 1);
  assert.deepEqual(await contents(), before);
  assert.equal((await stat(join(folder, 'val/bob/b-01.jpg'))).mtimeMs, kept.mtimeMs);
});

test('another seed replaces all pictures and leaves no old one', async () => {
  await makeVariations(folder, sources, options);
  const before = await contents();
  await makeVariations(folder, sources, { ...options, seed: 6, train: 1 });
  const after = await contents();
  assert.equal(Object.keys(after).length, 6);
  await makeVariations(folder, sources.slice(0, 1), options);
  assert.deepEqual(await readdir(join(folder, 'train')), ['ada'], 'no empty folder is left');
  for (const [file, bytes] of Object.entries(after)) assert.notEqual(bytes, before[file]);
});

test('a picture that is not accepted is taken again', async () => {
  const asked: string[] = [];
  const accept = async (_: Uint8Array, file: string): Promise<boolean> => {
    asked.push(file);
    return asked.length % 3 === 0;
  };
  await makeVariations(folder, sources.slice(0, 1), { ...options, train: 1, val: 0, accept });
  assert.equal(asked.length, 3);
});

test('a train folder that was not made here is not touched', async () => {
  await mkdir(join(folder, 'train/eve'), { recursive: true });
  await writeFile(join(folder, 'train/eve/e-01.jpg'), 'mine');
  await assert.rejects(makeVariations(folder, sources, options), { code: 'FILE_UNWRITABLE' });
  assert.equal(await readFile(join(folder, 'train/eve/e-01.jpg'), 'utf8'), 'mine');
});

test('an edited record deletes nothing outside train and val', async () => {
  await makeVariations(folder, sources, options);
  const path = join(folder, 'variations.json');
  const record = JSON.parse(await readFile(path, 'utf8')) as { files: string[] };
  await writeFile(join(folder, 'mine-01.jpg'), 'mine');
  await writeFile(
    path,
    JSON.stringify({ ...record, files: ['../mine-01.jpg', 'mine-01.jpg', 'train/../mine-01.jpg'] }),
  );
  await makeVariations(folder, sources, { ...options, seed: 9 });
  assert.equal(await readFile(join(folder, 'mine-01.jpg'), 'utf8'), 'mine');
});

test('a name that leads elsewhere is refused', async () => {
  for (const name of ['..', 'a/b', '']) {
    const source = { ...sources[0]!, name };
    await assert.rejects(makeVariations(folder, [source], options), { code: 'OPTION_INVALID' });
  }
});

test('an aborted signal stops it', async () => {
  const signal = AbortSignal.abort(new Error('stop'));
  await assert.rejects(makeVariations(folder, sources, { ...options, signal }), /stop/);
});
