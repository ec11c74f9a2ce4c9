import { visageError, type VisageError } from '../kernel/index.ts';
import type { ByteSource } from './byte-source.ts';

// ZIP as PKWARE's APPNOTE 6.3.10 defines it; section numbers refer to it.

/** A file in an archive, as the central directory describes it. */
export interface ZipEntry {
  readonly name: string;
  /** 0 stored, 8 deflated (4.4.5). */
  readonly method: 0 | 8;
  readonly crc32: number;
  readonly compressedBytes: number;
  readonly sizeBytes: number;
  /** Where its local header starts. */
  readonly headerOffset: number;
}

const endSize = 22;
const maxCommentSize = 65_535;
const zip64LocatorSize = 20;
const zip64EndSize = 56;
const maxDirectoryBytes = 256 * 1024 * 1024;

/** Deflate's limit is 1032 : 1; arrays of pixels or numbers never come near this. */
const maxRatio = 100;
/** Below this size any ratio is harmless. */
const ratioFreeBytes = 64 * 1024 * 1024;

interface Directory {
  readonly entryCount: number;
  readonly offset: number;
  readonly sizeBytes: number;
}

type Fault = (reason: string) => VisageError;

const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function readUint64(view: DataView, at: number, fault: Fault): number {
  const value = Number(view.getBigUint64(at, true));
  if (!Number.isSafeInteger(value)) throw fault('it holds an impossible size');
  return value;
}

/** Finds the end record (4.3.16) and, where there is one, its zip64 form (4.3.14, 4.3.15). */
async function readEnd(source: ByteSource, fault: Fault): Promise<Directory> {
  const tailStart = Math.max(0, source.sizeBytes - endSize - maxCommentSize);
  const tail = viewOf(await source.read(tailStart, source.sizeBytes - tailStart));
  let at = tail.byteLength - endSize;
  while (at >= 0) {
    const ends = at + endSize + tail.getUint16(at + 20, true) === tail.byteLength;
    if (ends && tail.getUint32(at, true) === 0x06054b50) break;
    at--;
  }
  if (at < 0) throw fault('it is no zip archive or its end is missing');
  const locatorStart = tailStart + at - zip64LocatorSize;
  if (locatorStart >= 0) {
    const locator = viewOf(await source.read(locatorStart, zip64LocatorSize));
    if (locator.getUint32(0, true) === 0x07064b50) {
      const start = readUint64(locator, 8, fault);
      if (start + zip64EndSize > locatorStart) throw fault('its zip64 record lies outside');
      const end = viewOf(await source.read(start, zip64EndSize));
      if (end.getUint32(0, true) !== 0x06064b50) throw fault('its zip64 record is damaged');
      return {
        entryCount: readUint64(end, 32, fault),
        sizeBytes: readUint64(end, 40, fault),
        offset: readUint64(end, 48, fault),
      };
    }
  }
  return {
    entryCount: tail.getUint16(at + 10, true),
    sizeBytes: tail.getUint32(at + 12, true),
    offset: tail.getUint32(at + 16, true),
  };
}

/** Sizes that did not fit into 32 bits, from the zip64 extra field (4.5.3). */
function widen(narrow: readonly number[], extra: DataView, fault: Fault): number[] {
  if (narrow.every((value) => value !== 0xffffffff)) return [...narrow];
  for (let at = 0; at + 4 <= extra.byteLength; ) {
    const [id, size] = [extra.getUint16(at, true), extra.getUint16(at + 2, true)];
    if (at + 4 + size > extra.byteLength) break;
    if (id === 1) {
      let next = at + 4;
      return narrow.map((value) => {
        if (value !== 0xffffffff) return value;
        if (next + 8 > at + 4 + size) throw fault('a zip64 field is too short');
        next += 8;
        return readUint64(extra, next - 8, fault);
      });
    }
    at += 4 + size;
  }
  throw fault('a zip64 field is missing');
}

function checkEntry(entry: ZipEntry, path: string, fault: Fault): void {
  const { name, method, compressedBytes, sizeBytes } = entry;
  if (method === 0 && compressedBytes !== sizeBytes)
    throw fault(`the sizes of ${name} contradict each other`);
  if (sizeBytes > ratioFreeBytes && sizeBytes > maxRatio * compressedBytes) {
    throw visageError('FORMAT_INVALID', {
      path,
      format: 'zip',
      reason: `${name} would grow from ${compressedBytes} to ${sizeBytes} bytes, which no honest file does`,
    });
  }
}

/**
 * Reads the central directory: the entries by name, without folders.
 * Refuses what archive bombs and damaged files do: entries that overlap, that reach outside, that
 * share a name or that grow more than a hundredfold.
 * @throws VisageError `FORMAT_INVALID`, `FORMAT_UNSUPPORTED`
 */
export async function readZipDirectory(source: ByteSource): Promise<Map<string, ZipEntry>> {
  const path = source.name;
  const fault: Fault = (reason) => visageError('FORMAT_INVALID', { path, format: 'zip', reason });
  const unsupported = (feature: string): VisageError =>
    visageError('FORMAT_UNSUPPORTED', {
      path,
      feature,
      format: 'zip',
      allowed: 'stored and deflated entries',
    });

  const directory = await readEnd(source, fault);
  const outside = directory.offset + directory.sizeBytes > source.sizeBytes;
  if (outside || directory.sizeBytes > maxDirectoryBytes) throw fault('its directory lies outside');
  const bytes = await source.read(directory.offset, directory.sizeBytes);
  const view = viewOf(bytes);
  const entries = new Map<string, ZipEntry>();
  const spans: [start: number, end: number][] = [];
  let at = 0;
  for (let i = 0; i < directory.entryCount; i++) {
    // 4.3.12
    if (at + 46 > bytes.length || view.getUint32(at, true) !== 0x02014b50) {
      throw fault('its directory is damaged');
    }
    const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((field) =>
      view.getUint16(at + field, true),
    );
    const end = at + 46 + nameBytes! + extraBytes! + commentBytes!;
    if (end > bytes.length) throw fault('its directory is damaged');
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameBytes!));
    const flags = view.getUint16(at + 8, true);
    const method = view.getUint16(at + 10, true);
    const extraStart = at + 46 + nameBytes!;
    const [sizeBytes, compressedBytes, headerOffset] = widen(
      [view.getUint32(at + 24, true), view.getUint32(at + 20, true), view.getUint32(at + 42, true)],
      viewOf(bytes.subarray(extraStart, extraStart + extraBytes!)),
      fault,
    ) as [number, number, number];
    const crc32 = view.getUint32(at + 16, true);
    at = end;
    const spanEnd = headerOffset + 30 + nameBytes! + compressedBytes;
    if (spanEnd > directory.offset) throw fault(`${name} reaches outside`);
    spans.push([headerOffset, spanEnd]);
    if (name.endsWith('/')) continue;
    if ((flags & 1) !== 0) throw unsupported('an encrypted entry');
    if (method !== 0 && method !== 8) throw unsupported(`compression method ${method}`);
    if (entries.has(name)) throw fault(`it holds ${name} twice`);
    const entry: ZipEntry = { name, method, crc32, compressedBytes, sizeBytes, headerOffset };
    checkEntry(entry, path, fault);
    entries.set(name, entry);
  }
  spans.sort(([a], [b]) => a - b);
  if (spans.some(([start], i) => i > 0 && start < spans[i - 1]![1])) throw fault('its entries overlap');
  return entries;
}
