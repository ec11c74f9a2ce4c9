import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemReason, writeFileAtomically } from '../formats/index.ts';
import { VisageError, visageError } from '../kernel/index.ts';
import type { ModelFile } from '../runtime/index.ts';
import { sha256 } from './definition.ts';
import { signatureOf } from './keeper/file-hash.ts';

/** What is known about a cached file; lies beside it as JSON. */
interface CacheRecord {
  readonly sha256: string;
  /** The file as it was when its content was last checked; see `signatureOf`. */
  readonly signature: string;
}

export interface CacheEntry {
  readonly name: string;
  /** Differs when the content would. */
  readonly key: string;
  readonly build: () => Promise<Uint8Array>;
}

async function readRecord(path: string): Promise<CacheRecord | undefined> {
  try {
    const record = JSON.parse(await readFile(path, 'utf8')) as Partial<CacheRecord> | null;
    const whole = typeof record?.sha256 === 'string' && typeof record.signature === 'string';
    return whole ? (record as CacheRecord) : undefined;
  } catch {
    return undefined;
  }
}

async function writeRecord(path: string, record: CacheRecord): Promise<void> {
  await writeFileAtomically(path, `${JSON.stringify(record)}\n`);
}

const hasContent = async (path: string, wanted: string): Promise<boolean> =>
  readFile(path).then(
    (bytes) => sha256(bytes) === wanted,
    () => false,
  );

const unwritable = (folder: string, cause: unknown): VisageError => {
  const reason = cause instanceof VisageError ? String(cause.slots['reason']) : systemReason(cause);
  return visageError('CACHE_UNWRITABLE', { path: folder, reason }, cause);
};

/**
 * The file of `entry` in `folder`, built where it is not there or damaged. A file that nothing touched
 * since it was last checked is taken as it is; one that was touched (copied, restored, truncated) is
 * hashed, and kept if it is whole. Written atomically: processes that build the same file at the same
 * time replace it by its equal. A read-only folder serves what it holds.
 * @throws VisageError `CACHE_UNWRITABLE`; whatever `build` throws
 */
export async function cachedModel(folder: string, { name, key, build }: CacheEntry): Promise<ModelFile> {
  const path = join(folder, `${name}-${key}.onnx`);
  const recordPath = join(folder, `${name}-${key}.json`);
  const modelOf = (hash: string): ModelFile => ({ name, id: `${name}-${hash.slice(0, 16)}`, path });

  const record = await readRecord(recordPath);
  const signature = await signatureOf(path);
  if (record !== undefined && signature !== undefined) {
    if (record.signature === signature) return modelOf(record.sha256);
    if (await hasContent(path, record.sha256)) {
      // Only saves the next hashing; a folder that cannot be written is no reason to fail.
      await writeRecord(recordPath, { ...record, signature }).catch(() => {});
      return modelOf(record.sha256);
    }
  }

  const bytes = await build();
  const hash = sha256(bytes);
  try {
    await mkdir(folder, { recursive: true });
    await writeFileAtomically(path, bytes);
    await writeRecord(recordPath, { sha256: hash, signature: (await signatureOf(path)) ?? '' });
  } catch (cause) {
    // Where another process holds the file open (Windows), it has just made the same one.
    if (!(await hasContent(path, hash))) throw unwritable(folder, cause);
  }
  return modelOf(hash);
}
