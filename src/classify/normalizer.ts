import { unit } from '../kernel/index.ts';

/** The way to bring an embedding to comparable length, by scikit-learn's name for it. */
export type Normalizer = 'l2';

/**
 * Every row divided by its Euclidean length, as scikit-learn's `Normalizer(norm='l2')` does; a row of
 * zeros stays zeros. (scikit-learn also leaves rows shorter than 2.2e-15 as they are.) The given rows are
 * not changed.
 */
export function normalizeRows(rows: readonly Float32Array[]): Float32Array[] {
  return rows.map((row) => unit(row));
}
