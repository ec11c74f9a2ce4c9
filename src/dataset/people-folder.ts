import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { compareCodePoints } from '../kernel/index.ts';
import { type DatasetPhoto, readLayout } from './layout.ts';
import type { SkippedFile } from './skipped-file.ts';

/** All photos of a folder that is sorted by person. */
export interface PeopleFolder {
  /** The folder that holds the people; `images/` below the one asked for, where that has `pairs.txt` beside it. */
  readonly folder: string;
  /** By person, then by file, both sorted by code point. Paths are below `folder`. */
  readonly photos: readonly DatasetPhoto[];
  readonly skipped: readonly SkippedFile[];
  /** Photos under `train/` and `val/` are taken together, but which is which is known. */
  readonly validation: ReadonlySet<DatasetPhoto>;
}

const isFolder = async (path: string): Promise<boolean> =>
  (await stat(path).catch(() => undefined))?.isDirectory() === true;
const isFile = async (path: string): Promise<boolean> =>
  (await stat(path).catch(() => undefined))?.isFile() === true;

/**
 * The photos of each person in a folder: `<name>/…`, or `train/<name>/…` and `val/<name>/…`, which are taken
 * together (see `readLayout`). A folder with `pairs.txt` and `images/`, as Labeled Faces in the Wild is often
 * kept, stands for its `images/`.
 * @throws VisageError `FILE_NOT_FOUND`, `FILE_UNREADABLE`, `DATASET_LAYOUT`, `DATASET_EMPTY`
 */
export async function readPeople(path: string): Promise<PeopleFolder> {
  const images = join(path, 'images');
  const folder = (await isFile(join(path, 'pairs.txt'))) && (await isFolder(images)) ? images : path;
  const { train, val, skipped } = await readLayout(folder, { valShare: 0 });
  const photos = [...train, ...val].sort(
    (a, b) => compareCodePoints(a.person, b.person) || compareCodePoints(a.file, b.file),
  );
  return { folder, photos, skipped, validation: new Set(val) };
}
