import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { cachedModel } from '../../src/packs/model-cache.ts';

const content = Uint8Array.from({ length: 5000 }, (_, i) => i * 7);

const buildContent = async (): Promise<Uint8Array> => content;
const failToBuild = (): Promise<Uint8Array> => Promise.reject(new Error('no weights'));

/** A cache in a folder of its own, with a count of how often its file was built. */
async function withCache(
  work: (folder: string, open: () => ReturnType<typeof cachedModel>, built: () => number) => Promise<void>,
): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'visage-test-'));
  let count = 0;
  const folder = join(root, 'deep', 'cache');
  const build = async (): Promise<Uint8Array> => {
    count++;
    return content;
  };
  try {
    await work(
      folder,
      () => cachedModel(folder, { name: 'net', key: 'k1', build }),
      () => count,
    );
  } finally {
    await rm(root, { recursive: true });
  }
}

test('builds once, then takes what is there', () =>
  withCache(async (folder, open, built) => {
    const first = await open();
    assert.deepEqual(await open(), first);
    assert.equal(built(), 1);
    assert.equal(first.name, 'net');
    assert.match(first.id, /^net-[0-9a-f]{16}$/);
    assert.deepEqual(new Uint8Array(await readFile(first.path)), content);
    assert.deepEqual((await readdir(folder)).sort(), ['net-k1.json', 'net-k1.onnx']);
  }));

test('a damaged file is built again', async () => {
  const damages: Record<string, (path: string) => Promise<unknown>> = {
    truncated: (path) => truncate(path, 100),
    emptied: (path) => truncate(path, 0),
    removed: (path) => rm(path),
    'one bit flipped': (path) =>
      writeFile(
        path,
        content.map((byte, i) => (i === 2500 ? byte ^ 1 : byte)),
      ),
    'record lost': (path) => rm(path.replace('.onnx', '.json')),
    'record garbled': (path) => writeFile(path.replace('.onnx', '.json'), '{"sha256":7'),
    'record of nothing': (path) => writeFile(path.replace('.onnx', '.json'), 'null'),
  };
  for (const [what, damage] of Object.entries(damages)) {
    await withCache(async (_, open, built) => {
      const model = await open();
      await damage(model.path);
      assert.deepEqual(await open(), model, what);
      assert.deepEqual(new Uint8Array(await readFile(model.path)), content, what);
      assert.equal(built(), 2, what);
      await open();
      assert.equal(built(), 2, what);
    });
  }
});

test('damage is seen even when size and time of modification are set back', () =>
  withCache(async (_, open, built) => {
    const { path } = await open();
    const time = new Date(2020, 1, 1);
    await utimes(path, time, time);
    await open();
    assert.equal(built(), 1);
    await writeFile(path, content.toReversed());
    await utimes(path, time, time);
    await open();
    assert.equal(built(), 2);
    assert.deepEqual(new Uint8Array(await readFile(path)), content);
  }));

test('a file that was copied or touched but is whole is kept', () =>
  withCache(async (_, open, built) => {
    const { path } = await open();
    await writeFile(path, content);
    await open();
    await open();
    assert.equal(built(), 1);
  }));

test('many at once give one whole file and leave nothing else behind', () =>
  withCache(async (folder, open) => {
    const models = await Promise.all(Array.from({ length: 20 }, open));
    for (const model of models) assert.deepEqual(model, models[0]);
    assert.deepEqual(new Uint8Array(await readFile(models[0]!.path)), content);
    assert.deepEqual((await readdir(folder)).sort(), ['net-k1.json', 'net-k1.onnx']);
  }));

test('a folder that cannot be made or written is named', async () => {
  const root = await mkdtemp(join(tmpdir(), 'visage-test-'));
  try {
    await writeFile(join(root, 'file'), '');
    const below = join(root, 'file', 'cache');
    await assert.rejects(cachedModel(below, { name: 'net', key: 'k', build: buildContent }), {
      code: 'CACHE_UNWRITABLE',
      slots: { path: below, reason: 'a part of the path is not a folder' },
    });
    await mkdir(join(root, 'net-k.onnx'));
    await assert.rejects(cachedModel(root, { name: 'net', key: 'k', build: buildContent }), {
      code: 'CACHE_UNWRITABLE',
    });
  } finally {
    await rm(root, { recursive: true });
  }
});

test('what goes wrong while building is passed on and leaves nothing behind', async () => {
  const root = await mkdtemp(join(tmpdir(), 'visage-test-'));
  try {
    await assert.rejects(cachedModel(root, { name: 'net', key: 'k', build: failToBuild }), /no weights/);
    assert.deepEqual(await readdir(root), []);
  } finally {
    await rm(root, { recursive: true });
  }
});
