import { isFiniteVector, visageError } from '../kernel/index.ts';

/**
 * Checks what a classifier is to learn from.
 * @returns numbers per row
 * @throws VisageError `FIT_INVALID` when there are no rows, rows and labels differ in number, rows
 *   differ in length, or a component is not a finite number.
 */
export function checkTrainingRows(owner: string, rows: readonly Float32Array[], labelCount: number): number {
  const fail = (reason: string, advice: string): never => {
    throw visageError('FIT_INVALID', { owner, reason, advice });
  };
  if (rows.length === 0) fail('there are no faces', 'Give at least one face of each person.');
  if (rows.length !== labelCount) {
    fail(
      `there are ${rows.length} embeddings and ${labelCount} labels`,
      'Give one label for each embedding.',
    );
  }
  const dimension = rows[0]!.length;
  if (dimension === 0) fail('embedding 0 has no numbers', 'Make the embeddings again.');
  for (const [i, row] of rows.entries()) {
    if (!(row instanceof Float32Array)) {
      fail(`embedding ${i} is not a Float32Array`, 'Give each embedding as a Float32Array.');
    }
    if (row.length !== dimension) {
      fail(
        `embedding ${i} has ${row.length} numbers and embedding 0 has ${dimension}`,
        'Make all embeddings with one pack.',
      );
    }
    if (!isFiniteVector(row)) {
      fail(
        `embedding ${i} holds ${row.find((value) => !Number.isFinite(value))}, which is not a finite number`,
        'Leave this face out or make its embedding again.',
      );
    }
  }
  return dimension;
}

/**
 * Checks that the labels are class numbers 0…k−1 and that every class has a row.
 * @returns k
 * @throws VisageError `FIT_INVALID`
 */
export function checkClassLabels(owner: string, labels: ArrayLike<number>): number {
  const advice = 'Number the classes 0, 1, 2, … as LabelEncoder does.';
  const counts: number[] = [];
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]!;
    if (!Number.isInteger(label) || label < 0 || label >= labels.length) {
      throw visageError('FIT_INVALID', { owner, reason: `label ${i} is ${label}`, advice });
    }
    counts[label] = (counts[label] ?? 0) + 1;
  }
  for (let c = 0; c < counts.length; c++) {
    if (!counts[c]) throw visageError('FIT_INVALID', { owner, reason: `class ${c} has no rows`, advice });
  }
  return counts.length;
}

/** How many rows each class has. */
export function countLabels(labels: ArrayLike<number>, classCount: number): Uint32Array {
  const counts = new Uint32Array(classCount);
  for (let i = 0; i < labels.length; i++) counts[labels[i]!]!++;
  return counts;
}

/** All rows behind one another. */
export function flatten(rows: readonly Float32Array[], dimension: number): Float32Array {
  const flat = new Float32Array(rows.length * dimension);
  for (const [i, row] of rows.entries()) flat.set(row, i * dimension);
  return flat;
}

/** @throws VisageError `INTERRUPTED` */
export function stopIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw visageError('INTERRUPTED', { kept: 'nothing was kept of the fit' });
}
