import type { Gram } from './gram.ts';

/**
 * The kernel between the samples of two classes, row by row as a solver asks for them.
 *
 * Rows are kept in float32, as libsvm keeps them: the rounding decides between nearly equal working
 * sets, so the same rounding gives the same path, and thereby the same model at a loose tolerance too.
 * Rows that do not fit into the budget replace the one computed longest ago.
 */
export class KernelRows {
  /** The kept rows; {@link row} says where each one begins. Replaced by {@link select}. */
  values: Float32Array = new Float32Array(0);
  /** K(i, i) in float64 of each of the pair's samples. */
  diagonal: Float64Array = new Float64Array(0);
  /** Samples of the pair: those of the first class, then those of the second. */
  count = 0;
  readonly #gram: Gram;
  readonly #budgetBytes: number;
  #ranges: readonly [number, number, number, number] = [0, 0, 0, 0];
  /** Row → slot, or −1 for a row that is not kept. */
  #slotOf = new Int32Array(0);
  #rowIn = new Int32Array(0);
  #slots = 0;
  #nextSlot = 0;
  #lastRow = -1;

  constructor(gram: Gram, budgetBytes: number) {
    this.#gram = gram;
    this.#budgetBytes = budgetBytes;
  }

  /** Turns to the samples from `firstStart` up to `firstEnd` and from `secondStart` up to `secondEnd`. */
  select(firstStart: number, firstEnd: number, secondStart: number, secondEnd: number): void {
    this.#ranges = [firstStart, firstEnd, secondStart, secondEnd];
    const count = firstEnd - firstStart + secondEnd - secondStart;
    this.count = count;
    const affordable = Math.floor(this.#budgetBytes / (count * Float32Array.BYTES_PER_ELEMENT));
    this.#slots = Math.min(count, Math.max(2, affordable));
    if (this.values.length < this.#slots * count) this.values = new Float32Array(this.#slots * count);
    if (this.diagonal.length < count) {
      this.diagonal = new Float64Array(count);
      this.#slotOf = new Int32Array(count);
      this.#rowIn = new Int32Array(count);
    }
    this.#slotOf.fill(-1, 0, count);
    this.#rowIn.fill(-1, 0, this.#slots);
    this.#nextSlot = 0;
    this.#lastRow = -1;
    const { diagonal } = this.#gram;
    for (let i = 0; i < count; i++) this.diagonal[i] = diagonal[this.sampleOf(i)]!;
  }

  /** The training set's number of the pair's sample `i`. */
  sampleOf(i: number): number {
    const firstCount = this.#ranges[1] - this.#ranges[0];
    return i < firstCount ? this.#ranges[0] + i : this.#ranges[2] + i - firstCount;
  }

  /** Where row `i` begins in {@link values}; valid until another two rows are asked for. */
  row(i: number): number {
    const kept = this.#slotOf[i]!;
    const slot = kept < 0 ? this.#fill(i) : kept;
    this.#lastRow = i;
    return slot * this.count;
  }

  /** Σ coefficients[s]·K(samples[s], i) over `count` of the pair's samples, in float64. */
  weightedSum(samples: Int32Array, coefficients: Float64Array, count: number, i: number): number {
    const gram = this.#gram;
    const [firstStart, firstEnd, secondStart] = this.#ranges;
    const firstCount = firstEnd - firstStart;
    const sample = this.sampleOf(i);
    let sum = 0;
    for (let s = 0; s < count; s++) {
      const coefficient = coefficients[s]!;
      if (coefficient === 0) continue;
      const other = samples[s]!;
      sum +=
        coefficient *
        gram.at(other < firstCount ? firstStart + other : secondStart + other - firstCount, sample);
    }
    return sum;
  }

  #fill(i: number): number {
    // The row asked for just before is in use together with this one.
    if (this.#rowIn[this.#nextSlot] === this.#lastRow) this.#nextSlot = (this.#nextSlot + 1) % this.#slots;
    const slot = this.#nextSlot;
    this.#nextSlot = (slot + 1) % this.#slots;
    if (this.#rowIn[slot]! >= 0) this.#slotOf[this.#rowIn[slot]!] = -1;
    this.#rowIn[slot] = i;
    this.#slotOf[i] = slot;
    const [firstStart, firstEnd, secondStart, secondEnd] = this.#ranges;
    const sample = this.sampleOf(i);
    const offset = slot * this.count;
    this.#gram.copyRow(sample, firstStart, firstEnd, this.values, offset);
    this.#gram.copyRow(sample, secondStart, secondEnd, this.values, offset + firstEnd - firstStart);
    return slot;
  }
}
