import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { visageError, type NamedWeights, type Tensor } from '../kernel/index.ts';
import { systemReason } from './system-reason.ts';

/**
 * TensorFlow.js weight files: a JSON manifest, and shards whose bytes are the tensors one after the
 * other in the order of the manifest. Quantised tensors hold one unsigned byte (or two) a number:
 * value = byte · scale + min, as tfjs-core's `io_utils.ts` (decodeWeights) computes it.
 */
export interface TfjsManifest {
  /** Shard paths as the manifest gives them, relative to its own folder. */
  readonly shards: readonly string[];
  /** Reads the tensors from the concatenated shards. */
  readonly entries: readonly TfjsEntry[];
}

interface TfjsEntry {
  readonly name: string;
  readonly dims: readonly number[];
  readonly dtype: 'float32' | 'int32';
  readonly quantization: Quantization | undefined;
}

interface Quantization {
  readonly dtype: 'uint8' | 'uint16';
  readonly scale: number;
  readonly min: number;
}

const format = 'TensorFlow.js weight';

function invalid(path: string, reason: string): Error {
  return visageError('FORMAT_INVALID', { path, format, reason });
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function parseQuantization(value: unknown, name: string, path: string): Quantization | undefined {
  if (value === undefined) return undefined;
  if (!isRecord(value)) throw invalid(path, `the quantization of ${name} is no object`);
  const { dtype, scale, min } = value;
  if (dtype !== 'uint8' && dtype !== 'uint16') {
    const feature = `quantization ${String(dtype)} of ${name}`;
    throw visageError('FORMAT_UNSUPPORTED', { path, feature, format, allowed: 'uint8, uint16' });
  }
  if (typeof scale !== 'number' || typeof min !== 'number') {
    throw invalid(path, `the quantization of ${name} lacks its scale or min`);
  }
  return { dtype, scale, min };
}

function parseEntry(value: unknown, path: string): TfjsEntry {
  if (!isRecord(value) || typeof value['name'] !== 'string') throw invalid(path, 'a weight has no name');
  const { name, shape, dtype } = value;
  if (dtype !== 'float32' && dtype !== 'int32') {
    const feature = `the element type ${String(dtype)} of ${name}`;
    throw visageError('FORMAT_UNSUPPORTED', { path, feature, format, allowed: 'float32, int32' });
  }
  if (!Array.isArray(shape) || !shape.every((size) => Number.isSafeInteger(size) && size >= 0)) {
    throw invalid(path, `the shape of ${name} is no list of sizes`);
  }
  return {
    name,
    dims: shape as number[],
    dtype,
    quantization: parseQuantization(value['quantization'], name, path),
  };
}

/**
 * Reads the JSON of a manifest.
 * @param path what error messages call it
 * @throws VisageError `FORMAT_INVALID`, `FORMAT_UNSUPPORTED`
 */
export function parseTfjsManifest(json: string, path: string): TfjsManifest {
  let groups: unknown;
  try {
    groups = JSON.parse(json);
  } catch (cause) {
    throw visageError('FORMAT_INVALID', { path, format, reason: 'it is not JSON' }, cause);
  }
  if (!Array.isArray(groups)) throw invalid(path, 'it is no list of weight groups');
  const shards: string[] = [];
  const entries: TfjsEntry[] = [];
  for (const group of groups as unknown[]) {
    if (!isRecord(group) || !Array.isArray(group['paths']) || !Array.isArray(group['weights'])) {
      throw invalid(path, 'a weight group lacks its paths or weights');
    }
    for (const shard of group['paths'] as unknown[]) {
      if (typeof shard !== 'string') throw invalid(path, 'a path is no text');
      if (shard.startsWith('/') || shard.split(/[/\\]/).includes('..')) {
        throw invalid(path, `the path ${shard} leads out of its folder`);
      }
      shards.push(shard);
    }
    for (const weight of group['weights'] as unknown[]) entries.push(parseEntry(weight, path));
  }
  if (new Set(entries.map((entry) => entry.name)).size !== entries.length) {
    throw invalid(path, 'two weights have the same name');
  }
  return { shards, entries };
}

/** Float32, or int32 as float32 (exact up to 2²⁴): every number that the networks need. */
function decode(entry: TfjsEntry, view: DataView, start: number, count: number): Float32Array {
  const { quantization, dtype } = entry;
  const values = new Float32Array(count);
  if (quantization !== undefined) {
    const { scale, min } = quantization;
    const wide = quantization.dtype === 'uint16';
    for (let i = 0; i < count; i++) {
      const stored = wide ? view.getUint16(start + 2 * i, true) : view.getUint8(start + i);
      values[i] = stored * scale + min;
    }
    return dtype === 'int32' ? values.map(Math.round) : values;
  }
  for (let i = 0; i < count; i++) {
    const at = start + 4 * i;
    values[i] = dtype === 'int32' ? view.getInt32(at, true) : view.getFloat32(at, true);
  }
  return values;
}

/**
 * The tensors of a manifest from the bytes of its shards.
 * @param bytes all shards, concatenated; the whole of it must be used
 * @throws VisageError `FORMAT_INVALID` when there are too few or too many bytes or a number is not finite
 */
export function decodeTfjsWeights(manifest: TfjsManifest, bytes: Uint8Array, path: string): NamedWeights {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const weights = new Map<string, Tensor<'float32'>>();
  let position = 0;
  for (const entry of manifest.entries) {
    const count = entry.dims.reduce((product, dim) => product * dim, 1);
    const width = entry.quantization === undefined ? 4 : entry.quantization.dtype === 'uint8' ? 1 : 2;
    if (!(count * width <= bytes.length - position)) {
      throw invalid(
        path,
        `${entry.name} needs ${count * width} bytes at ${position}, the file has ${bytes.length}`,
      );
    }
    const data = decode(entry, view, position, count);
    if (!data.every(Number.isFinite)) throw invalid(path, `${entry.name} holds a number that is not finite`);
    weights.set(entry.name, { type: 'float32', dims: entry.dims, data });
    position += count * width;
  }
  if (position !== bytes.length) throw invalid(path, `${bytes.length - position} bytes are left over`);
  return weights;
}

async function read(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT')
      throw visageError('FILE_NOT_FOUND', { path }, cause);
    throw visageError('FILE_UNREADABLE', { path, reason: systemReason(cause) }, cause);
  }
}

/** The bytes that a manifest's weights are read from. */
export interface TfjsFile {
  readonly manifestPath: string;
  readonly manifestBytes: Uint8Array;
  readonly manifest: TfjsManifest;
  /** The shards, concatenated. */
  readonly bytes: Uint8Array;
}

/**
 * Reads a manifest and its shards from disk, without decoding the numbers yet.
 * @throws VisageError `FILE_NOT_FOUND`, `FILE_UNREADABLE`, `FORMAT_INVALID`, `FORMAT_UNSUPPORTED`
 */
export async function readTfjsFile(manifestPath: string): Promise<TfjsFile> {
  const manifestBytes = await read(manifestPath);
  const manifest = parseTfjsManifest(manifestBytes.toString('utf8'), manifestPath);
  const shards: Buffer[] = [];
  for (const shard of manifest.shards) shards.push(await read(join(dirname(manifestPath), shard)));
  const bytes = shards.length === 1 ? shards[0]! : Buffer.concat(shards);
  return { manifestPath, manifestBytes, manifest, bytes };
}

/** Reads every tensor of a manifest. Throws as {@link readTfjsFile} and {@link decodeTfjsWeights} do. */
export async function readTfjsWeights(manifestPath: string): Promise<NamedWeights> {
  const { manifest, bytes } = await readTfjsFile(manifestPath);
  return decodeTfjsWeights(manifest, bytes, manifestPath);
}
