import { dot, squaredDistance } from '../kernel/index.ts';

/**
 * How far from a face those of other people lie. Embedders crowd some people together, such as those of whom there
 * were few in the training data, and spread others out: the same distance is then a match of one and a stranger of
 * another. The model is quadratic in the unit embedding: offset + weights·x + Σ strength·(direction·x)².
 */
export interface Spacing {
  readonly weights: Float32Array;
  /** None in calibrations from before there were such. */
  readonly bends: readonly SpacingBend[];
  readonly offset: number;
  /** Mean over the faces it was fitted on; above 0. */
  readonly mean: number;
}

/** A direction along which the spacing grows or falls with the square of the embedding's part in it. */
export interface SpacingBend {
  readonly strength: number;
  /** Of unit length. */
  readonly direction: Float32Array;
}

/** Nearest faces of other people whose mean distance is the spacing of a face. */
const neighbours = 5;
/** Spacings below this share of the mean are taken for it: away from the faces it was fitted on the model errs. */
const leastShare = 0.4;

/** A spacing that is the same everywhere: distances stay as they are. */
export const evenSpacing = (dimension: number): Spacing => ({
  weights: new Float32Array(dimension),
  bends: [],
  offset: 1,
  mean: 1,
});

/** What the model says of a unit embedding. */
export function predictedSpacing({ weights, bends, offset }: Spacing, embedding: Float32Array): number {
  let value = offset + dot(weights, embedding);
  for (const { strength, direction } of bends) value += strength * dot(direction, embedding) ** 2;
  return value;
}

/** The spacing at a unit embedding; above 0. */
export function spacingAt(spacing: Spacing, embedding: Float32Array): number {
  return Math.max(leastShare * spacing.mean, predictedSpacing(spacing, embedding));
}

/** The mean distance of each face to the nearest faces of other people. */
export function measuredSpacings(faces: readonly Float32Array[], people: ArrayLike<number>): Float64Array {
  const nearest = new Float64Array(neighbours);
  return Float64Array.from(faces, (face, i) => {
    nearest.fill(Infinity);
    let found = 0;
    for (let j = 0; j < faces.length; j++) {
      if (people[j] === people[i]) continue;
      found++;
      const squared = squaredDistance(face, faces[j]!);
      if (squared >= nearest[neighbours - 1]!) continue;
      let at = neighbours - 1;
      for (; at > 0 && nearest[at - 1]! > squared; at--) nearest[at] = nearest[at - 1]!;
      nearest[at] = squared;
    }
    const count = Math.min(found, neighbours);
    let sum = 0;
    for (let k = 0; k < count; k++) sum += Math.sqrt(nearest[k]!);
    return sum / count;
  });
}
