import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { embeddingNetwork } from '../../src/embed/index.ts';
import { writeFileAtomically } from '../../src/formats/index.ts';
import { mapInOrder, unit } from '../../src/kernel/index.ts';
import { userCacheFolder } from '../../src/packs/index.ts';
import { openRecognizer } from '../../src/recognizer.ts';
import { embedMiddleFace } from './middle-face.ts';

/** One person of LFW with the unit embeddings of all images, in the order of their file names. */
export interface LfwPerson {
  readonly name: string;
  readonly embeddings: readonly Float32Array[];
}

/**
 * Every image of LFW embedded with a pack, people sorted by name. Embeddings are kept in the user's cache
 * folder under a hash of the pack, of the code that makes them (`version`) and of the list of images; the
 * first run takes some minutes.
 */
export async function lfwPeople(folder: string, packName?: string): Promise<LfwPerson[]> {
  const images = (await readdir(join(folder, 'images'), { recursive: true }))
    .filter((file) => file.endsWith('.jpg'))
    .map((file) => file.replaceAll('\\', '/'))
    .sort();
  const rows = await embedAll(folder, images, packName);
  const people = new Map<string, Float32Array[]>();
  for (const [i, image] of images.entries()) {
    const name = image.split('/')[0]!;
    people.set(name, [...(people.get(name) ?? []), unit(rows[i]!)]);
  }
  return [...people].map(([name, embeddings]) => ({ name, embeddings }));
}

/** Counts up whenever faces are found, cut out or embedded differently. */
const version = 1;

async function embedAll(
  folder: string,
  images: readonly string[],
  packName: string | undefined,
): Promise<Float32Array[]> {
  await using recognizer = await openRecognizer(packName === undefined ? {} : { pack: packName });
  const { name, selection, detector, alignment, embedder } = recognizer.pack;
  const { maxDistance: _, maxDistanceSource: __, ...embedding } = embedder;
  const made = [
    version,
    name,
    selection,
    detector,
    alignment,
    embedding,
    embeddingNetwork(recognizer.pack).id,
    images,
  ];
  const key = createHash('sha256').update(JSON.stringify(made)).digest('hex').slice(0, 16);
  const cache = join(userCacheFolder(), 'bench', `lfw-${key}.f32`);
  const { dimension } = embedder;
  const kept = await readFile(cache).catch(() => undefined);
  if (kept?.length === images.length * dimension * 4) {
    const all = new Float32Array(kept.buffer.slice(kept.byteOffset, kept.byteOffset + kept.length));
    return images.map((_, i) => all.subarray(i * dimension, (i + 1) * dimension));
  }
  const rows: Float32Array[] = [];
  let faceless = 0;
  const embedded = mapInOrder(images, recognizer.concurrency, (image) =>
    embedMiddleFace(recognizer, folder, image),
  );
  for await (const { found, embedding } of embedded) {
    if (!found) faceless++;
    rows.push(embedding);
    if (rows.length % 500 === 0) process.stderr.write(`${rows.length}/${images.length}\n`);
  }
  process.stderr.write(`no face found in ${faceless} of ${images.length} images\n`);
  const all = new Float32Array(rows.length * dimension);
  for (const [i, row] of rows.entries()) all.set(row, i * dimension);
  await mkdir(join(userCacheFolder(), 'bench'), { recursive: true });
  await writeFileAtomically(cache, new Uint8Array(all.buffer));
  return rows;
}

/** Numbers of images by which LFW is divided: who is known, who is unknown, and who is in neither part. */
export const lfwParts = {
  /** People who are enrolled. */
  known: ({ embeddings }: LfwPerson): boolean => embeddings.length >= 5,
  /** Strangers. */
  unknown: ({ embeddings }: LfwPerson): boolean => embeddings.length === 1,
  /** The only people that anything may be fitted on. */
  calibration: ({ embeddings }: LfwPerson): boolean => embeddings.length >= 2 && embeddings.length <= 4,
} as const;
