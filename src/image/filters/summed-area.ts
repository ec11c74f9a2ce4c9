import type { Raster } from '../raster.ts';

/**
 * A picture's sums: for each corner between its pixels what lies above and left of it, so that any rectangle
 * costs four of them (Crow 1984, "Summed-area tables for texture mapping"). Whole numbers, exact.
 */
export class SummedArea {
  /** Larger pictures take too much room, and their sums are not known to fit 31 bits. */
  static readonly mostPixels = 2 ** 22;

  readonly width: number;
  readonly height: number;
  /** [height + 1, width + 1, 3] */
  readonly sums: Int32Array;
  /** Numbers from a row of corners to the next. */
  readonly stride: number;

  /**
   * @param raster of at most {@link SummedArea.mostPixels}
   * @param room where the sums are put if they fit: what an earlier table was made in
   */
  constructor({ data, width, height }: Raster, room?: ArrayBufferLike) {
    this.width = width;
    this.height = height;
    const stride = 3 * (width + 1);
    const length = (height + 1) * stride;
    const fits = room !== undefined && room.byteLength >= length * Int32Array.BYTES_PER_ELEMENT;
    const sums = fits ? new Int32Array(room, 0, length) : new Int32Array(length);
    this.stride = stride;
    this.sums = sums;
    sums.fill(0, 0, stride);
    for (let y = 0, from = 0, to = stride; y < height; y++) {
      let [red, green, blue] = [0, 0, 0];
      sums[to] = sums[to + 1] = sums[to + 2] = 0;
      to += 3;
      for (const end = from + 3 * width; from < end; from += 3, to += 3) {
        red += data[from]!;
        green += data[from + 1]!;
        blue += data[from + 2]!;
        sums[to] = sums[to - stride]! + red;
        sums[to + 1] = sums[to + 1 - stride]! + green;
        sums[to + 2] = sums[to + 2 - stride]! + blue;
      }
    }
  }
}
