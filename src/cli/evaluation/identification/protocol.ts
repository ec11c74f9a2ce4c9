import { basename, dirname, resolve } from 'node:path';
import { type DatasetPhoto, type FaceChoice, readPeople, type SkippedFile } from '../../../dataset/index.ts';
import { divideForGallery, type GalleryProtocol } from '../../../evaluate/index.ts';

/** Whose photos are enrolled, whose ask, and who is a stranger. */
export interface IdentificationProtocol extends GalleryProtocol {
  /** The folder that the photos' files are below. */
  readonly folder: string;
  /** What to call the data: the name of the folder. */
  readonly about: string;
  /** The photos that are used; the numbers of the protocol are places in this list. */
  readonly photos: readonly DatasetPhoto[];
  readonly choice: FaceChoice;
  readonly skipped: readonly SkippedFile[];
}

export interface IdentificationRequest {
  readonly path: string;
  readonly enrolled: number;
  readonly leastPhotos: number;
  readonly strangerShare: number;
  readonly face: FaceChoice;
  readonly depth: number;
  readonly seed: number;
}

/** @throws VisageError `FILE_NOT_FOUND`, `DATASET_LAYOUT`, `DATASET_EMPTY`, `EVALUATION_INVALID`, `OPTION_INVALID` */
export async function readIdentificationProtocol(
  request: IdentificationRequest,
): Promise<IdentificationProtocol> {
  const { path, enrolled, leastPhotos, strangerShare, seed, face } = request;
  const { folder, photos, skipped } = await readPeople(path);
  const divided = divideForGallery(
    photos.map(({ person }) => person),
    { enrolled, leastPhotos, strangerShare, seed },
  );
  // A photo that has no part in it need not be looked at.
  const parts = divided.known.flatMap((person) => [...person.enrolled, ...person.probes]);
  const used = [...parts, ...divided.strangers].sort((a, b) => a - b);
  const placeOf = new Map(used.map((photo, place) => [photo, place]));
  const places = (list: readonly number[]): number[] => list.map((photo) => placeOf.get(photo)!);
  const place = resolve(folder);
  return {
    folder,
    about: basename(place) === 'images' ? basename(dirname(place)) : basename(place),
    photos: used.map((i) => photos[i]!),
    known: divided.known.map(({ person, enrolled: gallery, probes }) => ({
      person,
      enrolled: places(gallery),
      probes: places(probes),
    })),
    strangers: places(divided.strangers),
    strangersBy: divided.strangersBy,
    choice: face,
    skipped,
  };
}

/** How gallery and strangers were chosen, in sentences. */
export function galleryWords(
  { strangersBy }: IdentificationProtocol,
  request: IdentificationRequest,
): string {
  const known = `Known is who has at least ${request.leastPhotos} photos; the first ${request.enrolled} by file name are enrolled.`;
  if (strangersBy === 'single') return `${known} Strangers are the people with exactly one photo.`;
  if (strangersBy === 'none') return `${known} There are no strangers.`;
  return `${known} Nobody has exactly one photo, so ${Math.round(request.strangerShare * 100)}\u202f% of the people, drawn with seed ${request.seed}, are strangers.`;
}
