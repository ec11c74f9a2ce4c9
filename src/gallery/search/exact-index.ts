import { distance } from '../../kernel/index.ts';
import { type Block, rowsAtOnce } from './dot-products.ts';
import type { FaceIndex, Match } from './face-index.ts';
import { Largest } from './nearest.ts';
import { Rows } from './rows.ts';

/** So many more than asked for are measured exactly: rounding of dot products can hide which one is nearer. */
const roundingSlack = 8;

/**
 * Compares with every embedding: the answer is always right, and up to some hundred thousand faces it is
 * quick enough (300,000 × 128 in 6 ms). Embeddings lie in one block and are compared by their dot
 * products, for unit vectors ‖a − b‖² = 2 − 2·a·b; the nearest are then measured exactly.
 */
export class ExactIndex implements FaceIndex {
  readonly kind = 'exact' as const;
  readonly #rows: Rows;
  /** Zeros up to the stride. */
  readonly #query: Float32Array;

  /** @param block makes the memory for the rows; SIMD where there is SIMD, unless given */
  constructor(dimension: number, block?: (stride: number) => Block) {
    this.#rows = new Rows(dimension, block);
    this.#query = new Float32Array(this.#rows.stride);
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
    this.#scan(found);
    const { data, ids, stride, dimension } = this.#rows;
    const matches: Match[] = Array.from(found.places.subarray(0, found.size), (place) => ({
      id: ids[place]!,
      distance: distance(data.subarray(place * stride, place * stride + dimension), unitEmbedding),
    }));
    return matches.sort(byDistance).slice(0, wanted);
  }

  #scan(found: Largest): void {
    const { size } = this;
    for (let first = 0; first < size; first += rowsAtOnce) {
      const count = Math.min(rowsAtOnce, size - first);
      const products = this.#rows.multiply(this.#query, first, count);
      let { least } = found;
      for (let i = 0; i < count; i++) {
        if (products[i]! <= least) continue;
        found.offer(first + i, products[i]!);
        least = found.least;
      }
    }
  }
}

/** Nearest first; of equally near ones the lower id. */
export const byDistance = (a: Match, b: Match): number => a.distance - b.distance || a.id - b.id;
