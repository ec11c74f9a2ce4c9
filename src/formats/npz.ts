import { visageError, type VisageError } from '../kernel/index.ts';
import { AtomicFile } from './atomic-file.ts';
import type { FileSource } from './byte-source.ts';
import type { NpyArray, NpyType } from './npy-array.ts';
import { maxNpyHeaderBytes, npyHeader, parseNpyHeader, type NpyHeader } from './npy-header.ts';
import { decodeNpyData, npyParts } from './npy.ts';
import { ZipArchive } from './zip-archive.ts';
import type { ZipEntry } from './zip-directory.ts';
import { ZipWriter, type Chunks } from './zip-writer.ts';

/** An array that is not held in memory: its elements in C order, little endian, in pieces of any size. */
export interface NpyStream {
  readonly type: Exclude<NpyType, 'string'>;
  readonly dims: readonly number[];
  readonly chunks: Chunks;
}

const suffix = '.npy';

/** A `.npz` file open for reading: named arrays in a zip archive, as NumPy's `savez` makes it. */
export class NpzFile implements AsyncDisposable {
  readonly #archive: ZipArchive;
  /** Names of the arrays, in the order of the archive. */
  readonly names: readonly string[];

  private constructor(archive: ZipArchive) {
    this.#archive = archive;
    this.names = [...archive.entries.keys()]
      .filter((name) => name.endsWith(suffix))
      .map((name) => name.slice(0, -suffix.length));
  }

  /** @throws VisageError `FILE_NOT_FOUND`, `FILE_UNREADABLE`, `FORMAT_INVALID`, `FORMAT_UNSUPPORTED` */
  static async open(file: FileSource): Promise<NpzFile> {
    return new NpzFile(await ZipArchive.open(file));
  }

  /** What the file is called in errors. */
  get path(): string {
    return this.#archive.name;
  }

  has(name: string): boolean {
    return this.#archive.entries.has(name + suffix);
  }

  #fault(reason: string): VisageError {
    return visageError('FORMAT_INVALID', { path: this.path, format: 'npz', reason });
  }

  #entry(name: string): ZipEntry {
    const entry = this.#archive.entries.get(name + suffix);
    if (entry !== undefined) return entry;
    throw visageError('DATASET_ARRAYS', {
      path: this.path,
      reason: `there is no array ${name}; there are ${this.names.join(', ') || 'none'}`,
      verb: 'prepare',
    });
  }

  #label(name: string): string {
    return `${this.path} (${name})`;
  }

  #checkedHeader(entry: ZipEntry, start: Uint8Array, name: string): NpyHeader {
    const header = parseNpyHeader(start, this.#label(name));
    if (header.dataOffset + header.count * header.itemBytes !== entry.sizeBytes) {
      throw this.#fault(`${name} says shape (${header.dims.join(', ')}), which does not fit its size`);
    }
    return header;
  }

  /** Type and shape of an array, without reading its elements. */
  async header(name: string): Promise<NpyHeader> {
    const entry = this.#entry(name);
    let start: Uint8Array = new Uint8Array(0);
    for await (const chunk of this.#archive.stream(entry)) {
      start = start.length === 0 ? chunk : Buffer.concat([start, chunk]);
      if (start.length >= Math.min(entry.sizeBytes, maxNpyHeaderBytes)) break;
    }
    return this.#checkedHeader(entry, start, name);
  }

  /**
   * A whole array, in memory.
   * @throws VisageError `DATASET_ARRAYS` without such an array; `FORMAT_INVALID`, `FORMAT_UNSUPPORTED`
   */
  async read(name: string): Promise<NpyArray> {
    const entry = this.#entry(name);
    // Looked at first, so that a header that lies about its size costs nothing.
    const header = await this.header(name);
    const bytes = await this.#archive.read(entry);
    return decodeNpyData(header, bytes.subarray(header.dataOffset), this.#label(name));
  }

  /**
   * The rows of an array one by one: the little-endian bytes of everything at one first index, each
   * in an array of its own; none where a row has no bytes. Rows count only once the sequence has ended without an error, because
   * the checksum stands at the end.
   * @throws VisageError as `read`; `FORMAT_UNSUPPORTED` for Fortran order, big endian and text
   */
  async *rows(name: string): AsyncGenerator<Uint8Array, void, undefined> {
    const entry = this.#entry(name);
    const header = await this.header(name);
    const plain = !header.fortranOrder || header.dims.length < 2;
    if (!plain || header.type === 'string' || (header.itemBytes > 1 && !header.littleEndian)) {
      const feature = 'another order than C, little endian';
      throw visageError('FORMAT_UNSUPPORTED', {
        path: this.path,
        feature,
        format: 'npz',
        allowed: 'that order',
      });
    }
    const [rowCount = 1] = header.dims;
    const rowBytes = rowCount === 0 ? 0 : (header.count / rowCount) * header.itemBytes;
    if (rowBytes === 0) return;
    let row = new Uint8Array(rowBytes);
    let filled = 0;
    let skip = header.dataOffset;
    for await (const chunk of this.#archive.stream(entry)) {
      let at = Math.min(skip, chunk.length);
      skip -= at;
      while (at < chunk.length) {
        const take = Math.min(rowBytes - filled, chunk.length - at);
        row.set(chunk.subarray(at, at + take), filled);
        at += take;
        filled += take;
        if (filled < rowBytes) continue;
        yield row;
        row = new Uint8Array(rowBytes);
        filled = 0;
      }
    }
  }

  close(): Promise<void> {
    return this.#archive.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/**
 * Every array of a `.npz` file by name.
 * @throws VisageError `FILE_NOT_FOUND`, `FILE_UNREADABLE`, `FORMAT_INVALID`, `FORMAT_UNSUPPORTED`
 */
export async function readNpz(file: FileSource): Promise<Map<string, NpyArray>> {
  const npz = await NpzFile.open(file);
  try {
    const arrays = new Map<string, NpyArray>();
    for (const name of npz.names) arrays.set(name, await npz.read(name));
    return arrays;
  } finally {
    await npz.close();
  }
}

async function* npyChunks(
  entry: NpyArray | NpyStream,
  label: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  if ('data' in entry) {
    for (const part of npyParts(entry, label)) yield part;
    return;
  }
  const header = npyHeader(entry.type, entry.dims);
  const { count, itemBytes } = parseNpyHeader(header, label);
  yield header;
  let missing = count * itemBytes;
  for await (const chunk of entry.chunks) {
    signal?.throwIfAborted();
    missing -= chunk.length;
    yield chunk;
  }
  if (missing !== 0) {
    const reason = `shape (${entry.dims.join(', ')}) and what was given differ by ${missing} bytes`;
    throw visageError('FORMAT_INVALID', { path: label, format: 'npz', reason });
  }
}

export interface NpzWriteOptions {
  /** Deflate the arrays, as `savez_compressed` does; default true. */
  readonly compress?: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Writes a `.npz` file atomically, array by array; the same arrays give the same bytes.
 * @param arrays by name, written in this order; streams are consumed as they are written.
 * @throws VisageError `FILE_UNWRITABLE`, `FORMAT_INVALID` when data do not fit their shape; whatever a
 *   stream throws; the reason of `signal`
 */
export async function writeNpz(
  path: string,
  arrays: Readonly<Record<string, NpyArray | NpyStream>>,
  options: NpzWriteOptions = {},
): Promise<void> {
  const { compress = true, signal } = options;
  const file = await AtomicFile.create(path);
  try {
    const zip = new ZipWriter(file);
    for (const [name, entry] of Object.entries(arrays)) {
      signal?.throwIfAborted();
      await zip.add(name + suffix, npyChunks(entry, `${path} (${name})`, signal), compress);
    }
    await zip.finish();
    await file.commit();
  } finally {
    await file.discard();
  }
}
