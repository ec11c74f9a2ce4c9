import { createCipheriv, createDecipheriv, randomBytes, scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import { visageError } from '../kernel/index.ts';

/** 32 bytes as they are, or a passphrase that they are derived from. */
export type GalleryKey = Uint8Array | { readonly passphrase: string };

const keyBytes = 32;
const leastPassphrase = 8;
/** scrypt's costs as OWASP's password storage cheat sheet gives them: 128 MiB, some tenths of a second. */
const scryptCosts = { N: 2 ** 17, r: 8, p: 1 } as const;
const derive = promisify<string, Uint8Array, number, object, Buffer>(scrypt);

/**
 * A key as a person gives it: 64 hexadecimal digits or 44 characters of base64 are 32 bytes; any other
 * text is a passphrase.
 * @throws VisageError `OPTION_INVALID`; the message never holds the text
 */
export function parseGalleryKey(text: string): GalleryKey {
  if (/^[\da-f]{64}$/i.test(text)) return new Uint8Array(Buffer.from(text, 'hex'));
  if (/^[\w+/-]{43}=$/.test(text)) return new Uint8Array(Buffer.from(text, 'base64'));
  // A mistyped key must not become the passphrase of a gallery that nobody can open again.
  if (/^[\da-f]{32,}$/i.test(text)) throw keyInvalid(`${text.length} hexadecimal digits`);
  return checkKey({ passphrase: text });
}

/** @throws VisageError `OPTION_INVALID` */
export function checkKey(key: GalleryKey): GalleryKey {
  if (key instanceof Uint8Array) {
    if (key.length !== keyBytes) throw keyInvalid(`${key.length} bytes`);
  } else if (typeof key?.passphrase !== 'string' || key.passphrase.length < leastPassphrase) {
    throw keyInvalid(
      typeof key?.passphrase === 'string'
        ? `a passphrase of ${key.passphrase.length} characters`
        : 'neither bytes nor a passphrase',
    );
  }
  return key;
}

const keyInvalid = (got: string): Error =>
  visageError('OPTION_INVALID', {
    owner: 'The gallery',
    option: 'key',
    got,
    allowed: `32 bytes (64 hexadecimal digits or 44 characters of base64), or a passphrase of at least ${leastPassphrase} characters`,
  });

/** How the record key lies in the gallery's metadata. */
interface WrappedKey {
  readonly cipher: 'aes-256-gcm';
  /** The record key, sealed by the user's key; base64. */
  readonly wrapped: string;
  /** How the user's key comes from a passphrase; absent where it is given as bytes. */
  readonly scrypt?: { readonly salt: string; readonly N: number; readonly r: number; readonly p: number };
}

/**
 * A new random record key, wrapped by the user's. Records are sealed by a key of their own so that the
 * user's can be changed without sealing them all again.
 */
export async function createSeal(key: GalleryKey, galleryId: string): Promise<{ seal: Seal; json: string }> {
  const recordKey = randomBytes(keyBytes);
  const salt = key instanceof Uint8Array ? undefined : randomBytes(16).toString('base64');
  const costs = salt === undefined ? undefined : { salt, ...scryptCosts };
  const outer = new Seal(await userKey(key, costs), galleryId);
  const wrapped = Buffer.from(outer.close(recordKey, 'record key')).toString('base64');
  const json: WrappedKey = {
    cipher: 'aes-256-gcm',
    wrapped,
    ...(costs === undefined ? {} : { scrypt: costs }),
  };
  return { seal: new Seal(recordKey, galleryId), json: JSON.stringify(json) };
}

/** @throws VisageError `GALLERY_KEY_WRONG`, `GALLERY_INVALID` */
export async function openSeal(
  key: GalleryKey,
  galleryId: string,
  json: string,
  path: string,
): Promise<Seal> {
  const { wrapped, scrypt: costs } = readWrapped(json, path);
  const outer = new Seal(await userKey(key, costs), galleryId);
  const recordKey = outer.open(Buffer.from(wrapped, 'base64'), 'record key');
  if (recordKey === undefined) throw visageError('GALLERY_KEY_WRONG', { path });
  return new Seal(recordKey, galleryId);
}

function readWrapped(json: string, path: string): WrappedKey {
  try {
    const read = JSON.parse(json) as WrappedKey;
    const costs = read.scrypt;
    const sound =
      read.cipher === 'aes-256-gcm' &&
      typeof read.wrapped === 'string' &&
      // A hostile file must not make opening it take for ever.
      (costs === undefined || (costs.N <= 2 ** 20 && costs.r <= 16 && costs.p <= 4));
    if (sound) return read;
  } catch {
    // Told below.
  }
  throw visageError('GALLERY_INVALID', { path, reason: 'how it is encrypted cannot be read' });
}

async function userKey(key: GalleryKey, costs: WrappedKey['scrypt']): Promise<Uint8Array> {
  // A passphrase for a gallery sealed by bytes, or the reverse, is just a wrong key.
  if (key instanceof Uint8Array) return key;
  const { salt, N, r, p } = costs ?? { salt: '', ...scryptCosts };
  const options = { N, r, p, maxmem: 256 * N * r };
  return derive(key.passphrase.normalize('NFKC'), Buffer.from(salt, 'base64'), keyBytes, options);
}

const nonceBytes = 12;
const tagBytes = 16;

/**
 * Seals records by AES-256 in Galois/counter mode (NIST SP 800-38D). Each record has a random nonce,
 * good for 2³² records of one key; what it is and where it belongs is authenticated with it, so a
 * record that was changed or put in another's place does not open.
 */
export class Seal {
  readonly #key: Uint8Array;
  readonly #galleryId: string;

  constructor(key: Uint8Array, galleryId: string) {
    this.#key = key;
    this.#galleryId = galleryId;
  }

  /** @returns nonce, sealed bytes, tag: 28 bytes more than `bytes` */
  close(bytes: Uint8Array, place: string): Uint8Array {
    const nonce = randomBytes(nonceBytes);
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce);
    cipher.setAAD(this.#placeBytes(place));
    return Buffer.concat([nonce, cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
  }

  /** @returns undefined where the key is another, or the bytes or their place were changed */
  open(sealed: Uint8Array, place: string): Uint8Array | undefined {
    if (sealed.length < nonceBytes + tagBytes) return undefined;
    const decipher = createDecipheriv('aes-256-gcm', this.#key, sealed.subarray(0, nonceBytes), {
      authTagLength: tagBytes,
    });
    decipher.setAAD(this.#placeBytes(place));
    decipher.setAuthTag(sealed.subarray(sealed.length - tagBytes));
    try {
      const opened = decipher.update(sealed.subarray(nonceBytes, sealed.length - tagBytes));
      return Buffer.concat([opened, decipher.final()]);
    } catch {
      return undefined;
    }
  }

  #placeBytes(place: string): Buffer {
    return Buffer.from(`${this.#galleryId}/${place}`);
  }
}
