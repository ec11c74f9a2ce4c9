import { createHash, randomBytes, randomUUID } from 'node:crypto';

/** What a key may do; each scope may also do what those before it may. */
export const scopes = ['read', 'write', 'admin'] as const;
export type Scope = (typeof scopes)[number];

export const mayDo = (has: Scope, needs: Scope): boolean => scopes.indexOf(has) >= scopes.indexOf(needs);

/** What is known of a key; the key itself is kept nowhere. */
export interface KeyRecord {
  /** A UUID, to speak of the key by. */
  readonly id: string;
  /** Whose it is, in the words of who made it. */
  readonly name: string;
  readonly scope: Scope;
  readonly createdAtMs: number;
  readonly revokedAtMs: number | null;
}

/** A key as it lies in the file. */
export interface StoredKey extends KeyRecord {
  readonly sha256: Uint8Array;
}

/**
 * A new key: `visage_` and 256 random bits, or a UUID (122 random bits) for clients that insist on one.
 * Nobody can guess either, which is why SHA-256 is enough to keep it by: slow hashes protect words that
 * people choose, and would cost every request tens of milliseconds.
 */
export const newSecret = (form: 'random' | 'uuid'): string =>
  form === 'uuid' ? randomUUID() : `visage_${randomBytes(32).toString('base64url')}`;

export const hashOf = (secret: string): Uint8Array => createHash('sha256').update(secret, 'utf8').digest();
