import { pipeline, Readable } from 'node:stream';
import { crc32, createDeflateRaw } from 'node:zlib';
import type { AtomicFile } from './atomic-file.ts';

// ZIP as PKWARE's APPNOTE 6.3.10 defines it; section numbers refer to it.

export type Chunks = Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/** 1980-01-01 00:00 (4.4.6): the same content gives the same bytes whenever it is written. */
const dosDate = 0x0021;
/** 4.5: the first version with zip64. */
const zip64Version = 45;
/** Made on Unix (3), so that the mode below counts. */
const madeBy = (3 << 8) | zip64Version;
/** A regular file, rw-r--r--. */
const unixMode = 0o100644;
/** The name is UTF-8 (4.4.4, bit 11). */
const utf8Names = 0x0800;

async function* deflated(chunks: Chunks): AsyncGenerator<Uint8Array, void, undefined> {
  const deflate = createDeflateRaw({ chunkSize: 64 * 1024 });
  pipeline(Readable.from(chunks, { objectMode: true, highWaterMark: 1 }), deflate, () => {});
  yield* deflate as AsyncIterable<Uint8Array>;
}

interface Written {
  readonly name: Uint8Array;
  readonly method: 0 | 8;
  readonly crc32: number;
  readonly compressedBytes: number;
  readonly sizeBytes: number;
  readonly headerOffset: number;
}

/** Little-endian numbers one after the other: [bytes, value]. */
function pack(...fields: readonly (readonly [2 | 4 | 8, number])[]): Uint8Array {
  const bytes = new Uint8Array(fields.reduce((sum, [size]) => sum + size, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const [size, value] of fields) {
    if (size === 2) view.setUint16(at, value, true);
    else if (size === 4) view.setUint32(at, value, true);
    else view.setBigUint64(at, BigInt(value), true);
    at += size;
  }
  return bytes;
}

/**
 * Writes a zip archive entry by entry, each as a stream. As NumPy does, every local header has
 * room for 64-bit sizes; the directory uses them only where 32 bits are too few.
 */
export class ZipWriter {
  readonly #file: AtomicFile;
  readonly #entries: Written[] = [];
  readonly #narrowLimit: number;

  /** @param narrowLimit sizes and offsets from this on are written in 64 bits; lower it only to test that. */
  constructor(file: AtomicFile, narrowLimit = 0xffffffff) {
    this.#file = file;
    this.#narrowLimit = narrowLimit;
  }

  /** Appends one entry. @throws VisageError `FILE_UNWRITABLE`; whatever `content` throws */
  async add(entryName: string, content: Chunks, compress: boolean): Promise<void> {
    const name = new TextEncoder().encode(entryName);
    const method = compress ? 8 : 0;
    const headerOffset = this.#file.sizeBytes;
    await this.#file.append(this.#localHeader(name, method, 0, 0, 0));
    const dataOffset = this.#file.sizeBytes;
    let [sizeBytes, checksum] = [0, 0];
    const measured = (async function* () {
      for await (const chunk of content) {
        // zlib's crc32 of no bytes is 0, whatever went before.
        if (chunk.length === 0) continue;
        sizeBytes += chunk.length;
        checksum = crc32(chunk, checksum);
        yield chunk;
      }
    })();
    for await (const chunk of compress ? deflated(measured) : measured) await this.#file.append(chunk);
    const compressedBytes = this.#file.sizeBytes - dataOffset;
    await this.#file.patch(
      headerOffset,
      this.#localHeader(name, method, checksum, compressedBytes, sizeBytes),
    );
    this.#entries.push({ name, method, crc32: checksum, compressedBytes, sizeBytes, headerOffset });
  }

  /** 4.3.7 with a zip64 extra field (4.5.3). */
  #localHeader(
    name: Uint8Array,
    method: 0 | 8,
    checksum: number,
    compressedBytes: number,
    sizeBytes: number,
  ): Uint8Array {
    return Buffer.concat([
      pack([4, 0x04034b50], [2, zip64Version], [2, utf8Names], [2, method], [2, 0], [2, dosDate]),
      pack([4, checksum], [4, 0xffffffff], [4, 0xffffffff], [2, name.length], [2, 20]),
      name,
      pack([2, 1], [2, 16], [8, sizeBytes], [8, compressedBytes]),
    ]);
  }

  /** 4.3.12 */
  #directoryHeader(entry: Written): Uint8Array {
    const wide = [entry.sizeBytes, entry.compressedBytes, entry.headerOffset].filter(
      (value) => value >= this.#narrowLimit,
    );
    const extra =
      wide.length === 0
        ? new Uint8Array(0)
        : pack([2, 1], [2, 8 * wide.length], ...wide.map((value) => [8, value] as const));
    const { compressedBytes, sizeBytes, headerOffset } = entry;
    return Buffer.concat([
      pack([4, 0x02014b50], [2, madeBy], [2, zip64Version], [2, utf8Names], [2, entry.method]),
      pack([2, 0], [2, dosDate], [4, entry.crc32], [4, this.#narrow(compressedBytes)]),
      pack([4, this.#narrow(sizeBytes)], [2, entry.name.length], [2, extra.length], [2, 0], [2, 0], [2, 0]),
      pack([4, (unixMode << 16) >>> 0], [4, this.#narrow(headerOffset)]),
      entry.name,
      extra,
    ]);
  }

  #narrow(value: number): number {
    return value >= this.#narrowLimit ? 0xffffffff : value;
  }

  /** Appends the directory; nothing may be added afterwards. @throws VisageError `FILE_UNWRITABLE` */
  async finish(): Promise<void> {
    const offset = this.#file.sizeBytes;
    const directory = Buffer.concat(this.#entries.map((entry) => this.#directoryHeader(entry)));
    await this.#file.append(directory);
    const count = this.#entries.length;
    const wide = count >= 0xffff || directory.length >= this.#narrowLimit || offset >= this.#narrowLimit;
    if (wide) {
      const endOffset = this.#file.sizeBytes;
      // 4.3.14 and 4.3.15
      const end = pack([4, 0x06064b50], [8, 44], [2, madeBy], [2, zip64Version], [4, 0], [4, 0], [8, count]);
      await this.#file.append(
        Buffer.concat([
          end,
          pack([8, count], [8, directory.length], [8, offset]),
          pack([4, 0x07064b50], [4, 0], [8, endOffset], [4, 1]),
        ]),
      );
    }
    const narrowCount = wide ? 0xffff : count;
    // 4.3.16
    await this.#file.append(
      Buffer.concat([
        pack([4, 0x06054b50], [2, 0], [2, 0], [2, narrowCount], [2, narrowCount]),
        pack([4, wide ? 0xffffffff : directory.length], [4, wide ? 0xffffffff : offset], [2, 0]),
      ]),
    );
  }
}
