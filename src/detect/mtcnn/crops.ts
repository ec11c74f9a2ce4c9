import type { AxisTaps, Raster } from '../../image/index.ts';
import type { CascadeRules } from './rules.ts';

/** Longer boxes are rare, and their taps take room. */
const longestKept = 512;

/** Taps by source length and kind: boxes come in few sizes, the same in all photos. */
export class CropAxes {
  readonly #targetLength: number;
  readonly #axis: CascadeRules['axis'];
  readonly #known = new Map<number, AxisTaps>();

  constructor(targetLength: number, { axis }: Pick<CascadeRules, 'axis'>) {
    this.#targetLength = targetLength;
    this.#axis = axis;
  }

  of(sourceLength: number, shrinks: boolean): AxisTaps {
    const key = shrinks ? sourceLength : -sourceLength;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const taps = this.#axis(sourceLength, this.#targetLength, shrinks);
    if (sourceLength <= longestKept) this.#known.set(key, taps);
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
  readonly #axes: CropAxes;
  /** A row of the crop before it is resized along. */
  #line = new Float64Array(3 * 256);

  /** @param axes to `sizePx` */
  constructor(raster: Raster, sizePx: number, axes: CropAxes) {
    this.#raster = raster;
    this.#sizePx = sizePx;
    this.#axes = axes;
  }

  /**
   * @param boxes [n, 4] whole numbers, counted from 1, the last pixel included, at least one pixel large
   * @param first the first box to cut; the last is the one before `end`
   * @param crops [end − first, 3, size, size], filled
   */
  cut(boxes: Float64Array, first: number, end: number, crops: Float32Array): void {
    const length = 3 * this.#sizePx ** 2;
    for (let i = first; i < end; i++) {
      const [left, top] = [boxes[4 * i]! - 1, boxes[4 * i + 1]! - 1];
      const [width, height] = [boxes[4 * i + 2]! - left, boxes[4 * i + 3]! - top];
      this.#cutOne(left, top, width, height, crops.subarray((i - first) * length, (i - first + 1) * length));
    }
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
    if (from > 0) line.fill(0, 0, from);
    if (to < 3 * width) line.fill(0, Math.max(0, to), 3 * width);
    const end = starts[y + 1]!;
    let tap = starts[y]!;
    // What lies outside of the picture is black.
    while (tap < end && top + indices[tap]! < 0) tap++;
    let last = end;
    while (last > tap && top + indices[last - 1]! >= pictureHeight) last--;
    if (tap === last) {
      line.fill(0, Math.max(0, from), Math.max(0, to));
      return;
    }
    const rowAt = (index: number): number => 3 * ((top + index) * pictureWidth + left);
    // Two rows at a time: the line is written half as often.
    let first = true;
    for (; tap < last; tap += 2) {
      const a = rowAt(indices[tap]!);
      const weightA = weights[tap]!;
      const b = tap + 1 < last ? rowAt(indices[tap + 1]!) : a;
      const weightB = tap + 1 < last ? weights[tap + 1]! : 0;
      if (first) for (let i = from; i < to; i++) line[i] = weightA * data[a + i]! + weightB * data[b + i]!;
      else for (let i = from; i < to; i++) line[i]! += weightA * data[a + i]! + weightB * data[b + i]!;
      first = false;
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
