import { realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { visageError } from '../kernel/index.ts';

/**
 * Looks whether a file can be put at `path`, before long work is done for it.
 * @throws VisageError `FILE_UNWRITABLE`
 */
export async function requireOutputPlace(path: string): Promise<void> {
  const [folder, existing] = await Promise.all([
    stat(dirname(path)).catch(() => undefined),
    stat(path).catch(() => undefined),
  ]);
  if (folder === undefined || !folder.isDirectory()) {
    throw visageError('FILE_UNWRITABLE', { path, reason: `there is no folder ${dirname(path)}` });
  }
  if (existing !== undefined && !existing.isFile()) {
    const reason = existing.isDirectory() ? 'it is a folder' : 'it is not a regular file';
    throw visageError('FILE_UNWRITABLE', { path, reason });
  }
}

/** Whether two paths lead to the same file that exists. */
export async function isSameFile(a: string, b: string): Promise<boolean> {
  const [realA, realB] = await Promise.all([a, b].map((path) => realpath(path).catch(() => undefined)));
  return realA !== undefined && realA === realB;
}
