import { createHash } from 'node:crypto';

/** Bytes of a fingerprint: SHA-256. */
export const fingerprintBytes = 32;

/**
 * The SHA-256 of `bytes` in hexadecimal. It says whether a photo or a crop is still the same. Size and
 * time of change would be quicker to look at, but a copied photo has a new time and the same content,
 * and an edited one may keep both.
 */
export const fingerprint = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Fingerprints as rows of bytes, `[N, 32]`. */
export const fingerprintRows = (fingerprints: readonly string[]): Uint8Array =>
  new Uint8Array(Buffer.from(fingerprints.join(''), 'hex'));

/** The reverse of {@link fingerprintRows}. */
export function fingerprintsOf(rows: Uint8Array): string[] {
  const bytes = Buffer.from(rows.buffer, rows.byteOffset, rows.byteLength);
  return Array.from({ length: rows.length / fingerprintBytes }, (_, i) =>
    bytes.toString('hex', i * fingerprintBytes, (i + 1) * fingerprintBytes),
  );
}
