/**
 * What 8-bit arithmetic changes about the embeddings of the bundled pack, and what it saves: `npm run bench:arithmetic
 * [-- FOLDER]`, FOLDER holds images/<Person>/ of LFW. Two photos of every twelfth of the people with two to four
 * images, who take part in no measurement.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { middleFace } from '../../src/dataset/index.ts';
import { Embedder } from '../../src/embed/index.ts';
import type { Raster } from '../../src/image/index.ts';
import { distance, unit } from '../../src/kernel/index.ts';
import { openRecognizer } from '../../src/recognizer.ts';
import { openInferencePool } from '../../src/runtime/index.ts';
import { inShared } from '../../test/support/repository.ts';

const folder = join(process.argv[2] ?? inShared('data/lfw'), 'images');
const pairs: string[][] = [];
for (const person of (await readdir(folder)).sort()) {
  const photos = (await readdir(join(folder, person))).sort();
  if (photos.length >= 2 && photos.length <= 4)
    pairs.push(photos.slice(0, 2).map((file) => join(folder, person, file)));
}
const chosen = pairs.filter((_, i) => i % 12 === 0);

await using recognizer = await openRecognizer();
await using pool = openInferencePool({ workers: 1 });
const { embedderBytes: _, ...inFloats } = recognizer.pack.models;
const floats = new Embedder({ ...recognizer.pack, models: inFloats }, pool);
const bytes = new Embedder(recognizer.pack, pool);
const spent = { floats: [] as number[], bytes: [] as number[] };

async function embedBy(kind: keyof typeof spent, crop: Raster): Promise<Float32Array> {
  const before = process.cpuUsage();
  const [embedding] = await (kind === 'bytes' ? bytes : floats).embed([crop]);
  const { user, system } = process.cpuUsage(before);
  spent[kind].push((user + system) / 1000);
  return unit(embedding!);
}

const apart: number[] = [];
const same: number[] = [];
for (const photos of chosen) {
  const own: Float32Array[] = [];
  for (const photo of photos) {
    const located = await recognizer.locate(photo);
    const face = middleFace(located.faces, located.photo.width, located.photo.height);
    if (face === undefined) continue;
    const crop = recognizer.crop(located, face);
    own.push(await embedBy('bytes', crop));
    apart.push(distance(own.at(-1)!, await embedBy('floats', crop)));
  }
  if (own.length === 2) same.push(distance(own[0]!, own[1]!));
}

const at = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.floor(share * (values.length - 1))]!;
const say = (line: string): void => void process.stdout.write(`${line}\n`);
say(
  `${apart.length} faces: 8-bit arithmetic and float32 lie ${at(apart, 0.5).toFixed(4)} apart (median), at most ${at(apart, 1).toFixed(4)}`,
);
say(`two photos of one person ${at(same, 0.5).toFixed(3)} (median of ${same.length})`);
say(
  `processor time a face: ${at(spent.bytes, 0.5).toFixed(1)} ms in 8-bit arithmetic, ${at(spent.floats, 0.5).toFixed(1)} in float32`,
);
