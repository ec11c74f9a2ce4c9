import { stat } from 'node:fs/promises';
import { systemReason } from '../formats/index.ts';
import { visageError } from '../kernel/index.ts';
import { isPictureName } from './photo-name.ts';
import { leftOut, type SkippedFile } from './skipped-file.ts';
import { walk } from './walk.ts';

/**
 * The photos that `paths` stand for, in order: a file for itself, whatever its name; a folder for the
 * pictures in it at any depth, sorted, recognised by their extension. No path comes twice.
 * @param onSkipped told about what is left out of folders, and why; `file` is the path.
 * @throws VisageError `FILE_NOT_FOUND`, `FILE_UNREADABLE` for one of `paths` itself
 */
export async function listPhotos(
  paths: readonly string[],
  onSkipped: (skipped: SkippedFile) => void = () => {},
): Promise<string[]> {
  const photos = new Set<string>();
  for (const path of paths) {
    const status = await stat(path).catch((thrown: NodeJS.ErrnoException) => {
      if (thrown.code === 'ENOENT') throw visageError('FILE_NOT_FOUND', { path }, thrown);
      throw visageError('FILE_UNREADABLE', { path, reason: systemReason(thrown) }, thrown);
    });
    if (!status.isDirectory()) {
      photos.add(path);
      continue;
    }
    for await (const entry of walk(path)) {
      if (entry.problem === undefined && isPictureName(entry.path)) photos.add(entry.path);
      else if (entry.below === '') {
        throw visageError('FILE_UNREADABLE', { path, reason: entry.problem ?? 'it is no folder' });
      } else {
        onSkipped(leftOut(entry.path, entry.problem ?? 'its name is not that of a picture'));
      }
    }
  }
  return [...photos];
}
