import type { PhotoSource, Raster } from '../image/index.ts';
import { inTurns } from '../kernel/index.ts';
import { type FaceQuality, faceQuality } from '../quality/index.ts';
import type { LocatedPhoto, Recognizer } from '../recognizer.ts';
import { type ChosenFace, chooseFace, type FaceChoice, facesFromLeft } from './face-choice.ts';

/** A face of a photo with all that is needed to enrol or compare it. */
export interface SeenFace extends ChosenFace {
  readonly quality: FaceQuality;
  /** The aligned crop of the pack. */
  readonly crop: Raster;
  /** As the network gave it. */
  readonly embedding: Float32Array;
}

/** A photo with those of its faces that were asked for. */
export interface SeenPhoto {
  /** File name, or the name that the bytes came with. */
  readonly source: string;
  /** Of the upright photo, in pixels. */
  readonly width: number;
  readonly height: number;
  /** How many faces it shows. */
  readonly faceCount: number;
  /** From left to right; at least one. */
  readonly faces: readonly SeenFace[];
}

export const sourceName = (source: PhotoSource): string =>
  typeof source === 'string' ? source : source.name;

/**
 * Finds the faces of a photo, takes one of them or all, and judges and embeds them.
 * @throws VisageError `NO_FACE`, `OPTION_INVALID` for a face that is not there; as `Recognizer.locate`
 */
export async function lookAtPhoto(
  recognizer: Recognizer,
  source: PhotoSource,
  choice: FaceChoice | 'all' = 'main',
  signal?: AbortSignal,
): Promise<SeenPhoto> {
  const located = await recognizer.locate(source, signal);
  const chosen = chooseFaces(located, choice, sourceName(source), recognizer);
  const crops = await inTurns(chosen, ({ face }) => recognizer.crop(located, face));
  const embeddings = await recognizer.embed(crops, signal);
  const { width, height } = located.photo;
  const faces = chosen.map(({ face, position }, i) => ({
    face,
    position,
    quality: faceQuality(located.photo, face),
    crop: crops[i]!,
    embedding: embeddings[i]!,
  }));
  return { source: sourceName(source), width, height, faceCount: located.faces.length, faces };
}

function chooseFaces(
  located: LocatedPhoto,
  choice: FaceChoice | 'all',
  path: string,
  { pack }: Recognizer,
): ChosenFace[] {
  // Also with 'all' a photo without faces is refused.
  const one = chooseFace(located, choice === 'all' ? 'main' : choice, path, pack.selection);
  return choice === 'all' ? facesFromLeft(located) : [one];
}
