import { type Block, ScriptBlock, step } from './dot-products.ts';
import { SimdBlock } from './simd-block.ts';

const leastRows = 64;

/**
 * Rows of numbers by id in one block of memory without gaps, so that a scan reads it in one go: the block
 * grows by half when it is full, and the last row takes the place of a removed one.
 */
export class Rows {
  readonly dimension: number;
  /** From the start of a row to the next: the dimension and zeros up to a multiple of {@link step}. */
  readonly stride: number;
  readonly #block: Block;
  /** The id of each row. */
  ids: Float64Array;
  size = 0;
  readonly #places = new Map<number, number>();

  /** @param block makes memory for rows of a stride; SIMD where there is SIMD, unless given */
  constructor(dimension: number, block?: (stride: number) => Block) {
    this.dimension = dimension;
    this.stride = Math.ceil(dimension / step) * step;
    this.#block = (block ?? quickestBlock)(this.stride);
    this.#block.resize(leastRows * this.stride);
    this.ids = new Float64Array(leastRows);
  }

  /** Row after row; only the first `size` are rows. */
  get data(): Float32Array {
    return this.#block.data;
  }

  /** See {@link Block.multiply}. */
  multiply(query: Float32Array, first: number, count: number): Float32Array | Float64Array {
    return this.#block.multiply(query, first, count);
  }

  has(id: number): boolean {
    return this.#places.has(id);
  }

  /** @throws RangeError where `id` is there already or the dimension is another */
  add(id: number, row: Float32Array): void {
    if (row.length !== this.dimension) {
      throw new RangeError(`a row has ${this.dimension} numbers, got ${row.length}`);
    }
    if (this.#places.has(id)) throw new RangeError(`row ${id} is there already`);
    if (this.size === this.ids.length) this.#resize(Math.ceil(this.size * 1.5));
    this.data.set(row, this.size * this.stride);
    this.ids[this.size] = id;
    this.#places.set(id, this.size);
    this.size++;
  }

  remove(id: number): boolean {
    const place = this.#places.get(id);
    if (place === undefined) return false;
    const { stride, data, ids } = this;
    const last = this.size - 1;
    if (place !== last) {
      data.copyWithin(place * stride, last * stride, this.size * stride);
      ids[place] = ids[last]!;
      this.#places.set(ids[last]!, place);
    }
    data.fill(0, last * stride, this.size * stride);
    this.#places.delete(id);
    this.size--;
    if (this.size > leastRows && this.size * 3 < ids.length) this.#resize(this.size * 2);
    return true;
  }

  /** A view of row `id`. */
  row(id: number): Float32Array | undefined {
    const place = this.#places.get(id);
    if (place === undefined) return undefined;
    return this.data.subarray(place * this.stride, place * this.stride + this.dimension);
  }

  #resize(capacity: number): void {
    this.#block.resize(capacity * this.stride);
    const ids = new Float64Array(capacity);
    ids.set(this.ids.subarray(0, this.size));
    this.ids = ids;
  }
}

const quickestBlock = (stride: number): Block => SimdBlock.create(stride) ?? new ScriptBlock(stride);
