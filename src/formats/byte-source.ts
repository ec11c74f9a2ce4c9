import { open, stat, type FileHandle } from 'node:fs/promises';
import { VisageError, visageError } from '../kernel/index.ts';
import { systemReason } from './system-reason.ts';

/** Bytes that can be read from any place: those of a file, or those in memory. */
export interface ByteSource extends AsyncDisposable {
  /** What to call it in errors: the path. */
  readonly name: string;
  readonly sizeBytes: number;
  /**
   * Exactly `length` bytes from `position` on.
   * @throws VisageError `FILE_UNREADABLE`, also when the file ends before
   */
  read(position: number, length: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** The path of a file, or its bytes with the name to report it under. */
export type FileSource = string | { readonly name: string; readonly bytes: Uint8Array };

const tooShort = (path: string): Error =>
  visageError('FILE_UNREADABLE', { path, reason: 'it ends too early; it may be changing' });

function memorySource(name: string, bytes: Uint8Array): ByteSource {
  return {
    name,
    sizeBytes: bytes.length,
    read: async (position, length) => {
      if (position < 0 || position + length > bytes.length) throw tooShort(name);
      return bytes.subarray(position, position + length);
    },
    close: async () => {},
    [Symbol.asyncDispose]: async () => {},
  };
}

async function readExactly(
  handle: FileHandle,
  name: string,
  position: number,
  length: number,
): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length; ) {
    const { bytesRead } = await handle.read(bytes, done, length - done, position + done);
    if (bytesRead === 0) throw tooShort(name);
    done += bytesRead;
  }
  return bytes;
}

/** Opens a file for reading at any place. @throws VisageError `FILE_NOT_FOUND`, `FILE_UNREADABLE` */
export async function openByteSource(source: FileSource): Promise<ByteSource> {
  if (typeof source !== 'string') return memorySource(source.name, source.bytes);
  const path = source;
  try {
    // Looked at before it is opened: opening a pipe waits for a writer.
    const status = await stat(path);
    if (!status.isFile()) {
      const reason = status.isDirectory() ? 'it is a folder' : 'it is not a regular file';
      throw visageError('FILE_UNREADABLE', { path, reason });
    }
    const handle = await open(path, 'r');
    const close = (): Promise<void> => handle.close();
    return {
      name: path,
      sizeBytes: (await handle.stat()).size,
      read: (position, length) => readExactly(handle, path, position, length),
      close,
      [Symbol.asyncDispose]: close,
    };
  } catch (thrown) {
    if (thrown instanceof VisageError) throw thrown;
    const { code } = thrown as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw visageError('FILE_NOT_FOUND', { path }, thrown);
    throw visageError('FILE_UNREADABLE', { path, reason: systemReason(thrown) }, thrown);
  }
}
