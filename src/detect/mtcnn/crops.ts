import type { AxisTaps, Raster } from '../../image/index.ts';
import type { CascadeRules } from './rules.ts';

/** Taps by source length and kind: boxes come in few sizes. */
class Axes {
  readonly #targetLength: number;
  readonly #axis: CascadeRules['axis'];
  readonly #known = new Map<number, AxisTaps>();

  constructor(targetLength: number, axis: CascadeRules['axis']) {
    this.#targetLength = targetLength;
    this.#axis = axis;
  }

  of(sourceLength: number, shrinks: boolean): AxisTaps {
    const key = shrinks ? sourceLength : -sourceLength;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const taps = this.#axis(sourceLength, this.#targetLength, shrinks);
    this.#known.set(key, taps);
    return taps;
  }
}

/**
 * Cuts boxes out of a picture for R-Net and O-Net: black outside of it, resized without rounding, as
 * (value − 127.5)/128 in planes of red, green and blue (davidsandberg/facenet, src/align/detect_face.py,
 * pad and imresample).
 */
export class CropCutter {
  readonly #raster: Raster;
  readonly #sizePx: number;
  readonly #axes: Axes;
  /** A row of the crop before it is resized along. */
  #line = new Float64Array(3 * 256);

  constructor(raster: Raster, sizePx: number, { axis }: Pick<CascadeRules, 'axis'>) {
    this.#raster = raster;
    this.#sizePx = sizePx;
    this.#axes = new Axes(sizePx, axis);
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
    if (this.#line.length < 3 * width) this.#line = new Float64Array(3 * width);
    const across = this.#axes.of(width, shrinks);
    const down = this.#axes.of(height, shrinks);
    for (let y = 0; y < size; y++) {
      this.#blendRows(left, top, width, down, y);
      this.#resizeLine(across, crop, y * size);
    }
  }

  /** Puts the blend of the picture's rows that makes row `y` of a crop into the line. */
  #blendRows(
    left: number,
    top: number,
    width: number,
    { starts, indices, weights }: AxisTaps,
    y: number,
  ): void {
    const { data, width: pictureWidth, height: pictureHeight } = this.#raster;
    const line = this.#line;
    const from = 3 * Math.max(0, -left);
    const to = 3 * Math.min(width, pictureWidth - left);
    line.fill(0, 0, 3 * width);
    const end = starts[y + 1]!;
    for (let tap = starts[y]!; tap < end; tap++) {
      const row = top + indices[tap]!;
      if (row < 0 || row >= pictureHeight) continue;
      const start = 3 * (row * pictureWidth + left);
      const weight = weights[tap]!;
      for (let i = from; i < to; i++) line[i] = line[i]! + weight * data[start + i]!;
    }
  }

  #resizeLine({ starts, indices, weights }: AxisTaps, crop: Float32Array, to: number): void {
    const [line, size] = [this.#line, this.#sizePx];
    const plane = size * size;
    for (let x = 0; x < size; x++) {
      let red = 0;
      let green = 0;
      let blue = 0;
      const end = starts[x + 1]!;
      for (let tap = starts[x]!; tap < end; tap++) {
        const at = 3 * indices[tap]!;
        const weight = weights[tap]!;
        red += weight * line[at]!;
        green += weight * line[at + 1]!;
        blue += weight * line[at + 2]!;
      }
      crop[to + x] = (red - 127.5) / 128;
      crop[plane + to + x] = (green - 127.5) / 128;
      crop[2 * plane + to + x] = (blue - 127.5) / 128;
    }
  }
}
