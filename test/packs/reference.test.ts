import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { decodePhoto, placeOnCanvas, resizeRaster } from '../../src/image/index.ts';
import { importPack } from '../../src/packs/index.ts';
import { openRecognizer } from '../../src/recognizer.ts';
import { inShared, skipWithoutShared } from '../support/repository.ts';
import { narrowFile } from './support/narrow-facenet.ts';

const folder = await mkdtemp(join(tmpdir(), 'visage-reference-'));
after(() => rm(folder, { recursive: true, force: true }));

test('the reference pipeline cuts what the original cuts: first face, box of whole numbers, stretched', {
  skip: skipWithoutShared('models/mtcnn/ivan.jpg'),
}, async () => {
  const mtcnn = ['det1.npy', 'det2.npy', 'det3.npy'].map((file) => inShared('models/mtcnn', file));
  const source = { name: 'weights.pt', bytes: narrowFile };
  await importPack([source, ...mtcnn], { folder, name: 'narrow', preprocessing: 'prewhiten' });
  process.env['VISAGE_MODELS'] = folder;
  const photo = inShared('models/mtcnn/ivan.jpg');
  const { raster } = await decodePhoto(photo);
  // Box of the surest face by the rule of mtcnn 0.1.0 (shared/facts/model-files.md, 6.6).
  const part = placeOnCanvas(raster, 48, 61, -277, -93);
  for (const [pack, filter] of [
    ['narrow+reference', 'bicubic'],
    ['narrow+reference-nearest', 'nearest'],
  ] as const) {
    await using recognizer = await openRecognizer({ pack, workers: 1 });
    assert.equal(recognizer.pack.name, pack);
    const located = await recognizer.locate(photo);
    const crop = recognizer.crop(located, located.faces[0]!);
    assert.deepEqual(crop, resizeRaster(part, 160, 160, filter));
    const [embedding] = await recognizer.embed([crop]);
    assert.equal(embedding!.length, 16);
    const grey = { data: new Uint8Array(160 * 160 * 3).fill(90), width: 160, height: 160 };
    await assert.rejects(recognizer.embed([grey]), { code: 'EMBEDDING_UNDEFINED' });
  }
});
