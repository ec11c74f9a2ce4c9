import { dot, symmetricEigen } from '../kernel/index.ts';
import { predictedSpacing, type Spacing } from './spacing.ts';

/** Weight of the linear part beside the quadratic one, and of the penalty; faces are centred and of mean length 1. */
const [linearShare, penalty] = [0.5, 1];
/** Directions along which the spacing bends that are kept: more of them predict no better. */
const mostBends = 16;
/** What is left of the right-hand side when the equations count as solved. */
const tolerance = 1e-10;

/**
 * Ridge regression of measured spacings on embeddings and on products of their coordinates: by the kernel
 * c·x·y + (x·y)² (Saunders et al. 1998, "Ridge regression learning algorithm in dual variables"), solved by
 * conjugate gradients. Of the quadratic form the eigenvectors with the largest eigenvalues are kept. All numbers
 * were chosen on the people of LFW with 2 to 4 images.
 * @param faces unit embeddings
 * @param rows which of the faces count, at least one
 */
export function fitSpacing(
  faces: readonly Float32Array[],
  spacings: Float64Array,
  rows: readonly number[],
): Spacing {
  const size = faces[0]!.length;
  const mean = rows.reduce((sum, row) => sum + spacings[row]! / rows.length, 0);
  const { centre, scale, centred } = centreFaces(faces, rows);
  const excess = Float64Array.from(rows, (row) => spacings[row]! - mean);
  const shares = solveRidge(gram(centred), excess);
  const linear = new Float64Array(size);
  const quadratic = new Float64Array(size * size);
  for (const [at, face] of centred.entries()) {
    for (let i = 0; i < size; i++) {
      const value = shares[at]! * face[i]!;
      linear[i]! += linearShare * value;
      for (let j = 0; j <= i; j++) quadratic[i * size + j]! += value * face[j]!;
    }
  }
  for (let i = 0; i < size; i++)
    for (let j = 0; j < i; j++) quadratic[j * size + i] = quadratic[i * size + j]!;

  // In terms of the embedding as it is: (x − centre)/scale written out.
  const weights = linear.map((value) => value / scale);
  let offset = mean - dot(weights, centre);
  const bends = symmetricEigen(quadratic, size)
    .slice(0, mostBends)
    .filter(({ value }) => value !== 0)
    .map(({ value, vector }) => {
      const strength = value / scale ** 2;
      const atCentre = dot(vector, centre);
      for (let i = 0; i < size; i++) weights[i]! -= 2 * strength * atCentre * vector[i]!;
      offset += strength * atCentre ** 2;
      return { strength, direction: Float32Array.from(vector) };
    });
  const fitted = { weights: Float32Array.from(weights), bends, offset, mean };
  // What was left out must not shift the whole.
  let missing = 0;
  for (const row of rows) missing += (spacings[row]! - predictedSpacing(fitted, faces[row]!)) / rows.length;
  return { ...fitted, offset: offset + missing };
}

/** Faces about their mean, in units of their root mean square length from there. */
function centreFaces(faces: readonly Float32Array[], rows: readonly number[]) {
  const centre = new Float64Array(faces[0]!.length);
  for (const row of rows) for (let i = 0; i < centre.length; i++) centre[i]! += faces[row]![i]! / rows.length;
  let square = 0;
  const centred = rows.map((row) => {
    const face = Float64Array.from(faces[row]!, (value, i) => value - centre[i]!);
    square += dot(face, face) / rows.length;
    return face;
  });
  // Faces that are all alike lie at their mean, whatever the unit.
  const scale = Math.sqrt(square) || 1;
  for (const face of centred) for (let i = 0; i < face.length; i++) face[i]! /= scale;
  return { centre, scale, centred };
}

/** Lower triangle of the kernel's matrix, row after row. */
function gram(faces: readonly Float64Array[]): Float64Array {
  const matrix = new Float64Array((faces.length * (faces.length + 1)) / 2);
  let at = 0;
  for (const [i, face] of faces.entries()) {
    for (let j = 0; j <= i; j++) {
      const product = dot(face, faces[j]!);
      matrix[at++] = linearShare * product + product ** 2;
    }
  }
  return matrix;
}

/** Solves (matrix + penalty)·x = vector by conjugate gradients (Hestenes and Stiefel 1952). */
function solveRidge(matrix: Float64Array, vector: Float64Array): Float64Array {
  const size = vector.length;
  const solution = new Float64Array(size);
  const residual = vector.slice();
  const direction = vector.slice();
  const image = new Float64Array(size);
  let square = dot(residual, residual);
  const enough = square * tolerance ** 2;
  // In exact arithmetic `size` steps are always enough.
  for (let step = 0; step < size && square > enough; step++) {
    for (let i = 0, at = 0; i < size; i++) {
      const own = direction[i]!;
      let sum = penalty * own;
      for (let j = 0; j < i; j++, at++) {
        sum += matrix[at]! * direction[j]!;
        image[j]! += matrix[at]! * own;
      }
      image[i] = sum + matrix[at++]! * own;
    }
    const length = square / dot(direction, image);
    for (let i = 0; i < size; i++) {
      solution[i]! += length * direction[i]!;
      residual[i]! -= length * image[i]!;
    }
    const next = dot(residual, residual);
    for (let i = 0; i < size; i++) direction[i] = residual[i]! + (next / square) * direction[i]!;
    square = next;
  }
  return solution;
}
