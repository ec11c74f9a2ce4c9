import { distance } from '../../kernel/index.ts';
import type { FaceIndex, Match } from './face-index.ts';
import { Largest } from './nearest.ts';
import { Rows, step } from './rows.ts';

/** Near enough to nearest to be looked at again exactly: what rounding of unit length to float32 can hide. */
const roundingSlack = 8;

/**
 * Compares with every embedding: the answer is always right, and up to some hundred thousand faces it is
 * quick enough (300,000 × 128 in about 35 ms). Embeddings lie in one block and are compared by their
 * dot products, for unit vectors ‖a − b‖² = 2 − 2·a·b.
 */
export class ExactIndex implements FaceIndex {
  readonly kind = 'exact' as const;
  readonly #rows: Rows;
  /** In float64, so that the scan converts only one of the two factors; zeros up to the stride. */
  readonly #query: Float64Array;

  constructor(dimension: number) {
    this.#rows = new Rows(dimension);
    this.#query = new Float64Array(this.#rows.stride);
  }

  get dimension(): number {
    return this.#rows.dimension;
  }

  get size(): number {
    return this.#rows.size;
  }

  add(id: number, unitEmbedding: Float32Array): void {
    this.#rows.add(id, unitEmbedding);
  }

  remove(id: number): boolean {
    return this.#rows.remove(id);
  }

  vector(id: number): Float32Array | undefined {
    return this.#rows.row(id);
  }

  search(unitEmbedding: Float32Array, count: number): Match[] {
    const wanted = Math.min(Math.max(0, count), this.size);
    if (wanted === 0) return [];
    this.#query.set(unitEmbedding);
    const found = new Largest(Math.min(wanted + roundingSlack, this.size));
    scan(this.#rows.data, this.#query, this.size, found);
    const { data, ids, stride, dimension } = this.#rows;
    const matches: Match[] = Array.from(found.places.subarray(0, found.size), (place) => ({
      id: ids[place]!,
      distance: distance(data.subarray(place * stride, place * stride + dimension), unitEmbedding),
    }));
    return matches.sort(byDistance).slice(0, wanted);
  }
}

/** Nearest first; of equally near ones the lower id. */
export const byDistance = (a: Match, b: Match): number => a.distance - b.distance || a.id - b.id;

/**
 * Offers the dot product of every row with `query`. Eight sums run side by side: a single one would wait
 * for the addition before it, and eight are as many as the processor keeps busy.
 */
function scan(data: Float32Array, query: Float64Array, rows: number, found: Largest): void {
  let least = found.least;
  for (let row = 0, at = 0; row < rows; row++) {
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
    const product = s0 + s1 + (s2 + s3) + (s4 + s5 + (s6 + s7));
    if (product > least) {
      found.offer(row, product);
      least = found.least;
    }
  }
}
