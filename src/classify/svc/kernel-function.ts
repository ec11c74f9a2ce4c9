import type { Vector } from '../../kernel/index.ts';

/** A kernel with its parameter settled. `linear`: x·z. `rbf`: exp(−gamma·‖x − z‖²). */
export type KernelFunction =
  | { readonly name: 'linear' }
  | { readonly name: 'rbf' /** Above 0. */; readonly gamma: number };

/**
 * The kernel of one vector against many.
 * @param vectors `count` rows of `row.length` numbers, one after the other.
 * @param out takes `count` values.
 */
export function evaluateKernel(
  kernel: KernelFunction,
  row: Float64Array,
  vectors: Float64Array,
  count: number,
  out: Float64Array,
): void {
  const dimension = row.length;
  let at = 0;
  if (kernel.name === 'linear') {
    for (let s = 0; s < count; s++) {
      let sum = 0;
      for (let d = 0; d < dimension; d++) sum += row[d]! * vectors[at++]!;
      out[s] = sum;
    }
    return;
  }
  for (let s = 0; s < count; s++) {
    let sum = 0;
    for (let d = 0; d < dimension; d++) {
      const difference = row[d]! - vectors[at++]!;
      sum += difference * difference;
    }
    out[s] = Math.exp(-kernel.gamma * sum);
  }
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
