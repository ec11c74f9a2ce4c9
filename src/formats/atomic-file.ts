import { rmSync } from 'node:fs';
import { open, readdir, realpath, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';
import { visageError } from '../kernel/index.ts';
import { systemReason } from './system-reason.ts';

/** Temporary files that are being written; removed when the process ends in the middle (`process.exit`). */
const unfinished = new Set<string>();
let watchingExit = false;
let nextTemporary = 0;

/** Folders are shared between machines and containers, where process ids mean other processes. */
const machine = crc32(hostname()).toString(16);

function isRunning(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

const cleaned = new Set<string>();

/**
 * Removes what processes of this machine left in `folder` when they were killed. Done once for each
 * folder: many files may be written into one, and listing it for each would take long.
 */
async function removeOrphans(folder: string): Promise<void> {
  if (cleaned.has(folder)) return;
  cleaned.add(folder);
  for (const found of await readdir(folder).catch(() => [])) {
    const [, owner, processId] = /^\..+\.([\da-f]+)-(\d+)-\d+\.tmp$/.exec(found) ?? [];
    if (owner !== machine || isRunning(Number(processId))) continue;
    await rm(join(folder, found), { force: true }).catch(() => {});
  }
}

function watchExit(): void {
  if (watchingExit) return;
  watchingExit = true;
  process.once('exit', () => {
    for (const path of unfinished) rmSync(path, { force: true });
  });
}

const unwritable = (path: string, thrown: unknown): Error =>
  visageError('FILE_UNWRITABLE', { path, reason: systemReason(thrown) }, thrown);

/** Where a link finally points, so that writing through it replaces the file and keeps the link. */
const targetOf = (path: string): Promise<string> => realpath(path).catch(() => path);

/**
 * A file that appears whole or not at all: written under a temporary name in the same folder, then
 * flushed to the disk and renamed over the target by {@link AtomicFile.commit}. Until then the target
 * keeps what it held. Whoever creates one must end it with `commit` or `discard`.
 */
export class AtomicFile implements AsyncDisposable {
  /** The target as the caller named it. */
  readonly path: string;
  readonly #target: string;
  readonly #temporary: string;
  readonly #handle: FileHandle;
  #size = 0;
  #open = true;

  private constructor(path: string, target: string, temporary: string, handle: FileHandle) {
    this.path = path;
    this.#target = target;
    this.#temporary = temporary;
    this.#handle = handle;
  }

  /**
   * @param path of the file to make or replace; its folder must exist.
   * @throws VisageError `FILE_UNWRITABLE`
   */
  static async create(path: string): Promise<AtomicFile> {
    const target = await targetOf(path);
    const existing = await stat(target).catch(() => undefined);
    if (existing !== undefined && !existing.isFile()) {
      const reason = existing.isDirectory() ? 'it is a folder' : 'it is not a regular file';
      throw visageError('FILE_UNWRITABLE', { path, reason });
    }
    const [folder, name] = [dirname(target), basename(target)];
    const temporary = join(folder, `.${name}.${machine}-${process.pid}-${nextTemporary++}.tmp`);
    watchExit();
    await removeOrphans(folder);
    try {
      // 'w' and not 'wx': a file of this name can only be left from a killed process that had our id.
      const handle = await open(temporary, 'w', existing === undefined ? 0o666 : existing.mode & 0o777);
      unfinished.add(temporary);
      return new AtomicFile(path, target, temporary, handle);
    } catch (thrown) {
      throw unwritable(path, thrown);
    }
  }

  /** Bytes appended so far. */
  get sizeBytes(): number {
    return this.#size;
  }

  /** Appends `bytes`. @throws VisageError `FILE_UNWRITABLE` */
  async append(bytes: Uint8Array): Promise<void> {
    const start = this.#size;
    this.#size += bytes.length;
    await this.#write(bytes, start);
  }

  /** Overwrites what was appended at `position` before. @throws VisageError `FILE_UNWRITABLE` */
  async patch(position: number, bytes: Uint8Array): Promise<void> {
    if (position + bytes.length > this.#size) throw new RangeError('patch reaches beyond what was appended');
    await this.#write(bytes, position);
  }

  async #write(bytes: Uint8Array, position: number): Promise<void> {
    try {
      for (let done = 0; done < bytes.length; ) {
        const { bytesWritten } = await this.#handle.write(bytes, done, bytes.length - done, position + done);
        done += bytesWritten;
      }
    } catch (thrown) {
      throw unwritable(this.path, thrown);
    }
  }

  /** Puts the file in its place. On failure nothing is left behind. @throws VisageError `FILE_UNWRITABLE` */
  async commit(): Promise<void> {
    try {
      await this.#handle.sync();
      await this.#close();
      await rename(this.#temporary, this.#target);
      unfinished.delete(this.#temporary);
    } catch (thrown) {
      await this.discard();
      throw unwritable(this.path, thrown);
    }
    // The rename itself survives a power cut only when the folder is flushed too; not every system can.
    const folder = await open(dirname(this.#target), 'r').catch(() => undefined);
    await folder?.sync().catch(() => {});
    await folder?.close();
  }

  /** Forgets what was written; the target keeps what it held. Does nothing after `commit`. */
  async discard(): Promise<void> {
    await this.#close();
    if (unfinished.delete(this.#temporary)) await rm(this.#temporary, { force: true });
  }

  async #close(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    await this.#handle.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.discard();
  }
}

/** What a file can be written from. Text is stored as UTF-8. */
export type FileContent = string | Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/**
 * Writes a whole file atomically: whoever looks sees the old content or the new, never a part. When
 * writing fails, when `content` throws or `signal` aborts, the old file stays and nothing is left behind.
 * @throws VisageError `FILE_UNWRITABLE`; whatever `content` throws; the reason of `signal`
 */
export async function writeFileAtomically(
  path: string,
  content: FileContent,
  signal?: AbortSignal,
): Promise<void> {
  signal?.throwIfAborted();
  const file = await AtomicFile.create(path);
  try {
    if (typeof content === 'string') await file.append(new TextEncoder().encode(content));
    else if (content instanceof Uint8Array) await file.append(content);
    else {
      for await (const chunk of content) {
        signal?.throwIfAborted();
        await file.append(chunk);
      }
    }
    signal?.throwIfAborted();
    await file.commit();
  } finally {
    await file.discard();
  }
}
