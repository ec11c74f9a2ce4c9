import { readdir } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { systemReason } from '../../formats/index.ts';
import { decodePhoto } from '../../image/index.ts';
import { distance, isFiniteVector, toVisageError, unit, visageError } from '../../kernel/index.ts';
import { openInferencePool, type InferencePool } from '../../runtime/index.ts';
import { openPack, type OpenPackOptions } from '../open.ts';
import type { OpenPack } from '../pack.ts';
import { publishedPack, publishedPacks, type Acceptance, type PublishedPack } from '../published-packs.ts';
import { isPackName } from '../record/pack-fields.ts';
import { hashFile } from './file-hash.ts';
import { modelsFolder } from './models-folder.ts';
import { ownFiles, readInstalledRecord } from './pack-folder.ts';

export interface VerifyPackOptions extends OpenPackOptions {
  /** A folder with the faces of the published numbers; without it these are not compared. */
  readonly faces?: string | undefined;
  readonly registry?: readonly PublishedPack[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** One look at a pack. */
export interface PackCheck {
  readonly name: string;
  readonly status: 'ok' | 'fail' | 'skipped';
  readonly detail: string;
}

export interface DistanceComparison {
  /** Frobenius norm of the difference of both matrices of distances, which are symmetric. */
  readonly error: number;
  /** Largest difference of two distances. */
  readonly largest: number;
  readonly ok: boolean;
}

/**
 * Compares the distances between embeddings with published ones.
 * @param embeddings one for each of `acceptance.faces`, of any length
 */
export function compareDistances(
  embeddings: readonly Float32Array[],
  { distances, tolerance }: Pick<Acceptance, 'distances' | 'tolerance'>,
): DistanceComparison {
  const units = embeddings.map((embedding) => unit(embedding));
  let [sum, largest, pair] = [0, 0, 0];
  for (let i = 0; i < units.length; i++) {
    for (let j = i + 1; j < units.length; j++, pair++) {
      const difference = Math.abs(distance(units[i]!, units[j]!) - distances[pair]!);
      sum += 2 * difference * difference;
      largest = Math.max(largest, difference);
    }
  }
  const error = Math.sqrt(sum);
  // Written so that a difference that is no number fails.
  return { error, largest, ok: pair === distances.length && error < tolerance };
}

/**
 * Looks whether a pack is whole and does what it should: hashes of its files, each network loads and
 * runs, and, with `faces`, whether its embeddings have the published distances.
 * @throws VisageError `PACK_UNKNOWN`, `PACK_NOT_INSTALLED`, `PACK_INVALID`; what is found wrong is a
 *   check that failed, not an exception
 */
export async function verifyPack(name: string, options: VerifyPackOptions = {}): Promise<PackCheck[]> {
  const { registry = publishedPacks, faces, signal } = options;
  const folder = options.modelsFolder ?? modelsFolder();
  const checks: PackCheck[] = [];
  const record = isPackName(name) ? await readInstalledRecord(folder, name) : undefined;
  if (record !== undefined) {
    for (const [, { file, sha256, sizeBytes }] of ownFiles(record)) {
      signal?.throwIfAborted();
      checks.push(await checkHash(join(folder, name, file), file, sha256, sizeBytes));
    }
    if (checks.some(({ status }) => status === 'fail')) return checks;
  }
  let pack: OpenPack;
  try {
    pack = await openPack(name, options);
  } catch (thrown) {
    const error = toVisageError(thrown);
    if (record === undefined) throw error;
    return [...checks, { name: 'open', status: 'fail', detail: error.message }];
  }
  await using pool = openInferencePool({ workers: 1 });
  for (const [part, model] of Object.entries(pack.models)) {
    signal?.throwIfAborted();
    checks.push(await check(`${part} loads`, () => pool.warm([model]).then(() => model.name)));
  }
  checks.push(await check('embedder runs', () => runsOnGrey(pack, pool)));
  const acceptance = publishedPack(name, registry)?.acceptance;
  if (acceptance === undefined) {
    checks.push({
      name: 'published distances',
      status: 'skipped',
      detail: 'none are published for this pack',
    });
  } else if (faces === undefined) {
    const detail = `give a folder with the faces ${acceptance.faces.join(', ')} (${acceptance.source}) by --faces`;
    checks.push({ name: 'published distances', status: 'skipped', detail });
  } else {
    checks.push(
      await check('published distances', () => checkDistances(pack, pool, acceptance, faces, signal)),
    );
  }
  return checks;
}

async function check(name: string, work: () => Promise<string>): Promise<PackCheck> {
  try {
    return { name, status: 'ok', detail: await work() };
  } catch (thrown) {
    return { name, status: 'fail', detail: toVisageError(thrown).message };
  }
}

async function checkHash(path: string, file: string, sha256: string, sizeBytes: number): Promise<PackCheck> {
  const name = `${file} is intact`;
  try {
    const got = (await hashFile(path)).digest('hex');
    if (got === sha256) return { name, status: 'ok', detail: `SHA-256 ${sha256}, ${sizeBytes} bytes` };
    return { name, status: 'fail', detail: `its SHA-256 is ${got}, not ${sha256}` };
  } catch (thrown) {
    return { name, status: 'fail', detail: systemReason(thrown) };
  }
}

async function embedOne(pack: OpenPack, pool: InferencePool, data: Uint8Array): Promise<Float32Array> {
  const side = pack.alignment.cropSizePx;
  const { dimension } = pack.embedder;
  const inputs = { image: { type: 'uint8', dims: [1, side, side, 3], data } } as const;
  const embedding = (await pool.run(pack.models.embedder, inputs))['embedding']?.data as
    | Float32Array
    | undefined;
  if (embedding?.length === dimension && isFiniteVector(embedding)) return embedding;
  const reason =
    embedding?.length === dimension
      ? 'it gives numbers that are not finite'
      : `it gives ${embedding?.length ?? 0} numbers, and the pack says ${dimension}`;
  throw visageError('INFERENCE_FAILED', { network: pack.models.embedder.name, reason });
}

/** A picture of few greys, as one colour has no embedding where it is whitened. */
async function runsOnGrey(pack: OpenPack, pool: InferencePool): Promise<string> {
  const data = Uint8Array.from({ length: 3 * pack.alignment.cropSizePx ** 2 }, (_, i) => 96 + (i % 64));
  await embedOne(pack, pool, data);
  return `${pack.embedder.dimension} numbers, all finite`;
}

async function checkDistances(
  pack: OpenPack,
  pool: InferencePool,
  acceptance: Acceptance,
  folder: string,
  signal: AbortSignal | undefined,
): Promise<string> {
  const side = pack.alignment.cropSizePx;
  const files = await readdir(folder).catch((thrown: unknown) => {
    throw visageError('FILE_UNREADABLE', { path: folder, reason: systemReason(thrown) }, thrown);
  });
  const embeddings: Float32Array[] = [];
  for (const face of acceptance.faces) {
    const file = files.find((candidate) => {
      const extension = extname(candidate).toLowerCase();
      return (
        ['.png', '.jpg', '.jpeg'].includes(extension) && basename(candidate, extname(candidate)) === face
      );
    });
    if (file === undefined) throw visageError('FILE_NOT_FOUND', { path: join(folder, `${face}.png`) });
    const path = join(folder, file);
    const { raster } = await decodePhoto(path, { signal });
    if (raster.width !== side || raster.height !== side) {
      const reason = `it has ${raster.width} × ${raster.height} pixels; an aligned face has ${side} × ${side}`;
      throw visageError('IMAGE_UNREADABLE', { path, reason });
    }
    embeddings.push(await embedOne(pack, pool, raster.data));
  }
  const { error, largest, ok } = compareDistances(embeddings, acceptance);
  const found = `Frobenius error ${error.toExponential(2)} (less than ${acceptance.tolerance} wanted), largest difference ${largest.toExponential(2)}`;
  if (ok) return found;
  const reason = `its distances are not those of ${acceptance.source}: ${found}`;
  throw visageError('INFERENCE_FAILED', { network: pack.models.embedder.name, reason });
}
