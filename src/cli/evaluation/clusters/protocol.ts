import { type FaceChoice, readPeople, type SkippedFile } from '../../../dataset/index.ts';
import { type PhotosToLookAt, nameOfPhotos } from '../looked-photos.ts';

export interface ClustersRequest {
  /** A folder sorted by person. */
  readonly path: string;
  readonly face: FaceChoice;
  /** Faces of less quality stay alone, as in `visage cluster`. */
  readonly minQuality: number;
  /** Default: that of each pack. */
  readonly maxDistance?: number | undefined;
  /** Other limits on the distance that are tried, on each side of the one in use. */
  readonly limits: number;
}

/** Photos that are to be grouped, and whose they are. */
export interface ClustersProtocol extends PhotosToLookAt {
  /** What to call the data: the name of the folder. */
  readonly about: string;
  /** Faces of each person, a photo one face. */
  readonly personSizes: ReadonlyMap<string, number>;
  readonly skipped: readonly SkippedFile[];
}

/** @throws VisageError `FILE_NOT_FOUND`, `FILE_UNREADABLE`, `DATASET_LAYOUT`, `DATASET_EMPTY` */
export async function readClustersProtocol({ path, face }: ClustersRequest): Promise<ClustersProtocol> {
  const { folder, photos, skipped } = await readPeople(path);
  const personSizes = new Map<string, number>();
  for (const { person } of photos) personSizes.set(person, (personSizes.get(person) ?? 0) + 1);
  return { folder, photos, choice: face, about: nameOfPhotos(folder), personSizes, skipped };
}
