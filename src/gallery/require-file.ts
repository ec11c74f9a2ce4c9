import { stat } from 'node:fs/promises';
import { systemReason } from '../formats/index.ts';
import { visageError } from '../kernel/index.ts';

/** @throws VisageError `FILE_NOT_FOUND`, `FILE_UNREADABLE` */
export async function requireFile(path: string): Promise<void> {
  try {
    await stat(path);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') throw visageError('FILE_NOT_FOUND', { path });
    throw visageError('FILE_UNREADABLE', { path, reason: systemReason(thrown) }, thrown);
  }
}
