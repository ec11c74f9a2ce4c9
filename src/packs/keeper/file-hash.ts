import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';

/** Feeds a file to a hash without holding it in memory. */
export async function hashFile(
  path: string,
  hash: Hash = createHash('sha256'),
  signal?: AbortSignal,
): Promise<Hash> {
  for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20, ...(signal && { signal }) })) {
    hash.update(chunk as Uint8Array);
  }
  return hash;
}

/**
 * Identity, size and times of a file. Every write changes the time of last status change, which no
 * program can set back, so an equal signature means untouched content (Git trusts its index the same
 * way). `undefined` where there is no such file.
 */
export async function signatureOf(path: string): Promise<string | undefined> {
  const found = await stat(path, { bigint: true }).catch(() => undefined);
  return found?.isFile() ? `${found.ino} ${found.size} ${found.mtimeNs} ${found.ctimeNs}` : undefined;
}
