import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { decodeTfjsWeights, parseTfjsManifest, readTfjsWeights } from '../../src/formats/index.ts';

const entry = (name: string, extra: object = {}): object => ({
  name,
  shape: [2],
  dtype: 'float32',
  ...extra,
});
const manifestOf = (...weights: object[]): string => JSON.stringify([{ paths: ['a.bin'], weights }]);

test('reads float32, int32 and quantised weights in the order of the manifest', () => {
  const json = manifestOf(
    entry('plain'),
    entry('bytes', { quantization: { dtype: 'uint8', scale: 0.1, min: -1 } }),
    entry('words', { quantization: { dtype: 'uint16', scale: 2, min: 0.5 } }),
    entry('whole', { dtype: 'int32', shape: [] }),
    entry('wholeBytes', { dtype: 'int32', shape: [1], quantization: { dtype: 'uint8', scale: 0.3, min: 0 } }),
  );
  const bytes = new Uint8Array(8 + 2 + 4 + 4 + 1);
  const view = new DataView(bytes.buffer);
  view.setFloat32(0, 1.5, true);
  view.setFloat32(4, -2, true);
  bytes.set([0, 255], 8);
  view.setUint16(10, 3, true);
  view.setUint16(12, 65535, true);
  view.setInt32(14, -70000, true);
  bytes[18] = 9;
  const weights = decodeTfjsWeights(parseTfjsManifest(json, 'm.json'), bytes, 'a.bin');
  assert.deepEqual([...weights.keys()], ['plain', 'bytes', 'words', 'whole', 'wholeBytes']);
  assert.deepEqual(weights.get('plain')!.data, Float32Array.of(1.5, -2));
  assert.deepEqual(weights.get('bytes')!.data, Float32Array.of(-1, 255 * 0.1 - 1));
  assert.deepEqual(weights.get('words')!.data, Float32Array.of(6.5, 131070.5));
  assert.deepEqual(weights.get('whole'), { type: 'float32', dims: [], data: Float32Array.of(-70000) });
  assert.deepEqual(weights.get('wholeBytes')!.data, Float32Array.of(3));
});

test('refuses what is no manifest', () => {
  const invalid = [
    '{',
    '{}',
    '[1]',
    '[{"paths":["a"]}]',
    '[{"paths":[1],"weights":[]}]',
    '[{"paths":["../a"],"weights":[]}]',
    manifestOf({ shape: [1], dtype: 'float32' }),
    manifestOf(entry('a', { shape: [-1] })),
    manifestOf(entry('a', { shape: [1.5] })),
    manifestOf(entry('a', { quantization: 3 })),
    manifestOf(entry('a', { quantization: { dtype: 'uint8', scale: 1 } })),
    manifestOf(entry('a'), entry('a')),
  ];
  for (const json of invalid) {
    assert.throws(() => parseTfjsManifest(json, 'm.json'), { code: 'FORMAT_INVALID' }, json);
  }
  const unsupported = [
    manifestOf(entry('a', { dtype: 'string' })),
    manifestOf(entry('a', { quantization: { dtype: 'float16' } })),
  ];
  for (const json of unsupported) {
    assert.throws(() => parseTfjsManifest(json, 'm.json'), { code: 'FORMAT_UNSUPPORTED' }, json);
  }
});

test('refuses files that are too short, too long or hold no numbers', () => {
  const manifest = parseTfjsManifest(manifestOf(entry('a')), 'm.json');
  const huge = parseTfjsManifest(manifestOf(entry('a', { shape: [2 ** 50, 2 ** 50] })), 'm.json');
  for (const [which, bytes] of [
    [manifest, new Uint8Array(7)],
    [manifest, new Uint8Array(9)],
    [manifest, new Uint8Array(8).fill(255)],
    [huge, new Uint8Array(8)],
  ] as const) {
    assert.throws(() => decodeTfjsWeights(which, bytes, 'a.bin'), { code: 'FORMAT_INVALID' });
  }
});

test('says which file is missing', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'visage-tfjs-'));
  try {
    const path = join(folder, 'm.json');
    await assert.rejects(readTfjsWeights(path), { code: 'FILE_NOT_FOUND', slots: { path } });
    await writeFile(path, manifestOf(entry('a')));
    await assert.rejects(readTfjsWeights(path), {
      code: 'FILE_NOT_FOUND',
      slots: { path: join(folder, 'a.bin') },
    });
    await writeFile(join(folder, 'a.bin'), new Uint8Array(8));
    assert.deepEqual((await readTfjsWeights(path)).get('a')!.data, new Float32Array(2));
  } finally {
    await rm(folder, { recursive: true });
  }
});
