import { createHash, type Hash } from 'node:crypto';
import { open, readFile, rm, stat, statfs, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { systemReason, writeFileAtomically } from '../../formats/index.ts';
import { visageError } from '../../kernel/index.ts';
import { hashFile } from '../keeper/file-hash.ts';

/** Where the bytes of a part came from; lies beside it as JSON. */
interface PartOrigin {
  readonly url: string;
  /** A strong entity tag (RFC 9110, 8.8.3): equal bytes. */
  readonly etag: string;
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

/**
 * A file that grows as it is downloaded, hashed on the way. Whatever ends the download, its bytes stay
 * for the next one, until {@link PartFile.remove}.
 */
export class PartFile {
  readonly path: string;
  #handle: FileHandle | undefined;
  #hash: Hash = createHash('sha256');
  #sizeBytes = 0;

  private constructor(path: string) {
    this.path = path;
  }

  /** Opens what is there of it. @throws VisageError `FILE_UNWRITABLE` */
  static async open(path: string, signal?: AbortSignal): Promise<PartFile> {
    const part = new PartFile(path);
    const found = await stat(path).catch(() => undefined);
    if (found !== undefined) {
      try {
        await hashFile(path, part.#hash, signal);
        part.#sizeBytes = found.size;
      } catch (thrown) {
        signal?.throwIfAborted();
        throw visageError('FILE_UNWRITABLE', { path, reason: systemReason(thrown) }, thrown);
      }
    }
    return part;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** SHA-256 of what is there. */
  digest(): string {
    return this.#hash.copy().digest('hex');
  }

  /** The tag under which `url` gave what is there. */
  async tagOf(url: string): Promise<string | undefined> {
    try {
      const origin = JSON.parse(await readFile(`${this.path}.json`, 'utf8')) as Partial<PartOrigin>;
      return origin.url === url && typeof origin.etag === 'string' ? origin.etag : undefined;
    } catch {
      return undefined;
    }
  }

  /** Starts anew. @param etag of what is to come; kept where it is a strong one */
  async restart(url: string, etag: unknown): Promise<void> {
    await this.close();
    await this.#guarded(async () => {
      this.#handle = await open(this.path, 'w');
      this.#hash = createHash('sha256');
      this.#sizeBytes = 0;
      if (typeof etag === 'string' && etag.startsWith('"')) {
        await writeFileAtomically(`${this.path}.json`, JSON.stringify({ url, etag } satisfies PartOrigin));
      } else await rm(`${this.path}.json`, { force: true });
    });
  }

  /** @throws VisageError `FILE_UNWRITABLE` */
  async append(bytes: Uint8Array): Promise<void> {
    await this.#guarded(async () => {
      this.#handle ??= await open(this.path, 'a');
      for (let done = 0; done < bytes.length; ) {
        const { bytesWritten } = await this.#handle.write(bytes, done, bytes.length - done);
        done += bytesWritten;
      }
    });
    this.#hash.update(bytes);
    this.#sizeBytes += bytes.length;
  }

  /** A full disk: what was written is given back, since nothing can be done with it. */
  async #guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (thrown) {
      await this.remove();
      throw visageError('FILE_UNWRITABLE', { path: this.path, reason: systemReason(thrown) }, thrown);
    }
  }

  /** Refuses before anything is downloaded. @throws VisageError `FILE_UNWRITABLE` */
  async requireSpace(totalBytes: number): Promise<void> {
    const folder = dirname(this.path);
    const found = await statfs(folder).catch(() => undefined);
    if (found === undefined) return;
    const free = found.bavail * found.bsize;
    const needed = totalBytes - this.#sizeBytes;
    if (needed <= free) return;
    const reason = `${megabytes(needed)} are needed, and ${megabytes(free)} are free`;
    throw visageError('FILE_UNWRITABLE', { path: folder, reason });
  }

  async close(): Promise<void> {
    await this.#handle?.close().catch(() => {});
    this.#handle = undefined;
  }

  async remove(): Promise<void> {
    await this.close();
    await rm(this.path, { force: true }).catch(() => {});
    await rm(`${this.path}.json`, { force: true }).catch(() => {});
    this.#hash = createHash('sha256');
    this.#sizeBytes = 0;
  }
}
