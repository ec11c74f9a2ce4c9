import { open, type FileHandle } from 'node:fs/promises';
import { visageError } from '../kernel/index.ts';

/** A line has some hundreds of bytes. */
const mostLineBytes = 2048;

/**
 * Who did what: one JSON line each, only ever appended, readable by its owner only. Lines that come together
 * are written together; a line's promise is fulfilled when it is on the disk.
 */
export class AuditLog implements AsyncDisposable {
  readonly path: string;
  readonly #file: FileHandle;
  readonly #reader: FileHandle;
  #waiting: string[] = [];
  #writing: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;

  private constructor(path: string, file: FileHandle, reader: FileHandle) {
    this.path = path;
    this.#file = file;
    this.#reader = reader;
  }

  /** @throws VisageError `FILE_UNWRITABLE` */
  static async open(path: string): Promise<AuditLog> {
    try {
      return new AuditLog(path, await open(path, 'a', 0o600), await open(path, 'r'));
    } catch (thrown) {
      throw visageError('FILE_UNWRITABLE', { path, reason: (thrown as Error).message }, thrown);
    }
  }

  add(entry: Readonly<Record<string, unknown>>): Promise<void> {
    this.#waiting.push(`${JSON.stringify({ time: new Date().toISOString(), ...entry })}\n`);
    this.#next ??= this.#writing.then(() => {
      const lines = this.#waiting.join('');
      this.#waiting = [];
      this.#next = undefined;
      this.#writing = this.#write(lines);
      return this.#writing;
    });
    return this.#next;
  }

  /** Newest first; of a long log only the end is read. */
  async latest(count: number): Promise<unknown[]> {
    await this.#next?.catch(() => {});
    const { size } = await this.#file.stat();
    const length = Math.min(size, count * mostLineBytes);
    const { buffer } = await this.#reader.read(Buffer.alloc(length), 0, length, size - length);
    const lines = buffer.toString('utf8').split('\n');
    // The first may be cut in two.
    if (length < size) lines.shift();
    return lines
      .filter((line) => line !== '')
      .slice(-count)
      .reverse()
      .map((line) => JSON.parse(line) as unknown);
  }

  async #write(lines: string): Promise<void> {
    try {
      await this.#file.appendFile(lines);
      await this.#file.datasync();
    } catch (thrown) {
      throw visageError('FILE_UNWRITABLE', { path: this.path, reason: (thrown as Error).message }, thrown);
    }
  }

  async close(): Promise<void> {
    await this.#next?.catch(() => {});
    await this.#writing.catch(() => {});
    await this.#file.close();
    await this.#reader.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
