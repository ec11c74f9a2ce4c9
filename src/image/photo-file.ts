import { constants, type Stats } from 'node:fs';
import { open } from 'node:fs/promises';
import { VisageError, visageError } from '../kernel/index.ts';
import type { PhotoSource } from './raster.ts';

/** Files beyond this are refused before they are read: with the pixels it bounds memory below 1 GB. */
const maxFileBytes = 256 * 1024 * 1024;

/** Opening a pipe for reading would wait for a writer; without blocking it can be looked at and refused. */
const openFlags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

const kindOf = (status: Stats): string => {
  if (status.isDirectory()) return 'it is a folder';
  if (status.isFIFO()) return 'it is a pipe';
  if (status.isSocket()) return 'it is a socket';
  return 'it is a device';
};

const megabytes = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20)} MB`;

/** What the operating system said, in a person's words. */
function fileError(path: string, thrown: unknown): Error {
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
  if (code === 'ENOENT' || code === 'ENOTDIR') return visageError('FILE_NOT_FOUND', { path }, thrown);
  const reasons: Readonly<Record<string, string>> = {
    EACCES: 'permission denied',
    EPERM: 'permission denied',
    EISDIR: 'it is a folder',
    ENXIO: 'it is a socket or a device',
    ELOOP: 'its symbolic links go round in a circle',
    ENAMETOOLONG: 'its name is too long',
    ERR_INVALID_ARG_VALUE: 'its name holds a zero byte',
  };
  const said = thrown instanceof Error ? thrown.message : String(thrown);
  return visageError('FILE_UNREADABLE', { path, reason: reasons[code] ?? said }, thrown);
}

/** The name under which errors report `source`. */
export const photoName = (source: PhotoSource): string => (typeof source === 'string' ? source : source.name);

/**
 * The bytes of a photo. Only regular files are read: a folder, a pipe or a device is refused at once.
 * @throws VisageError `FILE_NOT_FOUND`, `FILE_UNREADABLE`
 */
export async function readPhotoFile(source: PhotoSource): Promise<Uint8Array> {
  if (typeof source !== 'string') {
    checkSize(source.name, source.bytes.length);
    return source.bytes;
  }
  const file = await open(source, openFlags).catch((thrown: unknown) => {
    throw fileError(source, thrown);
  });
  try {
    const status = await file.stat();
    if (!status.isFile()) throw visageError('FILE_UNREADABLE', { path: source, reason: kindOf(status) });
    checkSize(source, status.size);
    const bytes = new Uint8Array(status.size);
    let filled = 0;
    while (filled < bytes.length) {
      const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return bytes.subarray(0, filled);
  } catch (thrown) {
    if (thrown instanceof VisageError) throw thrown;
    throw fileError(source, thrown);
  } finally {
    await file.close();
  }
}

function checkSize(path: string, sizeBytes: number): void {
  if (sizeBytes <= maxFileBytes) return;
  const reason = `it has ${megabytes(sizeBytes)}; at most ${megabytes(maxFileBytes)} are accepted`;
  throw visageError('FILE_UNREADABLE', { path, reason });
}
