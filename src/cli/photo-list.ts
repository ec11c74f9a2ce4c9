import { stat } from 'node:fs/promises';
import { basename, relative, resolve } from 'node:path';
import { toVisageError, visageError, type VisageError } from '../kernel/index.ts';
import type { Rooms } from './rooms.ts';

/** A photo to work on, or a path that led to none. */
export interface ListedPhoto {
  /** As it is reported: the argument itself, or the path below it. */
  readonly file: string;
  /** Where its annotated copy belongs, below the folder of copies. Not yet unique. */
  readonly place: string;
  /** Why there is no photo at this path. */
  readonly error?: VisageError;
}

/**
 * The photos that the arguments of `identify` and `detect` stand for, in order: a photo for itself, a
 * folder for the photos in it. A path that leads nowhere is an entry with its error, so that one wrong
 * path ends no batch. No photo comes twice. Copies of photos in a folder keep their path below it, under
 * the folder's name where several paths were given.
 * @throws VisageError `NO_PHOTO` where the folders are empty
 */
export async function listArguments(rooms: Rooms, paths: readonly string[]): Promise<ListedPhoto[]> {
  const { listPhotos } = await rooms.dataset();
  const listed: ListedPhoto[] = [];
  const known = new Set<string>();
  for (const path of paths) {
    try {
      const folder = (await stat(path).catch(() => undefined))?.isDirectory() === true;
      const name = basename(resolve(path));
      for (const file of await listPhotos([path])) {
        if (known.has(file)) continue;
        known.add(file);
        const below = folder ? relative(path, file) : name;
        listed.push({ file, place: folder && paths.length > 1 ? `${name}/${below}` : below });
      }
    } catch (thrown) {
      listed.push({ file: path, place: basename(path), error: toVisageError(thrown) });
    }
  }
  if (listed.length === 0) throw visageError('NO_PHOTO', { path: paths.join(', ') });
  return listed;
}
