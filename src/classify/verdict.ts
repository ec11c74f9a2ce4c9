import type { ClassifierKind } from './classifier.ts';

/** What a model says about one unit embedding, in class numbers. */
export interface Verdict {
  readonly classNumber: number;
  /** One a class; they sum to 1. */
  readonly probabilities: Float64Array;
  /** Euclidean, to what the model compares with of `classNumber`. */
  readonly distance: number;
}

/** The learned part of a classifier. Never changes. */
export interface Model {
  readonly kind: ClassifierKind;
  /** The mean direction of each class, of unit length (or zero): what the open-set decision compares with. */
  readonly means: readonly Float32Array[];
  /** @param unitEmbedding of unit length (or zero), of the right dimension, finite */
  judge(unitEmbedding: Float32Array): Verdict;
  toJSON(): Readonly<Record<string, unknown>>;
}

/** The place of the largest value; the first of several. */
export function indexOfLargest(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}
