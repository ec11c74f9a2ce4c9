import type { Raster } from '../raster.ts';
import { leastShare } from './opencv-area.ts';
import { adaptiveWindows } from './pytorch-area.ts';

/** Pixels that need not be whole numbers. */
export interface FloatRaster {
  readonly data: Float32Array;
  readonly width: number;
  readonly height: number;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** The stretch of source pixels under each target pixel of one axis: from `starts + startShares` to `ends + endShares`. */
interface Stretches {
  readonly starts: Int32Array;
  readonly startShares: Float64Array;
  readonly ends: Int32Array;
  readonly endShares: Float64Array;
  /** 1 over the length that each target pixel is the mean over. */
  readonly weights: Float64Array;
}

function stretchesOf(sourceLength: number, targetLength: number): Stretches {
  const scale = sourceLength / targetLength;
  const stretches = {
    starts: new Int32Array(targetLength),
    startShares: new Float64Array(targetLength),
    ends: new Int32Array(targetLength),
    endShares: new Float64Array(targetLength),
    weights: new Float64Array(targetLength),
  };
  for (let target = 0; target < targetLength; target++) {
    const from = target * scale;
    const to = Math.min(from + scale, sourceLength);
    // Slivers are left out, but count in the length, as in OpenCV.
    const start = Math.ceil(from) - from <= leastShare ? Math.ceil(from) : from;
    const end = to - Math.floor(to) <= leastShare ? Math.floor(to) : to;
    stretches.starts[target] = Math.floor(start);
    stretches.startShares[target] = start - Math.floor(start);
    stretches.ends[target] = Math.floor(end);
    stretches.endShares[target] = end - Math.floor(end);
    stretches.weights[target] = 1 / (to - from);
  }
  return stretches;
}

function adaptiveStretches(sourceLength: number, targetLength: number): Stretches {
  const { starts, ends } = adaptiveWindows(sourceLength, targetLength);
  const none = new Float64Array(targetLength);
  const weights = Float64Array.from(starts, (start, target) => 1 / (ends[target]! - start));
  return { starts, startShares: none, ends, endShares: none, weights };
}

/** One size of the picture under construction, row by row. */
class Level<Data extends Uint8Array | Float32Array> {
  readonly raster: Size & { readonly data: Data };
  /** Added before a number is stored: Uint8Array cuts fractions off. */
  readonly #rounding: number;
  readonly #across: Stretches;
  readonly #down: Stretches;
  readonly #line: Float64Array;
  readonly #sum: Float64Array;
  #row = 0;

  constructor({ width, height }: Size, data: Data, across: Stretches, down: Stretches) {
    this.raster = { data, width, height };
    // The sums are exact to 1e-12; a half that floating point left just below is a half all the same.
    this.#rounding = data instanceof Uint8Array ? 0.5 + 1e-9 : 0;
    this.#across = across;
    this.#down = down;
    this.#line = new Float64Array(width * 3);
    this.#sum = new Float64Array(width * 3);
  }

  /** @param sums of the pixels left of each pixel of row `y`, by channel */
  takeRow(y: number, sums: Float64Array): void {
    const down = this.#down;
    const { height } = this.raster;
    let shrunk = false;
    while (this.#row < height) {
      const row = this.#row;
      const start = down.starts[row]! + down.startShares[row]!;
      const end = down.ends[row]! + down.endShares[row]!;
      const share = Math.min(end, y + 1) - Math.max(start, y);
      if (share > 0) {
        if (!shrunk) this.#shrink(sums);
        shrunk = true;
        const [line, sum] = [this.#line, this.#sum];
        for (let i = 0; i < sum.length; i++) sum[i]! += share * line[i]!;
      }
      if (end > y + 1) return;
      this.#finishRow();
    }
  }

  #shrink(sums: Float64Array): void {
    const { starts, startShares, ends, endShares, weights } = this.#across;
    const line = this.#line;
    for (let x = 0, to = 0; x < weights.length; x++, to += 3) {
      const a = starts[x]! * 3;
      const b = ends[x]! * 3;
      const p = startShares[x]!;
      const q = endShares[x]!;
      const weight = weights[x]!;
      // Sums up to a place between pixels grow evenly from one to the next.
      for (let c = 0; c < 3; c++) {
        const low = sums[a + c]!;
        const high = sums[b + c]!;
        line[to + c] = (high - low + q * (sums[b + c + 3]! - high) - p * (sums[a + c + 3]! - low)) * weight;
      }
    }
  }

  #finishRow(): void {
    const { data, width } = this.raster;
    const sum = this.#sum;
    const weight = this.#down.weights[this.#row]!;
    const start = this.#row * width * 3;
    const rounding = this.#rounding;
    for (let i = 0; i < sum.length; i++) {
      data[start + i] = sum[i]! * weight + rounding;
      sum[i] = 0;
    }
    this.#row++;
  }
}

/** Fills all levels in a single pass over the picture. */
function fillLevels(
  { data, width, height }: Raster,
  levels: readonly Level<Uint8Array | Float32Array>[],
): void {
  // One pixel more, so that the end of the last one can be looked up.
  const sums = new Float64Array((width + 2) * 3);
  const rowBytes = width * 3;
  for (let y = 0; y < height; y++) {
    const start = y * rowBytes;
    for (let i = 0; i < rowBytes; i++) sums[i + 3] = sums[i]! + data[start + i]!;
    for (let c = 0; c < 3; c++) sums[rowBytes + 3 + c] = sums[rowBytes + c]!;
    for (const level of levels) level.takeRow(y, sums);
  }
}

/**
 * The picture in several smaller sizes, each as `resizeRaster(…, 'area')` gives it from the full one, in
 * a single pass over it: sums along each row are shared, so a size costs its own pixels, not the picture's.
 * @param sizes none larger than the picture on either axis
 */
export function shrinkToSizes(raster: Raster, sizes: readonly Size[]): Raster[] {
  const levels = sizes.map((size) => {
    const data = new Uint8Array(size.width * size.height * 3);
    const across = stretchesOf(raster.width, size.width);
    return new Level(size, data, across, stretchesOf(raster.height, size.height));
  });
  fillLevels(raster, levels);
  return levels.map((level) => level.raster);
}

/**
 * The picture in several sizes as PyTorch's `interpolate(…, mode='area')` gives them, in a single pass.
 */
export function averageToSizes(raster: Raster, sizes: readonly Size[]): FloatRaster[] {
  const levels = sizes.map((size) => {
    const data = new Float32Array(size.width * size.height * 3);
    const across = adaptiveStretches(raster.width, size.width);
    return new Level(size, data, across, adaptiveStretches(raster.height, size.height));
  });
  fillLevels(raster, levels);
  return levels.map((level) => level.raster);
}
