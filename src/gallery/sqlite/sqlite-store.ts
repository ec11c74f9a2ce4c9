import { open, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type Libsql from 'libsql';
import { systemReason } from '../../formats/index.ts';
import { VisageError, visageError } from '../../kernel/index.ts';
import type { GalleryStore, StoreReader, StoreWriter } from '../store.ts';
import { Connection, loadLibsql, sqliteCode } from './connection.ts';
import { applicationId, migrations } from './schema.ts';
import { SqliteRows } from './sqlite-rows.ts';

/** How long to wait for another process that is writing. */
const defaultBusyMs = 10_000;
/** Readers at the same time; more wait. */
const mostReaders = 4;

export interface SqliteStoreOptions {
  /** How long to wait for another process that is writing before giving up with `GALLERY_BUSY`; default 10 s. */
  readonly busyMs?: number;
  /** The name by which libsql is loaded. */
  readonly packageName?: string;
}

/**
 * A gallery in one SQLite file (libsql). Several processes may use it at once: readers see the last
 * commit and never wait for writers (write-ahead log), writers take turns. A commit is on the disk when
 * it is reported (`synchronous = FULL`); a process that is killed at any moment leaves the last commit.
 *
 * What is deleted is overwritten with zeros (`secure_delete`); {@link erase} then empties the write-ahead
 * log, which still holds pages as they were before. Below SQLite, a copying file system, an SSD or a
 * backup may keep older blocks: only encryption of the gallery helps against those.
 */
export class SqliteStore implements GalleryStore {
  readonly path: string;
  readonly #libsql: typeof Libsql;
  readonly #busyMs: number;
  readonly #writer: Connection;
  /** The end of the queue of writers of this process. */
  #lastWrite: Promise<unknown> = Promise.resolve();
  readonly #idleReaders: Connection[] = [];
  readonly #waitingReaders: ((reader: Connection) => void)[] = [];
  #readers = 0;
  readonly #reading = new Set<Promise<unknown>>();
  #closed = false;

  private constructor(path: string, libsql: typeof Libsql, writer: Connection, busyMs: number) {
    this.path = path;
    this.#libsql = libsql;
    this.#writer = writer;
    this.#busyMs = busyMs;
  }

  /**
   * Opens `path`, which is made where it is not there, readable and writable only by its owner.
   * @throws VisageError `PACKAGE_MISSING`, `GALLERY_INVALID`, `GALLERY_BUSY`, `FILE_UNWRITABLE`
   */
  static async open(path: string, options: SqliteStoreOptions = {}): Promise<SqliteStore> {
    const libsql = loadLibsql(options.packageName);
    await touch(path);
    const busyMs = options.busyMs ?? defaultBusyMs;
    let writer: Connection | undefined;
    try {
      const opened = new Connection(libsql, path);
      writer = opened;
      await retry(path, busyMs, () => migrate(opened, path));
      const store = new SqliteStore(path, libsql, opened, busyMs);
      // A process that was killed may have left deleted pages in the log.
      await store.erase();
      return store;
    } catch (thrown) {
      writer?.close();
      throw inWords(path, thrown);
    }
  }

  async read<Result>(work: (reader: StoreReader) => Promise<Result>): Promise<Result> {
    this.#requireOpen();
    const reading = this.#readOnce(work);
    const settled: Promise<unknown> = reading.catch(() => {}).then(() => this.#reading.delete(settled));
    this.#reading.add(settled);
    return reading;
  }

  async #readOnce<Result>(work: (reader: StoreReader) => Promise<Result>): Promise<Result> {
    const reader = await this.#takeReader();
    try {
      await retry(this.path, this.#busyMs, () => {
        reader.exec('BEGIN');
        try {
          // A deferred transaction settles on a state when it first reads.
          reader.get('SELECT version FROM gallery');
        } catch (thrown) {
          reader.exec('ROLLBACK');
          throw thrown;
        }
      });
      try {
        return await work(new SqliteRows(reader));
      } finally {
        reader.exec('ROLLBACK');
      }
    } catch (thrown) {
      throw inWords(this.path, thrown);
    } finally {
      this.#giveReader(reader);
    }
  }

  write<Result>(work: (writer: StoreWriter) => Promise<Result>): Promise<Result> {
    this.#requireOpen();
    return this.#inTurn(async () => {
      const writer = this.#writer;
      await retry(this.path, this.#busyMs, () => writer.exec('BEGIN IMMEDIATE'));
      try {
        const result = await work(new SqliteRows(writer));
        writer.exec('COMMIT');
        return result;
      } catch (thrown) {
        try {
          writer.exec('ROLLBACK');
        } catch {
          // SQLite rolled back by itself, as it does when the disk is full.
        }
        throw inWords(this.path, thrown);
      }
    });
  }

  erase(): Promise<boolean> {
    this.#requireOpen();
    return this.#inTurn(() => this.#emptyLog(this.#busyMs));
  }

  /** Moves the log into the file and cuts it to nothing, which works only while nobody reads an older state. */
  async #emptyLog(patienceMs: number): Promise<boolean> {
    const deadline = performance.now() + Math.min(patienceMs, 2000);
    for (let pauseMs = 1; ; pauseMs = Math.min(2 * pauseMs, 50)) {
      try {
        if (this.#writer.get('PRAGMA wal_checkpoint(TRUNCATE)')?.[0] === 0) return true;
      } catch (thrown) {
        if (!isBusy(thrown)) throw inWords(this.path, thrown);
      }
      if (performance.now() > deadline) return false;
      await sleep(pauseMs);
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await Promise.all(this.#reading);
    await this.#inTurn(async () => {
      for (const reader of this.#idleReaders.splice(0)) reader.close();
      try {
        await this.#emptyLog(0);
      } finally {
        this.#writer.close();
      }
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const running = this.#lastWrite.then(work);
    this.#lastWrite = running.catch(() => {});
    return running;
  }

  async #takeReader(): Promise<Connection> {
    const idle = this.#idleReaders.pop();
    if (idle !== undefined) return idle;
    if (this.#readers < mostReaders) {
      this.#readers++;
      return new Connection(this.#libsql, this.path);
    }
    return new Promise((resolve) => this.#waitingReaders.push(resolve));
  }

  #giveReader(reader: Connection): void {
    const waiting = this.#waitingReaders.shift();
    if (waiting !== undefined) waiting(reader);
    else this.#idleReaders.push(reader);
  }

  #requireOpen(): void {
    if (this.#closed) throw visageError('RUNTIME_CLOSED', { what: `The gallery ${this.path}` });
  }
}

/** Makes an empty file for its owner alone where there is none; SQLite's own files take its permissions. */
async function touch(path: string): Promise<void> {
  const existing = await stat(path).catch(() => undefined);
  if (existing !== undefined && !existing.isFile()) {
    const reason = existing.isDirectory() ? 'it is a folder' : 'it is not a regular file';
    throw visageError('GALLERY_INVALID', { path, reason });
  }
  try {
    await (await open(path, existing === undefined ? 'a' : 'r+', 0o600)).close();
  } catch (thrown) {
    throw visageError('FILE_UNWRITABLE', { path, reason: systemReason(thrown) }, thrown);
  }
}

/**
 * Brings the file to today's tables. A file that is not a gallery is left as it is.
 * @throws VisageError `GALLERY_INVALID`
 */
export function migrate(connection: Connection, path: string, steps: readonly string[] = migrations): void {
  const number = (pragma: string): number => connection.get(`PRAGMA ${pragma}`)?.[0] as number;
  const isEmpty = number('schema_version') === 0;
  if (!isEmpty && number('application_id') !== applicationId) {
    throw visageError('GALLERY_INVALID', { path, reason: 'it is a database of another program' });
  }
  if (number('user_version') > steps.length) {
    throw visageError('GALLERY_INVALID', { path, reason: 'it was written by a newer version of Visage' });
  }
  connection.exec('PRAGMA journal_mode = WAL');
  connection.exec('PRAGMA synchronous = FULL');
  connection.exec('PRAGMA secure_delete = ON');
  connection.exec('PRAGMA foreign_keys = ON');
  // Sorting must not leave anything in temporary files.
  connection.exec('PRAGMA temp_store = MEMORY');
  if (number('user_version') === steps.length) return;
  connection.exec('BEGIN IMMEDIATE');
  try {
    // Another process may have been quicker.
    for (let step = number('user_version'); step < steps.length; step++) connection.exec(steps[step]!);
    connection.exec(`PRAGMA application_id = ${applicationId}`);
    connection.exec(`PRAGMA user_version = ${steps.length}`);
    connection.exec('COMMIT');
  } catch (thrown) {
    connection.exec('ROLLBACK');
    throw thrown;
  }
}

const isBusy = (thrown: unknown): boolean => ['BUSY', 'LOCKED'].includes(sqliteCode(thrown) ?? '');

/** Tries again, ever less often, while the file is locked by somebody else. */
async function retry<Result>(path: string, busyMs: number, attempt: () => Result): Promise<Result> {
  const deadline = performance.now() + busyMs;
  for (let pauseMs = 1; ; pauseMs = Math.min(2 * pauseMs, 50)) {
    try {
      return attempt();
    } catch (thrown) {
      if (!isBusy(thrown)) throw thrown;
      if (performance.now() > deadline) throw visageError('GALLERY_BUSY', { path }, thrown);
    }
    await sleep(pauseMs);
  }
}

/** A failure of SQLite as a coded error; others as they are. */
function inWords(path: string, thrown: unknown): unknown {
  if (thrown instanceof VisageError) return thrown;
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  switch (sqliteCode(thrown)) {
    case 'BUSY':
    case 'LOCKED':
      return visageError('GALLERY_BUSY', { path }, thrown);
    case 'NOTADB':
      return visageError('GALLERY_INVALID', { path, reason: 'it is not a database' }, thrown);
    case 'CORRUPT':
      return visageError('GALLERY_INVALID', { path, reason: 'the database is damaged' }, thrown);
    case 'FULL':
    case 'IOERR':
    case 'READONLY':
    case 'CANTOPEN':
    case 'PERM':
      return visageError('FILE_UNWRITABLE', { path, reason }, thrown);
    default:
      return thrown;
  }
}
