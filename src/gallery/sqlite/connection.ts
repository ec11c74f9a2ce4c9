import { createRequire } from 'node:module';
import type Libsql from 'libsql';
import { visageError } from '../../kernel/index.ts';

export type Value = string | number | null | Uint8Array;

const require = createRequire(import.meta.url);

/**
 * Loads libsql; its own loader is CommonJS.
 * @throws VisageError `PACKAGE_MISSING`
 */
export function loadLibsql(packageName = 'libsql'): typeof Libsql {
  try {
    return require(packageName) as typeof Libsql;
  } catch (cause) {
    // Also where the package is there but has no binary for this platform.
    throw visageError('PACKAGE_MISSING', { feature: 'A gallery in a file', package: packageName }, cause);
  }
}

/** SQLite's primary result code of a thrown error, e.g. `BUSY`; its extended codes begin with it. */
export function sqliteCode(thrown: unknown): string | undefined {
  const { code } = thrown as { readonly code?: unknown };
  return typeof code === 'string' ? /^SQLITE_([A-Z]+)/.exec(code)?.[1] : undefined;
}

/** One connection to a database file; statements are prepared once. Calls block. */
export class Connection {
  readonly #database: Libsql.Database;
  readonly #statements = new Map<string, Libsql.Statement>();

  constructor(libsql: typeof Libsql, path: string) {
    this.#database = new libsql(path);
    // Waiting inside SQLite would block the event loop; `retry` waits outside.
    this.exec('PRAGMA busy_timeout = 0');
  }

  /** Runs statements whose rows nobody needs. */
  exec(sql: string): void {
    this.#database.exec(sql);
  }

  /** Rows as arrays, in the order of the columns asked for. */
  all(sql: string, ...values: Value[]): Value[][] {
    // One array as the only argument: libsql would take a lone object for named values.
    return this.#prepare(sql).all(values) as Value[][];
  }

  get(sql: string, ...values: Value[]): Value[] | undefined {
    return this.all(sql, ...values)[0];
  }

  /** @returns how many rows it changed */
  run(sql: string, ...values: Value[]): number {
    return this.#prepare(sql).run(values).changes;
  }

  /** libsql lets go of the file when the garbage collector has taken the last statement. */
  close(): void {
    this.#statements.clear();
    this.#database.close();
  }

  #prepare(sql: string): Libsql.Statement {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      // Only a statement with columns can give rows as arrays.
      if (statement.reader) statement.raw();
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}
