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
export abstract class PlainMeans {
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
