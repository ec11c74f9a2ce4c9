import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { type FaceChoice, readPeople, type SkippedFile } from '../../../dataset/index.ts';
import type { Rooms } from '../../rooms.ts';
import { type NamedPhoto, nameOfPhotos, type PhotosToLookAt } from '../looked-photos.ts';

/** Which of the faces are judged: those for validation; where there are none, those for training, or all photos. */
export type JudgedPart = 'val' | 'train' | 'all';

/** Faces in a file of embeddings. */
export interface EmbeddedFaces {
  readonly kind: 'embeddings';
  readonly path: string;
  readonly about: string;
  readonly part: JudgedPart;
  /** Whose each is. */
  readonly names: readonly string[];
  readonly files: readonly string[] | undefined;
  readonly embeddings: readonly Float32Array[];
  /** Where the file says so. */
  readonly pack: string | undefined;
}

/** Photos in a folder sorted by person. */
export interface PhotographedFaces {
  readonly kind: 'photos';
  readonly path: string;
  readonly about: string;
  readonly part: JudgedPart;
  readonly names: readonly string[];
  readonly files: readonly string[];
  readonly photos: PhotosToLookAt;
  readonly skipped: readonly SkippedFile[];
}

/** Faces whose people are known, to ask classifiers about. */
export type KnownFaces = EmbeddedFaces | PhotographedFaces;

/**
 * The faces of a folder sorted by person, or of a file that `visage embed` wrote. Of a folder with `train/` and `val/` the
 * photos in `val/` count.
 * @throws VisageError as `readPeople` and `readEmbeddings`
 */
export async function readKnownFaces(path: string, choice: FaceChoice, rooms: Rooms): Promise<KnownFaces> {
  const isFolder = (await stat(path).catch(() => undefined))?.isDirectory() === true;
  return isFolder ? photographed(path, choice) : embedded(path, rooms);
}

async function photographed(path: string, choice: FaceChoice): Promise<PhotographedFaces> {
  const { folder, photos: all, validation, skipped } = await readPeople(path);
  const photos: readonly NamedPhoto[] =
    validation.size > 0 ? all.filter((photo) => validation.has(photo)) : all;
  return {
    kind: 'photos',
    path,
    about: nameOfPhotos(folder),
    part: validation.size > 0 ? 'val' : 'all',
    names: photos.map(({ person }) => person),
    files: photos.map(({ file }) => file),
    photos: { folder, photos, choice },
    skipped,
  };
}

async function embedded(path: string, rooms: Rooms): Promise<EmbeddedFaces> {
  const { readEmbeddings } = await rooms.dataset();
  const file = await readEmbeddings(path);
  const part = file.val.names.length > 0 ? 'val' : 'train';
  const { names, files, embeddings } = file[part];
  return { kind: 'embeddings', path, about: basename(path), part, names, files, embeddings, pack: file.pack };
}
