import { basename, dirname, resolve } from 'node:path';
import {
  type EmbeddedPhoto,
  embedPhotos,
  type FaceChoice,
  hasFace,
  type PhotoFile,
} from '../../dataset/index.ts';
import type { Recognizer } from '../../recognizer.ts';
import type { FailedPhoto } from '../../report/index.ts';
import type { EvaluationContext } from './context.ts';

/** A photo with the person that its folder names. */
export interface NamedPhoto extends PhotoFile {
  readonly person: string;
}

/** The photos of an evaluation. */
export interface PhotosToLookAt {
  /** The folder that the photos' files are below. */
  readonly folder: string;
  readonly photos: readonly NamedPhoto[];
  readonly choice: FaceChoice;
}

/** What a pack saw in them. */
export interface LookedPhotos {
  readonly recognizer: Recognizer;
  /** One a photo, in their order. */
  readonly photos: readonly EmbeddedPhoto[];
  readonly failed: readonly FailedPhoto[];
  readonly work: { readonly embedded: number; readonly reused: number };
}

/** Looks at the photos with one pack, and measures while its networks are open. @throws VisageError as its parts */
export async function lookWith<Outcome>(
  pack: string,
  { folder, photos: files, choice }: PhotosToLookAt,
  { rooms, workers, progress, signal }: EvaluationContext,
  measure: (looked: LookedPhotos) => Promise<Outcome>,
): Promise<Outcome> {
  const { openRecognizer } = await rooms.recognizer();
  await using recognizer = await openRecognizer({ pack, ...workers });
  const about = resolve(folder);
  const { photos, work } = await embedPhotos(files, recognizer, { about, choice, progress, signal });
  const failed = photos.flatMap((photo, i) =>
    hasFace(photo) ? [] : [{ file: files[i]!.file, code: photo.code, message: photo.message }],
  );
  return await measure({ recognizer, photos, failed, work });
}

/** What to call the photos of a folder: its name, or that of the folder around `images`. */
export function nameOfPhotos(folder: string): string {
  const place = resolve(folder);
  return basename(place) === 'images' ? basename(dirname(place)) : basename(place);
}

/** Which face of a photo counts, as a setting that a page shows. */
export const faceSetting = (choice: FaceChoice): { readonly label: string; readonly value: string } => ({
  label: 'face of a photo',
  value: choice === 'middle' ? 'the one in the middle' : 'the main one',
});
