/** Numbers that a scan takes at once; rows are laid out in multiples of it. */
export const step = 8;

/** Memory for rows, and what multiplies all of them by a query. */
export interface Block {
  /** The rows; another view after `resize`. */
  readonly data: Float32Array;
  /** Makes room for so many numbers. What was there stays, as far as there is room. */
  resize(numbers: number): void;
  /**
   * The dot products of rows `first` to `first + count − 1` with the query.
   * @param query `stride` numbers
   * @param count at most {@link rowsAtOnce}
   * @returns a view that the next call overwrites
   */
  multiply(query: Float32Array, first: number, count: number): Float32Array | Float64Array;
}

/** Dot products at once: they stay in the processor's nearest cache. */
export const rowsAtOnce = 2048;

/** Plain JavaScript: 300,000 × 128 in about 35 ms. */
export class ScriptBlock implements Block {
  data: Float32Array = new Float32Array(0);
  readonly #products = new Float64Array(rowsAtOnce);
  /** In float64, so that only one of the two factors is converted. */
  readonly #query: Float64Array;

  constructor(stride: number) {
    this.#query = new Float64Array(stride);
  }

  resize(numbers: number): void {
    const data = new Float32Array(numbers);
    data.set(this.data.subarray(0, numbers));
    this.data = data;
  }

  multiply(query: Float32Array, first: number, count: number): Float64Array {
    this.#query.set(query);
    multiplyRows(this.data, this.#query, first, count, this.#products);
    return this.#products;
  }
}

/**
 * Eight sums run side by side: a single one would wait for the addition before it, and eight are as many
 * as the processor keeps busy.
 */
function multiplyRows(
  data: Float32Array,
  query: Float64Array,
  first: number,
  count: number,
  products: Float64Array,
): void {
  for (let row = 0, at = first * query.length; row < count; row++) {
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    let s4 = 0;
    let s5 = 0;
    let s6 = 0;
    let s7 = 0;
    for (let i = 0; i < query.length; i += step, at += step) {
      s0 += data[at]! * query[i]!;
      s1 += data[at + 1]! * query[i + 1]!;
      s2 += data[at + 2]! * query[i + 2]!;
      s3 += data[at + 3]! * query[i + 3]!;
      s4 += data[at + 4]! * query[i + 4]!;
      s5 += data[at + 5]! * query[i + 5]!;
      s6 += data[at + 6]! * query[i + 6]!;
      s7 += data[at + 7]! * query[i + 7]!;
    }
    products[row] = s0 + s1 + (s2 + s3) + (s4 + s5 + (s6 + s7));
  }
}
