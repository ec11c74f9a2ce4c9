import { type FaceChoice, readPeople, type SkippedFile } from '../../../dataset/index.ts';
import { divideForGallery, type GalleryProtocol } from '../../../evaluate/index.ts';
import { nameOfPhotos, type PhotosToLookAt } from '../looked-photos.ts';

/**
 * Whose photos are enrolled, whose ask, and who is a stranger. The numbers of the protocol are places in the
 * list of photos, which holds those that are used.
 */
export interface IdentificationProtocol extends GalleryProtocol, PhotosToLookAt {
  /** What to call the data: the name of the folder. */
  readonly about: string;
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
  return {
    folder,
    about: nameOfPhotos(folder),
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
