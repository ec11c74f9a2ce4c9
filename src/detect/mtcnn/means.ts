import { type Raster, type Stretches, SummedArea } from '../../image/index.ts';
import type { Planes } from './planes.ts';

/** A part of the picture, whose pixels become means over stretches of its columns and rows. */
export interface MeanWindow {
  /** Its first column and row, from 0. */
  readonly left: number;
  readonly top: number;
  readonly across: Stretches;
  readonly down: Stretches;
  /** The rows of means that are wanted; the last is the one before `endRow`. */
  readonly firstRow: number;
  readonly endRow: number;
}

/** Means of one picture after the other, out of a table of its sums, in memory that is used again. */
export interface Means {
  /** Memory that it keeps. */
  readonly bytes: number;
  /** Makes the table of a picture of at most {@link SummedArea.mostPixels}. */
  take(raster: Raster): void;
  /** Room for what a network is to see, until the next is asked for: where means are drawn. */
  input(length: number): Float32Array;
  /** @param rounds whether means lose what the published form loses where it keeps a smaller picture */
  draw(window: MeanWindow, rounds: boolean, planes: Planes): void;
}

/** Makes tables and inputs in plain memory. */
abstract class PlainMeans {
  #table = new SummedArea({ data: new Uint8Array(), width: 0, height: 0 });
  #input = new Float32Array();

  protected get table(): SummedArea {
    return this.#table;
  }

  get bytes(): number {
    return this.#table.sums.buffer.byteLength + this.#input.buffer.byteLength;
  }

  take(raster: Raster): void {
    this.#table = new SummedArea(raster, this.#table.sums.buffer);
  }

  input(length: number): Float32Array {
    if (this.#input.length < length) this.#input = new Float32Array(length);
    return this.#input.subarray(0, length);
  }
}

/** In float32. */
const mean = (sum: number, count: number): number => Math.fround(Math.fround(sum) / count);

/** Means over whole pixels, in windows that lie in the picture: float32 like all that PyTorch works out, rounded or not. */
export class WholeMeans extends PlainMeans implements Means {
  draw(
    { left, top, across, down, firstRow, endRow }: MeanWindow,
    _: boolean,
    { data, start, row, plane }: Planes,
  ): void {
    const { sums, stride } = this.table;
    const { starts, ends } = across;
    for (let y = firstRow, line = start; y < endRow; y++, line += row) {
      const upper = (top + down.starts[y]!) * stride + 3 * left;
      const lower = (top + down.ends[y]!) * stride + 3 * left;
      const rows = down.ends[y]! - down.starts[y]!;
      for (let x = 0, at = line; x < starts.length; x++, at++) {
        const count = rows * (ends[x]! - starts[x]!);
        const from = 3 * starts[x]!;
        const to = 3 * ends[x]!;
        const a = upper + from;
        const b = upper + to;
        const c = lower + from;
        const d = lower + to;
        const red = sums[d]! - sums[c]! - (sums[b]! - sums[a]!);
        const green = sums[d + 1]! - sums[c + 1]! - (sums[b + 1]! - sums[a + 1]!);
        const blue = sums[d + 2]! - sums[c + 2]! - (sums[b + 2]! - sums[a + 2]!);
        data[at] = (mean(red, count) - 127.5) / 128;
        data[at + plane] = (mean(green, count) - 127.5) / 128;
        data[at + 2 * plane] = (mean(blue, count) - 127.5) / 128;
      }
    }
  }
}

/** Places along an axis: the pixel in which each lies, and how far on in it. */
class Places {
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

/**
 * Means over shares of pixels, black outside of the picture. Rounded they are whole numbers, halves upwards.
 */
export class SharedMeans extends PlainMeans implements Means {
  #starts = new Places(0);
  #ends = new Places(0);
  #upperRows = new Places(0);
  #lowerRows = new Places(0);
  /** What lies above the upper and the lower side of a row of means, by mean. */
  #above = new Float64Array(0);
  #below = new Float64Array(0);

  draw(window: MeanWindow, rounds: boolean, planes: Planes): void {
    const table = this.table;
    const { across, down, firstRow, endRow } = window;
    this.#place(table, window);
    for (let y = firstRow, line = planes.start; y < endRow; y++, line += planes.row) {
      if (y > firstRow && down.chained[y - 1] === 1) {
        [this.#above, this.#below] = [this.#below, this.#above];
      } else {
        this.#sum(table, this.#upperRows, y, across.chained, this.#above);
      }
      this.#sum(table, this.#lowerRows, y, across.chained, this.#below);
      this.#store(across.weights, down.weights[y]!, rounds, planes, line);
    }
  }

  #place({ width, height }: SummedArea, { left, top, across, down }: MeanWindow): void {
    const [columns, rows] = [across.starts.length, down.starts.length];
    if (this.#starts.pixels.length < columns) {
      [this.#starts, this.#ends] = [new Places(columns), new Places(columns)];
      [this.#above, this.#below] = [new Float64Array(3 * columns), new Float64Array(3 * columns)];
    }
    if (this.#upperRows.pixels.length < rows) {
      [this.#upperRows, this.#lowerRows] = [new Places(rows), new Places(rows)];
    }
    this.#starts.take(left, across.starts, across.startShares, width);
    this.#ends.take(left, across.ends, across.endShares, width);
    this.#upperRows.take(top, down.starts, down.startShares, height);
    this.#lowerRows.take(top, down.ends, down.endShares, height);
  }

  /** What lies above place `y` of `rows` in each stretch of columns; sums grow evenly from corner to corner. */
  #sum({ sums, stride }: SummedArea, rows: Places, y: number, chained: Uint8Array, line: Float64Array): void {
    const base = rows.pixels[y]! * stride;
    const share = rows.shares[y]!;
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

  #store(
    weights: Float64Array,
    rowWeight: number,
    rounds: boolean,
    { data, plane }: Planes,
    line: number,
  ): void {
    const [above, below] = [this.#above, this.#below];
    // Sums are exact to 1e-6; a half that floating point left just below is a half.
    const whole = (mean: number): number => (rounds ? Math.floor(mean + (0.5 + 1e-6)) : mean);
    for (let x = 0, i = 0, at = line; x < weights.length; x++, i += 3, at++) {
      const weight = weights[x]! * rowWeight;
      data[at] = (whole((below[i]! - above[i]!) * weight) - 127.5) / 128;
      data[at + plane] = (whole((below[i + 1]! - above[i + 1]!) * weight) - 127.5) / 128;
      data[at + 2 * plane] = (whole((below[i + 2]! - above[i + 2]!) * weight) - 127.5) / 128;
    }
  }
}
