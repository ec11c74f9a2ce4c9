import type { KernelFunction } from './kernel-function.ts';

/**
 * The kernel between all samples of a training set. Small sets (n² float64 numbers within the
 * budget) are computed once, blocked, and shared by all pairs of classes and all folds; larger ones
 * are evaluated when asked for.
 */
export class Gram {
  readonly #kernel: KernelFunction;
  readonly #values: Float64Array;
  readonly #dimension: number;
  /** x·x of each sample. */
  readonly #squaredNorms: Float64Array;
  /** K(i, i) of each sample. */
  readonly diagonal: Float64Array;
  readonly #matrix: Float64Array | undefined;
  readonly #count: number;

  /** @param values rows of `dimension` numbers; kept, not copied. */
  constructor(kernel: KernelFunction, values: Float64Array, dimension: number, budgetBytes: number) {
    this.#kernel = kernel;
    this.#values = values;
    this.#dimension = dimension;
    this.#count = values.length / dimension;
    this.#squaredNorms = Float64Array.from({ length: this.#count }, (_, s) => this.#dot(s, s));
    this.diagonal = this.#squaredNorms.map((norm, s) => this.#fromDot(s, s, norm));
    if (this.#count ** 2 * Float64Array.BYTES_PER_ELEMENT <= budgetBytes) this.#matrix = this.#fullMatrix();
  }

  /** Whether this is the kernel between the same samples. */
  matches(kernel: KernelFunction, values: Float64Array, dimension: number): boolean {
    return (
      dimension === this.#dimension &&
      kernel.name === this.#kernel.name &&
      (kernel.name === 'linear' || (this.#kernel.name === 'rbf' && kernel.gamma === this.#kernel.gamma)) &&
      values.length === this.#values.length &&
      values.every((value, i) => value === this.#values[i])
    );
  }

  /** K(a, b) in float64. */
  at(a: number, b: number): number {
    return this.#matrix === undefined
      ? this.#fromDot(a, b, this.#dot(a, b))
      : this.#matrix[a * this.#count + b]!;
  }

  /** Writes K(sample, c) for the samples `from` ≤ c < `to` to `out`, beginning at `offset`. */
  copyRow(sample: number, from: number, to: number, out: Float32Array, offset: number): void {
    if (this.#matrix === undefined) {
      for (let c = from; c < to; c++) out[offset++] = this.#fromDot(sample, c, this.#dot(sample, c));
      return;
    }
    const [matrix, n] = [this.#matrix, this.#count];
    if (to <= sample && to - from <= 32) {
      // The matrix is symmetric, and the other class's few rows are those that were just read.
      for (let at = from * n + sample, end = to * n; at < end; at += n) out[offset++] = matrix[at]!;
      return;
    }
    for (let at = sample * n + from, end = sample * n + to; at < end; at++) out[offset++] = matrix[at]!;
  }

  #fromDot(a: number, b: number, dot: number): number {
    if (this.#kernel.name === 'linear') return dot;
    return Math.exp(-this.#kernel.gamma * (this.#squaredNorms[a]! + this.#squaredNorms[b]! - 2 * dot));
  }

  #dot(a: number, b: number): number {
    const values = this.#values;
    const end = (a + 1) * this.#dimension;
    let at = b * this.#dimension;
    let sum = 0;
    for (let i = a * this.#dimension; i < end; i++) sum += values[i]! * values[at++]!;
    return sum;
  }

  /** Four rows against two at a time: eight sums stay in registers and each number is loaded less often. */
  #fullMatrix(): Float64Array {
    const [n, dimension, x] = [this.#count, this.#dimension, this.#values];
    const matrix = new Float64Array(n * n);
    const put = (a: number, b: number, dot: number): void => {
      const value = this.#fromDot(a, b, dot);
      matrix[a * n + b] = value;
      matrix[b * n + a] = value;
    };
    for (let a = 0; a < n; a += 4) {
      const rows = Math.min(4, n - a);
      for (let b = 0; b < a + rows; b += 2) {
        if (rows < 4 || b + 1 >= n) {
          for (let r = 0; r < rows; r++) {
            for (let c = b; c < Math.min(b + 2, n); c++) put(a + r, c, this.#dot(a + r, c));
          }
          continue;
        }
        let [s00, s01, s10, s11, s20, s21, s30, s31] = [0, 0, 0, 0, 0, 0, 0, 0];
        const a0 = a * dimension;
        const [a1, a2, a3] = [a0 + dimension, a0 + 2 * dimension, a0 + 3 * dimension];
        const b0 = b * dimension;
        const b1 = b0 + dimension;
        for (let d = 0; d < dimension; d++) {
          const [left, right] = [x[b0 + d]!, x[b1 + d]!];
          const x0 = x[a0 + d]!;
          s00 += x0 * left;
          s01 += x0 * right;
          const x1 = x[a1 + d]!;
          s10 += x1 * left;
          s11 += x1 * right;
          const x2 = x[a2 + d]!;
          s20 += x2 * left;
          s21 += x2 * right;
          const x3 = x[a3 + d]!;
          s30 += x3 * left;
          s31 += x3 * right;
        }
        put(a, b, s00);
        put(a, b + 1, s01);
        put(a + 1, b, s10);
        put(a + 1, b + 1, s11);
        put(a + 2, b, s20);
        put(a + 2, b + 1, s21);
        put(a + 3, b, s30);
        put(a + 3, b + 1, s31);
      }
    }
    return matrix;
  }
}
