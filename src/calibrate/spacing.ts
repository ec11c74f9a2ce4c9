import { dot, squaredDistance } from '../kernel/index.ts';

/**
 * How far from a face those of other people lie. Embedders crowd some people together, such as those of whom there
 * were few in the training data, and spread others out: the same distance is then a match of one and a stranger of
 * another. The model is linear in the unit embedding.
 */
export interface Spacing {
  readonly weights: Float32Array;
  readonly offset: number;
  /** Mean over the faces it was fitted on; above 0. */
  readonly mean: number;
}

/** Nearest faces of other people whose mean distance is the spacing of a face. */
const neighbours = 5;
/** Weight of the penalty, in shares of the mean variance of a coordinate. */
const ridge = 0.1;
/** Spacings below this share of the mean are taken for it: the model is linear, so it can err without bound. */
const leastShare = 0.4;

/** A spacing that is the same everywhere: distances stay as they are. */
export const evenSpacing = (dimension: number): Spacing => ({
  weights: new Float32Array(dimension),
  offset: 1,
  mean: 1,
});

/** The spacing at a unit embedding; above 0. */
export function spacingAt({ weights, offset, mean }: Spacing, embedding: Float32Array): number {
  return Math.max(leastShare * mean, dot(weights, embedding) + offset);
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

/**
 * Ridge regression of measured spacings on embeddings (Hoerl and Kennard 1970), solved by Cholesky decomposition.
 * @param rows which of the faces count
 */
export function fitSpacing(
  faces: readonly Float32Array[],
  spacings: Float64Array,
  rows: readonly number[],
): Spacing {
  const size = faces[0]!.length;
  const centre = new Float64Array(size);
  let mean = 0;
  for (const row of rows) {
    mean += spacings[row]! / rows.length;
    for (let i = 0; i < size; i++) centre[i]! += faces[row]![i]! / rows.length;
  }
  const matrix = new Float64Array(size * size);
  const weights = new Float64Array(size);
  const centred = new Float64Array(size);
  for (const row of rows) {
    const [face, excess] = [faces[row]!, spacings[row]! - mean];
    for (let i = 0; i < size; i++) centred[i] = face[i]! - centre[i]!;
    for (let i = 0; i < size; i++) {
      const value = centred[i]!;
      weights[i]! += value * excess;
      for (let j = 0; j <= i; j++) matrix[i * size + j]! += value * centred[j]!;
    }
  }
  let trace = 0;
  for (let i = 0; i < size; i++) trace += matrix[i * size + i]!;
  // Faces that are all alike have no variance: then any penalty gives weights of 0.
  for (let i = 0; i < size; i++) matrix[i * size + i]! += (ridge * trace) / size || 1;
  solvePositive(matrix, weights);
  return { weights: Float32Array.from(weights), offset: mean - dot(weights, centre), mean };
}

/** Solves matrix · x = vector in place; only the lower triangle is read. */
function solvePositive(matrix: Float64Array, vector: Float64Array): void {
  const size = vector.length;
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * size + j]!;
      for (let k = 0; k < j; k++) sum -= matrix[i * size + k]! * matrix[j * size + k]!;
      matrix[i * size + j] = i === j ? Math.sqrt(sum) : sum / matrix[j * size + j]!;
    }
  }
  for (let i = 0; i < size; i++) {
    let sum = vector[i]!;
    for (let k = 0; k < i; k++) sum -= matrix[i * size + k]! * vector[k]!;
    vector[i] = sum / matrix[i * size + i]!;
  }
  for (let i = size - 1; i >= 0; i--) {
    let sum = vector[i]!;
    for (let k = i + 1; k < size; k++) sum -= matrix[k * size + i]! * vector[k]!;
    vector[i] = sum / matrix[i * size + i]!;
  }
}
