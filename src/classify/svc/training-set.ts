import { visageError, type Vector } from '../../kernel/index.ts';

/** Checked samples, grouped by class; within a class they stand in the order in which they were given. */
export interface TrainingSet {
  readonly classCount: number;
  readonly dimension: number;
  /** Samples with a weight above 0; the others take no part. */
  readonly count: number;
  /** `count` rows of `dimension` numbers. */
  readonly values: Float64Array;
  /** Sample → index of the row as it was given. */
  readonly sourceIndex: Int32Array;
  /** `classCount + 1` numbers: the samples of class c are `classStart[c]` … `classStart[c + 1] − 1`. */
  readonly classStart: Int32Array;
  /** Weight of each sample, above 0. */
  readonly weights: Float64Array;
  /** Samples of each class as they were given, those of weight 0 too. */
  readonly givenCounts: Int32Array;
  /** Whether every row came as float32, so that its numbers may be written with float32 digits. */
  readonly isFloat32: boolean;
}

/** The kernel is kept in float32, whose largest number is 3.4e38; |x·z| ≤ max ‖x‖². */
const largestSquaredNorm = 1e37;

const invalid = (reason: string, advice: string): Error =>
  visageError('FIT_INVALID', { owner: 'SVC', reason, advice });

/**
 * @param rows n vectors of one length, finite.
 * @param labels n class indexes; every class from 0 to the highest must occur, at least two of them.
 * @param sampleWeight n finite weights of at least 0; default 1.
 * @throws VisageError `FIT_INVALID`
 */
export function makeTrainingSet(
  rows: readonly Vector[],
  labels: ArrayLike<number>,
  sampleWeight?: ArrayLike<number>,
): TrainingSet {
  checkLengths(rows, labels, sampleWeight);
  const classCount = countClasses(labels);
  const dimension = rows[0]!.length;
  const givenCounts = new Int32Array(classCount);
  const classStart = new Int32Array(classCount + 1);
  for (let r = 0; r < rows.length; r++) {
    givenCounts[labels[r]!]!++;
    if (weightOf(sampleWeight, r) > 0) classStart[labels[r]! + 1]!++;
  }
  for (let c = 0; c < classCount; c++) {
    if (givenCounts[c] === 0) {
      throw invalid(
        `class ${c} has no sample, but class ${classCount - 1} has`,
        'Number the classes from 0 without gaps.',
      );
    }
    if (classStart[c + 1] === 0) {
      throw invalid(
        `every sample of class ${c} has weight 0`,
        'Give at least one sample of each class a weight above 0.',
      );
    }
    classStart[c + 1]! += classStart[c]!;
  }
  const count = classStart[classCount]!;
  const values = new Float64Array(count * dimension);
  const sourceIndex = new Int32Array(count);
  const weights = new Float64Array(count);
  const next = classStart.slice();
  for (let r = 0; r < rows.length; r++) {
    checkRow(rows[r]!, r, dimension);
    const weight = weightOf(sampleWeight, r);
    if (weight === 0) continue;
    const sample = next[labels[r]!]!++;
    // "+ 0" turns −0 into 0, which JSON can keep.
    for (let d = 0; d < dimension; d++) values[sample * dimension + d] = rows[r]![d]! + 0;
    sourceIndex[sample] = r;
    weights[sample] = weight;
  }
  const isFloat32 = rows.every((row) => row instanceof Float32Array);
  return { classCount, dimension, count, values, sourceIndex, classStart, weights, givenCounts, isFloat32 };
}

function checkLengths(
  rows: readonly Vector[],
  labels: ArrayLike<number>,
  sampleWeight: ArrayLike<number> | undefined,
): void {
  if (rows.length === 0) throw invalid('there are no rows', 'Give at least one row of each of two classes.');
  if (labels.length !== rows.length) {
    throw invalid(
      `there are ${rows.length} rows but ${labels.length} labels`,
      'Give one label for each row.',
    );
  }
  if (sampleWeight !== undefined && sampleWeight.length !== rows.length) {
    throw invalid(
      `there are ${rows.length} rows but ${sampleWeight.length} weights`,
      'Give one weight for each row.',
    );
  }
}

function countClasses(labels: ArrayLike<number>): number {
  let highest = 0;
  for (let r = 0; r < labels.length; r++) {
    const label = labels[r]!;
    // There can't be more classes than rows; a larger number would only make us allocate for it.
    if (!Number.isInteger(label) || label < 0 || label >= labels.length) {
      throw invalid(
        `label ${r} is ${label}, not a class index from 0 to ${labels.length - 1}`,
        'Number the classes from 0 without gaps.',
      );
    }
    highest = Math.max(highest, label);
  }
  if (highest === 0) throw invalid('it has one class only', 'Add samples of at least one other person.');
  return highest + 1;
}

function checkRow(row: Vector, index: number, dimension: number): void {
  if (row.length !== dimension || dimension === 0) {
    throw invalid(
      `row ${index} has ${row.length} numbers, row 0 has ${dimension}`,
      'Make all embeddings with the same pack.',
    );
  }
  let squaredNorm = 0;
  for (let d = 0; d < dimension; d++) squaredNorm += row[d]! * row[d]!;
  if (squaredNorm <= largestSquaredNorm) return;
  const bad = row.findIndex((value: number) => !Number.isFinite(value));
  throw bad < 0
    ? invalid(`the numbers of row ${index} are too large`, 'Scale the rows, for instance to unit length.')
    : invalid(
        `row ${index} holds ${row[bad]} at place ${bad}`,
        'Leave this row out or make its embedding again.',
      );
}

function weightOf(sampleWeight: ArrayLike<number> | undefined, row: number): number {
  const weight = sampleWeight === undefined ? 1 : sampleWeight[row]!;
  if (weight >= 0 && Number.isFinite(weight)) return weight;
  throw invalid(`the weight of row ${row} is ${weight}`, 'Give finite weights of at least 0.');
}
