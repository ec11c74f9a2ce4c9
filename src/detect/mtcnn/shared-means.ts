import type { Raster } from '../../image/index.ts';
import { type Means, type MeanWindow, PlainMeans } from './means.ts';
import type { Planes } from './planes.ts';

/** Places along an axis: the pixel in which each lies, and how far on in it. */
export class Places {
  readonly pixels: Int32Array;
  readonly shares: Float64Array;

  constructor(count: number) {
    this.pixels = new Int32Array(count);
    this.shares = new Float64Array(count);
  }

  /** Moves places by `origin`, then into the picture of `length` pixels: outside of it sums grow no more. */
  take(origin: number, pixels: Int32Array, shares: Float64Array, length: number): void {
    for (let i = 0; i < pixels.length; i++) {
      const pixel = origin + pixels[i]!;
      this.pixels[i] = Math.min(Math.max(pixel, 0), length - 1);
      this.shares[i] = pixel < 0 ? 0 : pixel < length ? shares[i]! : 1;
    }
  }
}

/** Sums over stretches of columns above a place between rows: they grow evenly from corner to corner. */
export interface StretchSums extends Pick<Means, 'bytes' | 'take' | 'input'> {
  /** Of the picture. */
  readonly width: number;
  readonly height: number;
  /** Numbers from a sum of red, green and blue to the next. */
  readonly step: 3 | 4;
  /** Sets the columns, places of the picture. */
  place(starts: Places, ends: Places, chained: Uint8Array): void;
  /** Sums `share` of a row below the upper side of `row`, into one of two lines. */
  sum(row: number, share: number, which: 0 | 1): void;
  line(which: 0 | 1): Float64Array;
}

export class PlainStretchSums extends PlainMeans implements StretchSums {
  readonly step = 3;
  #starts = new Places(0);
  #ends = new Places(0);
  #chained: Uint8Array = new Uint8Array();
  #lines: readonly [Float64Array, Float64Array] = [new Float64Array(), new Float64Array()];

  get width(): number {
    return this.table.width;
  }

  get height(): number {
    return this.table.height;
  }

  place(starts: Places, ends: Places, chained: Uint8Array): void {
    [this.#starts, this.#ends, this.#chained] = [starts, ends, chained];
    const length = 3 * chained.length;
    if (this.#lines[0].length < length) {
      this.#lines = [new Float64Array(length), new Float64Array(length)];
    }
  }

  line(which: 0 | 1): Float64Array {
    return this.#lines[which];
  }

  sum(row: number, share: number, which: 0 | 1): void {
    const { sums, stride } = this.table;
    const line = this.#lines[which];
    const chained = this.#chained;
    const base = row * stride;
    const rest = 1 - share;
    const between = (at: number, p: number): number =>
      rest * ((1 - p) * sums[at]! + p * sums[at + 3]!) +
      share * ((1 - p) * sums[at + stride]! + p * sums[at + stride + 3]!);
    const [starts, ends] = [this.#starts, this.#ends];
    let [redLeft, greenLeft, blueLeft] = [0, 0, 0];
    for (let x = 0, to = 0; x < chained.length; x++, to += 3) {
      if (x === 0 || chained[x - 1] === 0) {
        const at = base + 3 * starts.pixels[x]!;
        const p = starts.shares[x]!;
        redLeft = between(at, p);
        greenLeft = between(at + 1, p);
        blueLeft = between(at + 2, p);
      }
      const at = base + 3 * ends.pixels[x]!;
      const p = ends.shares[x]!;
      const red = between(at, p);
      const green = between(at + 1, p);
      const blue = between(at + 2, p);
      line[to] = red - redLeft;
      line[to + 1] = green - greenLeft;
      line[to + 2] = blue - blueLeft;
      redLeft = red;
      greenLeft = green;
      blueLeft = blue;
    }
  }
}

/**
 * Means over shares of pixels, black outside of the picture. Rounded they are whole numbers, halves upwards.
 */
export class SharedMeans implements Means {
  readonly #sums: StretchSums;
  #starts = new Places(0);
  #ends = new Places(0);
  #upperRows = new Places(0);
  #lowerRows = new Places(0);

  constructor(sums: StretchSums) {
    this.#sums = sums;
  }

  get bytes(): number {
    return this.#sums.bytes;
  }

  take(raster: Raster): void {
    this.#sums.take(raster);
  }

  input(length: number): Float32Array {
    return this.#sums.input(length);
  }

  draw(window: MeanWindow, rounds: boolean, planes: Planes): void {
    const { across, down, firstRow, endRow } = window;
    this.#place(window);
    const sums = this.#sums;
    const [upper, lower] = [this.#upperRows, this.#lowerRows];
    const lines = [sums.line(0), sums.line(1)] as const;
    /** Which line holds what lies above the upper side of a row of means; the other has its lower side. */
    let above: 0 | 1 = 0;
    for (let y = firstRow, line = planes.start; y < endRow; y++, line += planes.row) {
      if (y > firstRow && down.chained[y - 1] === 1) above = (1 - above) as 0 | 1;
      else sums.sum(upper.pixels[y]!, upper.shares[y]!, above);
      const below = (1 - above) as 0 | 1;
      sums.sum(lower.pixels[y]!, lower.shares[y]!, below);
      storeMeans(
        lines[above],
        lines[below],
        sums.step,
        across.weights,
        down.weights[y]!,
        rounds,
        planes,
        line,
      );
    }
  }

  #place({ left, top, across, down }: MeanWindow): void {
    const { width, height } = this.#sums;
    const [columns, rows] = [across.starts.length, down.starts.length];
    if (this.#starts.pixels.length < columns) {
      [this.#starts, this.#ends] = [new Places(columns), new Places(columns)];
    }
    if (this.#upperRows.pixels.length < rows) {
      [this.#upperRows, this.#lowerRows] = [new Places(rows), new Places(rows)];
    }
    this.#starts.take(left, across.starts, across.startShares, width);
    this.#ends.take(left, across.ends, across.endShares, width);
    this.#upperRows.take(top, down.starts, down.startShares, height);
    this.#lowerRows.take(top, down.ends, down.endShares, height);
    this.#sums.place(this.#starts, this.#ends, across.chained);
  }
}

/** Stores a row of means out of the sums above its upper and its lower side. */
function storeMeans(
  above: Float64Array,
  below: Float64Array,
  step: number,
  weights: Float64Array,
  rowWeight: number,
  rounds: boolean,
  { data, plane }: Planes,
  line: number,
): void {
  // Sums are exact to 1e-6; a half that floating point left just below is a half.
  const whole = (mean: number): number => (rounds ? Math.floor(mean + (0.5 + 1e-6)) : mean);
  for (let x = 0, i = 0, at = line; x < weights.length; x++, i += step, at++) {
    const weight = weights[x]! * rowWeight;
    data[at] = (whole((below[i]! - above[i]!) * weight) - 127.5) / 128;
    data[at + plane] = (whole((below[i + 1]! - above[i + 1]!) * weight) - 127.5) / 128;
    data[at + 2 * plane] = (whole((below[i + 2]! - above[i + 2]!) * weight) - 127.5) / 128;
  }
}
