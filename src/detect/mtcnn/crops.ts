import type { AxisTaps, Raster } from '../../image/index.ts';
import type { Box } from '../../kernel/index.ts';
import type { CropAxes } from './crop-axes.ts';
import type { Planes } from './planes.ts';

/**
 * Cuts boxes out of a picture for R-Net and O-Net: black outside of it, resized without rounding
 * (davidsandberg/facenet, src/align/detect_face.py, pad and imresample). Looks at each of their pixels.
 */
export class CropCutter {
  readonly #raster: Raster;
  /** A row of the crop before it is resized along. */
  #line = new Float64Array(3 * 256);

  constructor(raster: Raster) {
    this.#raster = raster;
  }

  /** @param box whole numbers, counted from 0, at least one pixel large */
  cut({ x: left, y: top, width, height }: Box, axes: CropAxes, to: Planes): void {
    const size = axes.sizePx;
    const shrinks = size <= width && size <= height;
    if (this.#line.length < 3 * width) this.#line = new Float64Array(3 * width);
    const across = axes.taps(width, shrinks);
    const down = axes.taps(height, shrinks);
    for (let y = 0; y < size; y++) {
      this.#blendRows(left, top, width, down, y);
      this.#resizeLine(across, size, to, to.start + y * to.row);
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

  #resizeLine(
    { starts, indices, weights }: AxisTaps,
    size: number,
    { data, plane }: Planes,
    to: number,
  ): void {
    const line = this.#line;
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
      data[to + x] = (red - 127.5) / 128;
      data[plane + to + x] = (green - 127.5) / 128;
      data[2 * plane + to + x] = (blue - 127.5) / 128;
    }
  }
}
