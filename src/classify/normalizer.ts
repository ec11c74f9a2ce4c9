import { unit } from '../kernel/index.ts';

/** The way to bring an embedding to comparable length, by scikit-learn's name for it. */
export type Normalizer = 'l2';

/**
 * Every row divided by its Euclidean length, as scikit-learn's `Normalizer(norm='l2')` does; a row of
 * zeros stays zeros. The given rows are left alone.
 */
export function normalizeRows(rows: readonly Float32Array[]): Float32Array[] {
  return rows.map((row) => unit(row));
}
