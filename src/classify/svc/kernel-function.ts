import type { Vector } from '../../kernel/index.ts';

/** A kernel with its parameter settled. `linear`: x·z. `rbf`: exp(−gamma·‖x − z‖²). */
export type KernelFunction =
  | { readonly name: 'linear' }
  | { readonly name: 'rbf' /** Above 0. */; readonly gamma: number };

/**
 * The kernel of one vector against many.
 * @param vectors `count` rows of `row.length` numbers, one after the other.
 * @param out `count` long; takes the values.
 */
export function evaluateKernel(
  kernel: KernelFunction,
  row: Float64Array,
  vectors: Float64Array,
  count: number,
  out: Float64Array,
): void {
  const dimension = row.length;
  const isLinear = kernel.name === 'linear';
  // Four vectors at a time: their sums do not wait for each other.
  for (let s = 0; s < count; s += 4) {
    const at0 = s * dimension;
    // The last few: repeat the last vector rather than read past the end.
    const at1 = Math.min(s + 1, count - 1) * dimension;
    const at2 = Math.min(s + 2, count - 1) * dimension;
    const at3 = Math.min(s + 3, count - 1) * dimension;
    let sum0 = 0;
    let sum1 = 0;
    let sum2 = 0;
    let sum3 = 0;
    if (isLinear) {
      for (let d = 0; d < dimension; d++) {
        const value = row[d]!;
        sum0 += value * vectors[at0 + d]!;
        sum1 += value * vectors[at1 + d]!;
        sum2 += value * vectors[at2 + d]!;
        sum3 += value * vectors[at3 + d]!;
      }
    } else {
      for (let d = 0; d < dimension; d++) {
        const value = row[d]!;
        const difference0 = value - vectors[at0 + d]!;
        const difference1 = value - vectors[at1 + d]!;
        const difference2 = value - vectors[at2 + d]!;
        const difference3 = value - vectors[at3 + d]!;
        sum0 += difference0 * difference0;
        sum1 += difference1 * difference1;
        sum2 += difference2 * difference2;
        sum3 += difference3 * difference3;
      }
    }
    // Writes past the end of a typed array are ignored.
    out[s] = sum0;
    out[s + 1] = sum1;
    out[s + 2] = sum2;
    out[s + 3] = sum3;
  }
  if (kernel.name === 'rbf') for (let s = 0; s < count; s++) out[s] = Math.exp(-kernel.gamma * out[s]!);
}

/**
 * What `gamma` stands for, as in scikit-learn's `SVC`: `scale` is 1 / (dimension · variance of all
 * numbers of all rows), 1 where nothing varies; `auto` is 1 / dimension.
 */
export function settleGamma(gamma: number | 'scale' | 'auto', rows: readonly Vector[]): number {
  const dimension = rows[0]!.length;
  if (gamma === 'auto') return 1 / dimension;
  if (gamma !== 'scale') return gamma;
  let sum = 0;
  for (const row of rows) for (let d = 0; d < dimension; d++) sum += row[d]!;
  const mean = sum / (rows.length * dimension);
  let variance = 0;
  for (const row of rows) for (let d = 0; d < dimension; d++) variance += (row[d]! - mean) ** 2;
  variance /= rows.length * dimension;
  return variance > 0 ? 1 / (dimension * variance) : 1;
}
