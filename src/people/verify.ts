import type { PhotoSource } from '../image/index.ts';
import { checkOptions, distance, type OptionSchema, unit } from '../kernel/index.ts';
import type { Recognizer } from '../recognizer.ts';
import type { FaceChoice } from './face-choice.ts';
import { lookAtPhoto, type SeenPhoto } from './seen-face.ts';

/** Two faces compared. */
export interface FaceComparison {
  /** Index into the faces of the first and of the second photo. */
  readonly a: number;
  readonly b: number;
  /** Euclidean, between unit embeddings: in [0, 2]. */
  readonly distance: number;
  /** That it is one person, where as many pairs are of one person as of two; see {@link sameProbability}. */
  readonly probability: number;
  /** Whether `distance` is at most the limit. */
  readonly same: boolean;
}

export interface Verification {
  /** The limit: distances up to it count as one person. */
  readonly maxDistance: number;
  readonly photos: readonly [SeenPhoto, SeenPhoto];
  /** One, or with `all` one for every two faces of different photos, nearest first. */
  readonly pairs: readonly FaceComparison[];
}

export interface VerifyOptions {
  /** Which face of the first and of the second photo; default `main`. */
  readonly faces?: readonly [FaceChoice, FaceChoice];
  /** Compares every face of the one with every face of the other. */
  readonly all?: boolean;
  /** Above 0, at most 2; default that of the pack. */
  readonly maxDistance?: number;
  readonly signal?: AbortSignal;
}

const schema = {
  maxDistance: {
    type: 'number',
    exclusiveMin: 0,
    max: 2,
    default: 1,
    description: 'Distance up to which two faces count as one person.',
  },
} as const satisfies OptionSchema;

/**
 * Whether two photos show the same person.
 * @throws VisageError `NO_FACE`; `OPTION_INVALID`; as `Recognizer.locate`
 */
export async function verifyPhotos(
  recognizer: Recognizer,
  a: PhotoSource,
  b: PhotoSource,
  options: VerifyOptions = {},
): Promise<Verification> {
  const { faces = ['main', 'main'], all = false, signal } = options;
  const given = options.maxDistance ?? recognizer.pack.embedder.maxDistance;
  const { maxDistance } = checkOptions('verifyPhotos', schema, { maxDistance: given });
  const choices = all ? (['all', 'all'] as const) : faces;
  const photos = await Promise.all([
    lookAtPhoto(recognizer, a, choices[0], signal),
    lookAtPhoto(recognizer, b, choices[1], signal),
  ]);
  const [rows, columns] = photos.map((photo) => photo.faces.map(({ embedding }) => unit(embedding)));
  const pairs: FaceComparison[] = [];
  for (const [i, row] of rows!.entries()) {
    for (const [j, column] of columns!.entries()) {
      pairs.push({ a: i, b: j, ...compared(distance(row, column), maxDistance) });
    }
  }
  pairs.sort((x, y) => x.distance - y.distance || x.a - y.a || x.b - y.b);
  return { maxDistance, photos, pairs };
}

/** Compares two embeddings, of unit length or not. */
export function compareEmbeddings(
  a: Float32Array,
  b: Float32Array,
  maxDistance: number,
): Pick<FaceComparison, 'distance' | 'probability' | 'same'> {
  return compared(distance(unit(a), unit(b)), maxDistance);
}

const compared = (far: number, maxDistance: number) => ({
  distance: far,
  probability: sameProbability(far, maxDistance),
  same: far <= maxDistance,
});

/** Of the logistic curve, fitted to the 6,000 pairs of LFW with `bundled`. */
const steepness = 16;

/**
 * How probable it is that two faces at this distance are one person, before anything else is known (half of
 * all pairs being of one person): logistic in the squared distance, ½ at the limit.
 */
export function sameProbability(far: number, maxDistance: number): number {
  return 1 / (1 + Math.exp(steepness * ((far / maxDistance) ** 2 - 1)));
}
