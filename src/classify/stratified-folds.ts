import type { Random } from '../kernel/index.ts';

/**
 * Deals the rows into folds so that every class is spread over as many folds as it has rows; after
 * scikit-learn's `StratifiedKFold(shuffle=True)`. A class with two rows or more then never lacks rows
 * outside a fold.
 * @param labels class numbers 0…k−1
 * @returns the fold of each row, 0…folds−1; folds differ in size by at most one row.
 */
export function stratifiedFolds(labels: ArrayLike<number>, folds: number, random: Random): Uint32Array {
  const byClass: number[][] = [];
  for (const row of random.permutation(labels.length)) (byClass[labels[row]!] ??= []).push(row);
  const fold = new Uint32Array(labels.length);
  let next = 0;
  for (const rows of byClass) for (const row of rows ?? []) fold[row] = next++ % folds;
  return fold;
}
