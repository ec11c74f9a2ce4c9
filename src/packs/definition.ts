import { createHash } from 'node:crypto';
import { decodeTfjsWeights, encodeModel, readTfjsFile, type TfjsFile } from '../formats/index.ts';
import { toModel, type FilterBytes, type Graph } from '../graph/index.ts';
import { VisageError, visageError, type NamedWeights } from '../kernel/index.ts';
import type { Pack, PackModels } from './pack.ts';

/**
 * Counts up whenever a network is built differently from the same weights, so that no cache serves an
 * old one; a test holds it together with the hashes of what is built.
 */
export const builderVersion = 2;

/** One network: where its weights lie inside the npm package, and what makes a graph of them. */
export interface NetworkDefinition {
  readonly name: string;
  /** Path of the weight manifest inside the package. */
  readonly manifest: string;
  /** The weights must be these and no others: the numbers of the pack hold for them alone. */
  readonly manifestSha256: string;
  readonly weightsSha256: string;
  readonly build: (weights: NamedWeights, options: { weightsPath: string }) => Graph;
}

/** The networks of the packs that come with Visage. */
export type BundledPart = Exclude<keyof PackModels, 'refine'>;

/** Those in 8-bit arithmetic. */
export type BytesPart = 'detectorBytes' | 'embedderBytes';

/** A pack, and how its networks are made. */
export interface PackDefinition {
  readonly pack: Pack;
  /** The npm package that holds the weights. */
  readonly package: string;
  readonly networks: Readonly<Record<Exclude<BundledPart, BytesPart>, NetworkDefinition>> & {
    /** The one that fits the machine is built. */
    readonly [Part in BytesPart]: Readonly<Record<FilterBytes, NetworkDefinition>>;
  };
}

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** What the built network depends on, as 16 hexadecimal digits. */
export function networkKey(network: NetworkDefinition): string {
  const parts = [builderVersion, network.name, network.manifestSha256, network.weightsSha256];
  return sha256(Buffer.from(parts.join('\n'))).slice(0, 16);
}

async function readWeights(
  { pack, package: packageName }: PackDefinition,
  network: NetworkDefinition,
  manifestPath: string,
): Promise<TfjsFile> {
  try {
    return await readTfjsFile(manifestPath);
  } catch (cause) {
    if (!(cause instanceof VisageError)) throw cause;
    if (cause.code === 'FILE_NOT_FOUND') {
      const path = String(cause.slots['path']);
      throw visageError('WEIGHTS_MISSING', { pack: pack.name, path, package: packageName }, cause);
    }
    if (cause.code !== 'FORMAT_INVALID' && cause.code !== 'FORMAT_UNSUPPORTED') throw cause;
    const reason = cause.code === 'FORMAT_INVALID' ? String(cause.slots['reason']) : cause.message;
    throw visageError('WEIGHTS_INVALID', { path: manifestPath, network: network.name, reason }, cause);
  }
}

/**
 * Reads the weights of one network, checks that they are the right ones and builds the ONNX file.
 * @throws VisageError `WEIGHTS_MISSING`, `WEIGHTS_INVALID`, `FILE_UNREADABLE`
 */
export async function buildNetwork(
  definition: PackDefinition,
  network: NetworkDefinition,
  manifestPath: string,
): Promise<Uint8Array> {
  const { manifest, manifestBytes, bytes } = await readWeights(definition, network, manifestPath);
  const checks = [
    ['manifest', sha256(manifestBytes), network.manifestSha256],
    ['weights', sha256(bytes), network.weightsSha256],
  ] as const;
  for (const [what, got, wanted] of checks) {
    if (got === wanted) continue;
    const reason = `the SHA-256 of the ${what} is ${got}, not ${wanted}`;
    throw visageError('WEIGHTS_INVALID', { path: manifestPath, network: network.name, reason });
  }
  const weights = decodeTfjsWeights(manifest, bytes, manifestPath);
  const graph = network.build(weights, { weightsPath: manifestPath });
  return encodeModel(toModel(graph, new Map([['pack', definition.pack.name]])));
}
