import { pipeline, Readable } from 'node:stream';
import { crc32, createInflateRaw } from 'node:zlib';
import { visageError, VisageError } from '../kernel/index.ts';
import { openByteSource, type ByteSource, type FileSource } from './byte-source.ts';
import { readZipDirectory, type ZipEntry } from './zip-directory.ts';

const chunkBytes = 256 * 1024;

/** What is taken into memory at once; longer entries can be streamed. */
const maxReadBytes = 2 ** 32;

/** A zip archive open for reading: stored and deflated entries, zip64 included. */
export class ZipArchive implements AsyncDisposable {
  readonly entries: ReadonlyMap<string, ZipEntry>;
  readonly #source: ByteSource;

  private constructor(source: ByteSource, entries: ReadonlyMap<string, ZipEntry>) {
    this.#source = source;
    this.entries = entries;
  }

  /** @throws VisageError `FILE_NOT_FOUND`, `FILE_UNREADABLE`, `FORMAT_INVALID`, `FORMAT_UNSUPPORTED` */
  static async open(file: FileSource): Promise<ZipArchive> {
    const source = await openByteSource(file);
    try {
      return new ZipArchive(source, await readZipDirectory(source));
    } catch (thrown) {
      await source.close();
      throw thrown;
    }
  }

  /** What the archive is called in errors. */
  get name(): string {
    return this.#source.name;
  }

  #fault(reason: string): VisageError {
    return visageError('FORMAT_INVALID', { path: this.name, format: 'zip', reason });
  }

  /** Where the data of `entry` start: behind its local header (APPNOTE 4.3.7). */
  async #dataOffset(entry: ZipEntry): Promise<number> {
    const bytes = await this.#source.read(entry.headerOffset, 30);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const method = view.getUint16(8, true);
    if (view.getUint32(0, true) !== 0x04034b50 || method !== entry.method) {
      throw this.#fault(`the header of ${entry.name} is damaged`);
    }
    const start = entry.headerOffset + 30 + view.getUint16(26, true) + view.getUint16(28, true);
    if (start + entry.compressedBytes > this.#source.sizeBytes) throw this.#fault(`${entry.name} is cut off`);
    return start;
  }

  async *#compressed(entry: ZipEntry): AsyncGenerator<Uint8Array, void, undefined> {
    const start = await this.#dataOffset(entry);
    for (let done = 0; done < entry.compressedBytes; done += chunkBytes) {
      yield await this.#source.read(start + done, Math.min(chunkBytes, entry.compressedBytes - done));
    }
  }

  async *#inflated(entry: ZipEntry): AsyncGenerator<Uint8Array, void, undefined> {
    const inflate = createInflateRaw({ chunkSize: chunkBytes });
    // The iterator below meets every failure, that of the source too; nothing is left for a callback.
    pipeline(Readable.from(this.#compressed(entry)), inflate, () => {});
    try {
      yield* inflate as AsyncIterable<Uint8Array>;
    } catch (thrown) {
      if (thrown instanceof VisageError) throw thrown;
      throw this.#fault(`${entry.name} is damaged (${(thrown as Error).message})`);
    }
  }

  /**
   * The content of `entry` piece by piece. Size and checksum are compared at the end, so what was
   * made of the pieces counts only once the sequence has ended.
   * @throws VisageError `FORMAT_INVALID`, `FILE_UNREADABLE`
   */
  async *stream(entry: ZipEntry): AsyncGenerator<Uint8Array, void, undefined> {
    let [size, checksum] = [0, 0];
    for await (const chunk of entry.method === 0 ? this.#compressed(entry) : this.#inflated(entry)) {
      size += chunk.length;
      if (size > entry.sizeBytes) throw this.#fault(`${entry.name} is longer than it says`);
      checksum = crc32(chunk, checksum);
      yield chunk;
    }
    if (size !== entry.sizeBytes) throw this.#fault(`${entry.name} is shorter than it says`);
    if (checksum !== entry.crc32) throw this.#fault(`the checksum of ${entry.name} is wrong`);
  }

  /**
   * The whole content of `entry`, in memory.
   * @throws VisageError `FORMAT_INVALID`, `FILE_UNREADABLE`, `FORMAT_UNSUPPORTED` beyond 4 GiB
   */
  async read(entry: ZipEntry): Promise<Uint8Array> {
    if (entry.sizeBytes > maxReadBytes) {
      throw visageError('FORMAT_UNSUPPORTED', {
        path: this.name,
        feature: `${entry.name} with ${entry.sizeBytes} bytes`,
        format: 'zip',
        allowed: `entries up to ${maxReadBytes} bytes`,
      });
    }
    const bytes = new Uint8Array(entry.sizeBytes);
    let at = 0;
    for await (const chunk of this.stream(entry)) {
      bytes.set(chunk, at);
      at += chunk.length;
    }
    return bytes;
  }

  /**
   * As {@link read}, but a stored entry of an archive in memory is a view of the archive's bytes. Throws
   * as {@link read} does.
   */
  async view(entry: ZipEntry): Promise<Uint8Array> {
    if (entry.method !== 0 || entry.sizeBytes > maxReadBytes) return this.read(entry);
    const bytes = await this.#source.read(await this.#dataOffset(entry), entry.sizeBytes);
    if (crc32(bytes) !== entry.crc32) throw this.#fault(`the checksum of ${entry.name} is wrong`);
    return bytes;
  }

  close(): Promise<void> {
    return this.#source.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
