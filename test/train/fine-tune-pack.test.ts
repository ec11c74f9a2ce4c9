import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { Embedder } from '../../src/embed/index.ts';
import { decodeModel, encodeModel } from '../../src/formats/index.ts';
import type { Raster } from '../../src/image/index.ts';
import { distance, Random, unit } from '../../src/kernel/index.ts';
import { bytesWithHead } from '../../src/packs/bytes-with-head.ts';
import { openPack, type PackModels } from '../../src/packs/index.ts';
import { openInferencePool } from '../../src/runtime/index.ts';
import { fineTunePack, type TrainingFace } from '../../src/train/index.ts';

const modelsFolder = await mkdtemp(join(tmpdir(), 'visage-tuned-'));
after(() => rm(modelsFolder, { recursive: true, force: true }));

const sizePx = 150;
/** A "person" is a coarse pattern of colours; each photo of it is another under noise. */
function faces(people: number, photos: number): TrainingFace[] {
  const random = new Random(3);
  return Array.from({ length: people }, (_, person) => {
    const cells = Array.from({ length: 6 * 6 * 3 }, () => random.integer(200));
    return Array.from({ length: photos }, (): TrainingFace => {
      const data = new Uint8Array(sizePx * sizePx * 3);
      for (let i = 0; i < data.length; i++) {
        const [x, y, c] = [Math.floor(i / 3) % sizePx, Math.floor(i / 3 / sizePx), i % 3];
        data[i] = cells[(Math.floor(y / 25) * 6 + Math.floor(x / 25)) * 3 + c]! + random.integer(55);
      }
      const crop: Raster = { data, width: sizePx, height: sizePx };
      return { crop, person: `person ${person}` };
    });
  }).flat();
}
const photos = faces(8, 3);
const options = {
  modelsFolder,
  steps: 12,
  checkEvery: 3,
  variations: 0,
  warmupSteps: 0,
  apart: 0.3,
  seed: 1,
};

test('a pack whose head was trained further is a pack of its own that opens and embeds, and the old one is as it was', async () => {
  const bundled = await openPack('bundled');
  const before = await readFile(bundled.models.embedder.path);
  const tuned = await fineTunePack('bundled', 'tuned', photos, options);

  assert.deepEqual(await readFile(bundled.models.embedder.path), before);
  assert.equal(tuned.trainedPeople.length + tuned.peopleApart.length, 8);
  assert.ok(
    tuned.trainedPeople.every((person) => !tuned.peopleApart.includes(person)),
    'split by person',
  );
  assert.ok(tuned.before >= 0 && tuned.after <= 1);
  const pack = await openPack('tuned', { modelsFolder });
  assert.deepEqual(pack.alignment, bundled.alignment);
  assert.equal(pack.embedder.maxDistance, tuned.record.pack.embedder.maxDistance);
  assert.equal(pack.models.detector.path, bundled.models.detector.path);
  await using pool = openInferencePool({ workers: 1 });
  const [embedding] = await new Embedder(pack, pool).embed([photos[0]!.crop]);
  assert.equal(embedding!.length, 128);
  assert.ok(embedding!.every((value) => Number.isFinite(value)));

  // What embeds is the new head on 8-bit arithmetic: near to the float32 network, and moved from the old one as that.
  const embedBy = async (
    { embedderBytes, ...models }: PackModels,
    inBytes: boolean,
  ): Promise<Float32Array> => {
    const used = inBytes ? { ...models, embedderBytes: embedderBytes! } : models;
    const [numbers] = await new Embedder({ ...pack, models: used }, pool).embed([photos[0]!.crop]);
    return unit(numbers!);
  };
  const bytes = unit(embedding!);
  assert.deepEqual(bytes, await embedBy(pack.models, true));
  const floats = await embedBy(pack.models, false);
  const apart = distance(bytes, floats);
  assert.ok(apart > 1e-5 && apart < 0.05, `${apart}`);
  const moved = distance(bytes, await embedBy(bundled.models, true));
  const wanted = distance(floats, await embedBy(bundled.models, false));
  assert.ok(wanted > 1e-3 && Math.abs(moved / wanted - 1) < 0.2, `${moved} and ${wanted}`);
});

test('an embedder whose trunk is another one has no 8-bit arithmetic of the bundled one', async () => {
  const { models } = await openPack('bundled');
  const { embedder, embedderBytes } = models as Required<PackModels>;
  const model = decodeModel(await readFile(embedder.path), embedder.path);
  const [name] = [...model.graph.initializers.keys()];
  const tensor = model.graph.initializers.get(name!)!;
  const changed = new Map(model.graph.initializers).set(name!, {
    ...tensor,
    data: (tensor.data as Float32Array).map((value, i) => (i === 0 ? value + 1 : value)),
  } as typeof tensor);
  const path = join(modelsFolder, 'changed.onnx');
  await writeFile(path, encodeModel({ ...model, graph: { ...model.graph, initializers: changed } }));
  await assert.rejects(bytesWithHead({ name: 'changed', id: 'changed', path }, embedder, embedderBytes), {
    code: 'MODEL_INVALID',
  });
});

const bytesOf = async (name: string): Promise<Buffer> => {
  const { record } = await fineTunePack('bundled', name, photos, options);
  const network = record.networks.embedder!;
  assert.ok('file' in network);
  return readFile(join(modelsFolder, name, network.file));
};

test('the same seed gives the same pack, byte for byte, under another name too', async () => {
  assert.deepEqual(await bytesOf('first'), await bytesOf('second'));
});

test('too few people, and a name that is taken, are refused, and nothing is left behind', async () => {
  const files = await readdir(modelsFolder);
  for (const list of [faces(1, 4), faces(3, 3), faces(8, 1), []]) {
    await assert.rejects(fineTunePack('bundled', 'poor', list, options), { code: 'TRAINING_DATA' });
  }
  await assert.rejects(fineTunePack('bundled', 'bundled', photos, options), { code: 'PACK_EXISTS' });
  await assert.rejects(fineTunePack('bundled', 'tuned', photos, options), { code: 'PACK_EXISTS' });
  await assert.rejects(fineTunePack('absent', 'new', photos, options), { code: 'PACK_UNKNOWN' });
  await assert.rejects(fineTunePack('bundled', '../new', photos, options), { code: 'OPTION_INVALID' });
  assert.deepEqual(await readdir(modelsFolder), files);
});
