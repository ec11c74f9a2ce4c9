/**
 * What the trunk of the bundled recogniser gives for the middle face of every photo of LFW: 256 numbers, the mean
 * of all views. Kept in a file, since it takes minutes.
 */
import { mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { middleFace } from '../../src/dataset/index.ts';
import { decodeModel, encodeModel, readNpz, writeNpz } from '../../src/formats/index.ts';
import { toModel, type Graph } from '../../src/graph/index.ts';
import { mapInOrder } from '../../src/kernel/index.ts';
import { openPack, userCacheFolder } from '../../src/packs/index.ts';
import { openRecognizer } from '../../src/recognizer.ts';
import { openLocalSession } from '../../src/runtime/index.ts';
import { graphOfModel, headOf, splitGraph } from '../../src/train/index.ts';
import { images } from './lfw-people.ts';

export const featureSize = 256;
export const defaultFeaturesFile = join(userCacheFolder(), 'bench', 'lfw-features.npz');

export type Features = ReadonlyMap<string, Float32Array>;

/** The bundled recogniser, cut before its last matrix. */
export async function bundledNetwork(): Promise<{ graph: Graph; trunk: Graph; head: Graph; at: string }> {
  const { models } = await openPack('bundled');
  const { name, path } = models.embedder;
  const graph = await graphOfModel(name, decodeModel(await readFile(path), path));
  const at = headOf(graph);
  return { graph, at, ...splitGraph(graph, at) };
}

async function compute(
  photos: readonly string[],
  say: (line: string) => void,
): Promise<Map<string, Float32Array>> {
  const { trunk, at } = await bundledNetwork();
  await using session = await openLocalSession(trunk.name, encodeModel(toModel(trunk)));
  await using recognizer = await openRecognizer();
  const features = new Map<string, Float32Array>();
  const crops = mapInOrder(photos, recognizer.concurrency, async (photo) => {
    const located = await recognizer.locate(join(images, photo));
    const { faces, photo: seen } = located;
    const face = middleFace(faces, seen.width, seen.height);
    return { photo, crop: face && recognizer.crop(located, face) };
  });
  for await (const { photo, crop } of crops) {
    if (crop === undefined) continue;
    const image = { type: 'uint8', dims: [1, crop.height, crop.width, 3], data: crop.data } as const;
    features.set(photo, (await session.run({ image }))[at]!.data as Float32Array);
    if (features.size % 500 === 0) say(`${features.size}/${photos.length} photos`);
  }
  return features;
}

/** From the file, or computed and put there. Photos without a face are left out. */
export async function lfwFeatures(
  photos: readonly string[],
  file: string,
  say: (line: string) => void,
): Promise<Features> {
  const kept = await readNpz(file).catch(() => undefined);
  const [names, rows] = [kept?.get('files'), kept?.get('features')];
  if (names?.type === 'string' && rows?.type === 'float32') {
    const rowOf = (i: number): Float32Array => rows.data.subarray(i * featureSize, (i + 1) * featureSize);
    return new Map(names.data.map((name, i) => [name, rowOf(i)]));
  }
  const features = await compute(photos, say);
  const data = new Float32Array(features.size * featureSize);
  for (const [i, row] of [...features.values()].entries()) data.set(row, i * row.length);
  await mkdir(dirname(file), { recursive: true });
  await writeNpz(file, {
    files: { type: 'string', dims: [features.size], data: [...features.keys()] },
    features: { type: 'float32', dims: [features.size, featureSize], data },
  });
  return features;
}
