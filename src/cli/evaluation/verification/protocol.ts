import { readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type FaceChoice, readPeople, type SkippedFile } from '../../../dataset/index.ts';
import {
  type DrawnPair,
  drawPairs,
  type LfwImage,
  lfwImagePath,
  parseLfwPairs,
} from '../../../evaluate/index.ts';
import { systemReason } from '../../../formats/index.ts';
import { visageError } from '../../../kernel/index.ts';
import { type NamedPhoto, nameOfPhotos, type PhotosToLookAt } from '../looked-photos.ts';

/** Which photos are compared with which. */
export interface VerificationProtocol extends PhotosToLookAt {
  /** `pairs file`: somebody wrote the pairs down; `drawn`: they were drawn from a folder sorted by person. */
  readonly kind: 'pairs file' | 'drawn';
  /** The pairs file; absent where pairs were drawn. */
  readonly pairsFile?: string;
  /** Places in `photos`. */
  readonly pairs: readonly DrawnPair[];
  readonly folds: number;
  readonly foldsBy: 'people' | 'pairs' | 'file';
  /** Files of the folder that are no photos of a person. */
  readonly skipped: readonly SkippedFile[];
}

export interface ProtocolRequest {
  /** A folder, or a pairs file. */
  readonly path: string;
  /** The photos of a pairs file. */
  readonly images: string | undefined;
  readonly face: FaceChoice | 'auto';
  readonly pairs: number;
  readonly folds: number;
  readonly seed: number;
}

const kindOf = async (path: string): Promise<'file' | 'folder' | undefined> => {
  const status = await stat(path).catch(() => undefined);
  return status?.isFile() === true ? 'file' : status?.isDirectory() === true ? 'folder' : undefined;
};

/**
 * The pairs of `pairs.txt` where there is one, otherwise pairs drawn from the folder's people.
 * @throws VisageError `FILE_NOT_FOUND`, `FILE_UNREADABLE`, `FORMAT_INVALID`, `DATASET_LAYOUT`, `DATASET_EMPTY`,
 *   `EVALUATION_INVALID`, `OPTION_INVALID`
 */
export async function readProtocol(request: ProtocolRequest): Promise<VerificationProtocol> {
  const { path } = request;
  const kind = await kindOf(path);
  if (kind === undefined) throw visageError('FILE_NOT_FOUND', { path });
  const pairsFile = kind === 'file' ? path : join(path, 'pairs.txt');
  if (kind === 'file' || (await kindOf(pairsFile)) === 'file') return fromFile(request, pairsFile);
  const { folder, photos, skipped } = await readPeople(path);
  const { pairs: wanted, folds, seed } = request;
  const drawn = drawPairs(
    photos.map(({ person }) => person),
    { pairs: wanted, folds, seed },
  );
  // A photo that is in no pair need not be looked at.
  const used = [...new Set(drawn.pairs.flatMap(({ first, second }) => [first, second]))].sort(
    (a, b) => a - b,
  );
  const placeOf = new Map(used.map((photo, place) => [photo, place]));
  return {
    kind: 'drawn',
    folder,
    photos: used.map((i) => photos[i]!),
    pairs: drawn.pairs.map(({ first, second, same, fold }) => ({
      first: placeOf.get(first)!,
      second: placeOf.get(second)!,
      same,
      fold,
    })),
    folds: drawn.folds,
    foldsBy: drawn.foldsBy,
    choice: request.face === 'auto' ? 'main' : request.face,
    skipped,
  };
}

async function fromFile(request: ProtocolRequest, pairsFile: string): Promise<VerificationProtocol> {
  const text = await readFile(pairsFile, 'utf8').catch((thrown: unknown) => {
    throw visageError('FILE_UNREADABLE', { path: pairsFile, reason: systemReason(thrown) }, thrown);
  });
  const listed = parseLfwPairs(text, pairsFile);
  const beside = dirname(pairsFile);
  const images = join(beside, 'images');
  const folder = request.images ?? ((await kindOf(images)) === 'folder' ? images : beside);
  const photos: NamedPhoto[] = [];
  const places = new Map<string, number>();
  const placeOf = (image: LfwImage): number => {
    const file = lfwImagePath(image);
    let place = places.get(file);
    if (place === undefined) {
      place = photos.push({ file, path: join(folder, file), person: image.person }) - 1;
      places.set(file, place);
    }
    return place;
  };
  const pairs = listed.map(({ first, second, same, fold }) => ({
    first: placeOf(first),
    second: placeOf(second),
    same,
    fold,
  }));
  await requirePhotos(photos, pairsFile);
  return {
    kind: 'pairs file',
    folder,
    pairsFile,
    photos,
    pairs,
    folds: new Set(pairs.map(({ fold }) => fold)).size,
    foldsBy: 'file',
    // Who made pairs of this form cut every photo around the person it is named after.
    choice: request.face === 'auto' ? 'middle' : request.face,
    skipped: [],
  };
}

/** A pairs file that names photos that are not there is for other photos: its figures would mean nothing. */
async function requirePhotos(photos: readonly NamedPhoto[], pairsFile: string): Promise<void> {
  const missing: string[] = [];
  for (const { path } of photos) if ((await kindOf(path)) !== 'file') missing.push(path);
  if (missing.length === 0) return;
  const others = missing.length === 1 ? '' : ` (and ${missing.length - 1} more photos)`;
  throw visageError('FILE_NOT_FOUND', { path: `${missing[0]}${others}, which ${pairsFile} names,` });
}

/** What to call the data: the name of the folder. */
export const aboutOf = ({ pairsFile, folder }: VerificationProtocol): string =>
  nameOfPhotos(pairsFile === undefined ? folder : dirname(pairsFile));

/** How the pairs came about, in sentences. */
export function protocolSentence(protocol: VerificationProtocol, seed: number): string {
  const { kind, folds, foldsBy } = protocol;
  if (kind === 'pairs file') {
    return folds === 1
      ? 'The pairs are those of pairs.txt, in one part.'
      : `The pairs are those of pairs.txt, in ${folds} folds.`;
  }
  const drawn = `The pairs were drawn with seed ${seed}: people evenly, however many photos they have, and as many pairs of one kind as of the other.`;
  return foldsBy === 'people'
    ? `${drawn} No person is in two of the ${folds} folds.`
    : `${drawn} There are too few people to keep each to one of the ${folds} folds, so accuracy may look better than it is.`;
}
