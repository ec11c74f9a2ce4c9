import { open, type FileHandle } from 'node:fs/promises';
import { visageError } from '../kernel/index.ts';

/**
 * Who did what: one JSON line each, only ever appended, readable by its owner only. Lines that come together
 * are written together; a line's promise is fulfilled when it is on the disk.
 */
export class AuditLog implements AsyncDisposable {
  readonly path: string;
  readonly #file: FileHandle;
  #waiting: string[] = [];
  #writing: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;

  private constructor(path: string, file: FileHandle) {
    this.path = path;
    this.#file = file;
  }

  /** @throws VisageError `FILE_UNWRITABLE` */
  static async open(path: string): Promise<AuditLog> {
    try {
      return new AuditLog(path, await open(path, 'a', 0o600));
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
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
