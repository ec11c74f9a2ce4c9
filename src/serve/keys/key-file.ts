import { randomUUID, timingSafeEqual } from 'node:crypto';
import { open, readFile, stat } from 'node:fs/promises';
import { visageError } from '../../kernel/index.ts';
import { hashOf, newSecret, scopes, type KeyRecord, type Scope, type StoredKey } from './key.ts';

/** How long a server may go on taking a key that was revoked by another process. */
const lookAgainMs = 1000;
const longestName = 200;

/** A line of the file. */
type Line =
  | {
      readonly create: string;
      readonly name: string;
      readonly scope: Scope;
      readonly sha256: string;
      readonly atMs: number;
    }
  | { readonly revoke: string; readonly atMs: number };

/**
 * The keys of a server: one JSON line for each that was made or revoked, readable by its owner only. Lines
 * are only ever appended, each by one write, so several processes may add at a time, and a
 * process that is killed leaves at most a torn last line, which is passed over.
 */
export class KeyFile {
  readonly path: string;
  #keys: ReadonlyMap<string, StoredKey> = new Map();
  #state = '';
  #lookedAtMs = -Infinity;

  constructor(path: string) {
    this.path = path;
  }

  /** @returns the key itself, which cannot be had again @throws VisageError `OPTION_INVALID`, `FILE_UNWRITABLE` */
  async create(
    name: string,
    scope: Scope,
    form: 'random' | 'uuid' = 'random',
  ): Promise<{ key: KeyRecord; secret: string }> {
    if (name.trim() === '' || name.length > longestName || /\p{Cc}/u.test(name)) {
      const allowed = `1 to ${longestName} characters that can be seen`;
      throw visageError('OPTION_INVALID', {
        owner: 'Keys',
        option: 'name',
        got: JSON.stringify(name.slice(0, 60)),
        allowed,
      });
    }
    const secret = newSecret(form);
    const id = randomUUID();
    const sha256 = Buffer.from(hashOf(secret)).toString('hex');
    const atMs = Date.now();
    await this.#append({ create: id, name, scope, sha256, atMs });
    return { key: { id, name, scope, createdAtMs: atMs, revokedAtMs: null }, secret };
  }

  /** @param which the id, or a name that only one living key has @throws VisageError `KEY_UNKNOWN`, `FILE_UNWRITABLE` */
  async revoke(which: string): Promise<KeyRecord> {
    const living = (await this.list()).filter(({ revokedAtMs }) => revokedAtMs === null);
    const named = living.filter(({ name }) => name === which);
    const found = living.find(({ id }) => id === which) ?? (named.length === 1 ? named[0] : undefined);
    if (found === undefined)
      throw visageError('KEY_UNKNOWN', { got: JSON.stringify(which.slice(0, 200)), path: this.path });
    const atMs = Date.now();
    await this.#append({ revoke: found.id, atMs });
    return { ...found, revokedAtMs: atMs };
  }

  /** Every key there ever was, oldest first. @throws VisageError `FILE_UNREADABLE` */
  async list(): Promise<KeyRecord[]> {
    await this.#read();
    return [...this.#keys.values()].map(({ id, name, scope, createdAtMs, revokedAtMs }) => ({
      id,
      name,
      scope,
      createdAtMs,
      revokedAtMs,
    }));
  }

  /** The living key that `secret` is. Every key is compared, in a time that says nothing about which came close. */
  async find(secret: string): Promise<KeyRecord | undefined> {
    await this.#read();
    const hash = hashOf(secret);
    let found: StoredKey | undefined;
    for (const key of this.#keys.values()) {
      const same = timingSafeEqual(key.sha256, hash);
      if (same && key.revokedAtMs === null) found = key;
    }
    return found;
  }

  async #append(line: Line): Promise<void> {
    try {
      const file = await open(this.path, 'a', 0o600);
      try {
        await file.appendFile(`${JSON.stringify(line)}\n`);
        await file.sync();
      } finally {
        await file.close();
      }
    } catch (thrown) {
      throw visageError('FILE_UNWRITABLE', { path: this.path, reason: (thrown as Error).message }, thrown);
    }
    this.#lookedAtMs = -Infinity;
  }

  async #read(): Promise<void> {
    const now = performance.now();
    if (now - this.#lookedAtMs < lookAgainMs) return;
    this.#lookedAtMs = now;
    const status = await stat(this.path).catch(() => undefined);
    const state = status === undefined ? 'absent' : `${status.size}/${status.mtimeMs}/${status.ino}`;
    if (state === this.#state) return;
    const text =
      status === undefined
        ? ''
        : await readFile(this.path, 'utf8').catch((thrown: unknown) => {
            throw visageError(
              'FILE_UNREADABLE',
              { path: this.path, reason: (thrown as Error).message },
              thrown,
            );
          });
    this.#keys = keysIn(text);
    this.#state = state;
  }
}

function keysIn(text: string): Map<string, StoredKey> {
  const keys = new Map<string, StoredKey>();
  for (const line of text.split('\n')) {
    const entry = parsed(line);
    if (entry === undefined) continue;
    if ('create' in entry) {
      const { create: id, name, scope, atMs } = entry;
      const sha256 = Buffer.from(entry.sha256, 'hex');
      keys.set(id, { id, name, scope, sha256, createdAtMs: atMs, revokedAtMs: null });
    } else {
      const revoked = keys.get(entry.revoke);
      if (revoked !== undefined) keys.set(entry.revoke, { ...revoked, revokedAtMs: entry.atMs });
    }
  }
  return keys;
}

/** What is no line of ours opens nothing. */
function parsed(line: string): Line | undefined {
  if (line === '') return undefined;
  try {
    const entry = JSON.parse(line) as Partial<Record<string, unknown>>;
    const sound =
      typeof entry['revoke'] === 'string' ||
      (typeof entry['create'] === 'string' &&
        typeof entry['name'] === 'string' &&
        scopes.includes(entry['scope'] as Scope) &&
        /^[\da-f]{64}$/.test(String(entry['sha256'])));
    return sound && typeof entry['atMs'] === 'number' ? (entry as Line) : undefined;
  } catch {
    return undefined;
  }
}
