import { areaAxis, type AxisTaps, type Raster } from '../../image/index.ts';

/** Taps by source length and kind: boxes come in few sizes. */
class Axes {
  readonly #targetLength: number;
  readonly #known = new Map<number, AxisTaps>();

  constructor(targetLength: number) {
    this.#targetLength = targetLength;
  }

  of(sourceLength: number, shrinks: boolean): AxisTaps {
    const key = shrinks ? sourceLength : -sourceLength;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const taps = areaAxis(sourceLength, this.#targetLength, shrinks);
    this.#known.set(key, taps);
    return taps;
  }
}

/** Room for rows of this many pixels at first. */
const firstLength = 256;

/**
 * Cuts boxes out of a picture for R-Net and O-Net: black outside of it, resized by OpenCV's INTER_AREA
 * without rounding, as (value − 127.5)/128 in planes of red, green and blue (davidsandberg/facenet,
 * src/align/detect_face.py, pad and imresample).
 */
export class CropCutter {
  readonly #raster: Raster;
  readonly #sizePx: number;
  readonly #axes: Axes;
  /** One row of the box, and all its rows in their new width. */
  #line = new Uint8Array(3 * firstLength);
  #rows: Float64Array;

  constructor(raster: Raster, sizePx: number) {
    this.#raster = raster;
    this.#sizePx = sizePx;
    this.#axes = new Axes(sizePx);
    this.#rows = new Float64Array(3 * sizePx * firstLength);
  }

  /**
   * @param boxes [n, 4] whole numbers, counted from 1, the last pixel included, at least one pixel large
   * @param first the first box to cut; the last is the one before `end`
   * @returns [end − first, 3, size, size]
   */
  cut(boxes: Float64Array, first: number, end: number): Float32Array {
    const length = 3 * this.#sizePx ** 2;
    const crops = new Float32Array((end - first) * length);
    for (let i = first; i < end; i++) {
      const [left, top] = [boxes[4 * i]! - 1, boxes[4 * i + 1]! - 1];
      const [width, height] = [boxes[4 * i + 2]! - left, boxes[4 * i + 3]! - top];
      this.#cutOne(left, top, width, height, crops.subarray((i - first) * length, (i - first + 1) * length));
    }
    return crops;
  }

  #cutOne(left: number, top: number, width: number, height: number, crop: Float32Array): void {
    const size = this.#sizePx;
    const shrinks = size <= width && size <= height;
    if (this.#line.length < 3 * width) this.#line = new Uint8Array(3 * width);
    if (this.#rows.length < 3 * size * height) this.#rows = new Float64Array(3 * size * height);
    this.#narrow(left, top, width, height, this.#axes.of(width, shrinks));
    this.#shorten(this.#axes.of(height, shrinks), crop);
  }

  #narrow(left: number, top: number, width: number, height: number, taps: AxisTaps): void {
    const { data, width: pictureWidth, height: pictureHeight } = this.#raster;
    const { starts, indices, weights } = taps;
    const [line, rows, size] = [this.#line, this.#rows, this.#sizePx];
    const from = Math.max(0, left);
    const to = Math.min(pictureWidth, left + width);
    if (from > left || to < left + width) line.fill(0, 0, 3 * width);
    for (let y = 0; y < height; y++) {
      let at = y * size * 3;
      const row = top + y;
      if (row < 0 || row >= pictureHeight || to <= from) {
        rows.fill(0, at, at + 3 * size);
        continue;
      }
      const start = row * pictureWidth;
      line.set(data.subarray(3 * (start + from), 3 * (start + to)), 3 * (from - left));
      for (let x = 0; x < size; x++, at += 3) {
        let red = 0;
        let green = 0;
        let blue = 0;
        const end = starts[x + 1]!;
        for (let tap = starts[x]!; tap < end; tap++) {
          const pixel = 3 * indices[tap]!;
          const weight = weights[tap]!;
          red += weight * line[pixel]!;
          green += weight * line[pixel + 1]!;
          blue += weight * line[pixel + 2]!;
        }
        rows[at] = red;
        rows[at + 1] = green;
        rows[at + 2] = blue;
      }
    }
  }

  #shorten({ starts, indices, weights }: AxisTaps, crop: Float32Array): void {
    const [rows, size] = [this.#rows, this.#sizePx];
    const plane = size * size;
    for (let y = 0; y < size; y++) {
      const first = starts[y]!;
      const end = starts[y + 1]!;
      for (let x = 0; x < size; x++) {
        let red = 0;
        let green = 0;
        let blue = 0;
        for (let tap = first; tap < end; tap++) {
          const at = 3 * (indices[tap]! * size + x);
          const weight = weights[tap]!;
          red += weight * rows[at]!;
          green += weight * rows[at + 1]!;
          blue += weight * rows[at + 2]!;
        }
        const to = y * size + x;
        crop[to] = (red - 127.5) / 128;
        crop[plane + to] = (green - 127.5) / 128;
        crop[2 * plane + to] = (blue - 127.5) / 128;
      }
    }
  }
}
