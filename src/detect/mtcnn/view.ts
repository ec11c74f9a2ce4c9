import type { FloatRaster, Raster, Stretches } from '../../image/index.ts';
import type { Box } from '../../kernel/index.ts';
import type { Piece } from './canvas.ts';
import type { CropAxes } from './crop-axes.ts';
import { CropCutter } from './crops.ts';
import type { Means } from './means.ts';
import type { Planes } from './planes.ts';
import type { CascadeRules } from './rules.ts';
import type { PictureScale } from './scales.ts';

/** A scale with the stretches of the picture that its columns and rows are means over. */
export interface MeanScale extends PictureScale {
  readonly across: Stretches;
  readonly down: Stretches;
}

/** A picture as the networks see it. */
export interface View {
  /** Room for what a network is to see, until the next is asked for: where pieces and crops are written. */
  input(length: number): Float32Array;
  /** Writes rows of a scale. */
  piece(piece: Piece, to: Planes): void;
  /** Writes a box of whole numbers, counted from 0, at least one pixel large; it may reach out of the picture. */
  crop(box: Box, axes: CropAxes, to: Planes): void;
}

/** Reads each pixel for all scales in one pass, then those of each crop, and takes room for the scales alone. */
export class PlainView implements View {
  readonly #levels: readonly (Raster | FloatRaster)[];
  readonly #cutter: CropCutter;
  #input = new Float32Array();

  constructor(raster: Raster, scales: readonly PictureScale[], { levels }: Pick<CascadeRules, 'levels'>) {
    this.#levels = levels(raster, scales);
    this.#cutter = new CropCutter(raster);
  }

  input(length: number): Float32Array {
    if (this.#input.length < length) this.#input = new Float32Array(length);
    return this.#input.subarray(0, length);
  }

  piece({ scale, width, height, firstRow }: Piece, { data, start, row, plane }: Planes): void {
    const { data: pixels } = this.#levels[scale]!;
    let from = firstRow * width * 3;
    for (let y = 0, line = start; y < height; y++, line += row) {
      for (let at = line; at < line + width; at++, from += 3) {
        data[at] = (pixels[from]! - 127.5) / 128;
        data[at + plane] = (pixels[from + 1]! - 127.5) / 128;
        data[at + 2 * plane] = (pixels[from + 2]! - 127.5) / 128;
      }
    }
  }

  crop(box: Box, axes: CropAxes, to: Planes): void {
    this.#cutter.cut(box, axes, to);
  }
}

/** Reads each pixel once and means of any size out of a table of sums: for pictures that such a table can be made of. */
export class SummedView implements View {
  readonly #means: Means;
  readonly #scales: readonly MeanScale[];
  readonly #enlargesByMeans: boolean;
  readonly #cutter: CropCutter;

  /** @param means which this view alone uses */
  constructor(
    raster: Raster,
    scales: readonly MeanScale[],
    { enlargesByMeans }: Pick<CascadeRules, 'enlargesByMeans'>,
    means: Means,
  ) {
    means.take(raster);
    this.#means = means;
    this.#scales = scales;
    this.#enlargesByMeans = enlargesByMeans;
    this.#cutter = new CropCutter(raster);
  }

  input(length: number): Float32Array {
    return this.#means.input(length);
  }

  piece({ scale, height, firstRow }: Piece, to: Planes): void {
    const { across, down } = this.#scales[scale]!;
    const window = { left: 0, top: 0, across, down, firstRow, endRow: firstRow + height };
    this.#means.draw(window, true, to);
  }

  crop(box: Box, axes: CropAxes, to: Planes): void {
    const { x: left, y: top, width, height } = box;
    const size = axes.sizePx;
    if (!this.#enlargesByMeans && !(size <= width && size <= height)) {
      this.#cutter.cut(box, axes, to);
      return;
    }
    const [across, down] = [axes.stretches(width), axes.stretches(height)];
    this.#means.draw({ left, top, across, down, firstRow: 0, endRow: size }, false, to);
  }
}
