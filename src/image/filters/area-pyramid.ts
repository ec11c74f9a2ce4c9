import type { Raster } from '../raster.ts';
import { leastShare } from './opencv-area.ts';

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

/** One size of the picture under construction, row by row. */
class Level {
  readonly raster: Raster;
  readonly #across: Stretches;
  readonly #down: Stretches;
  readonly #line: Float64Array;
  readonly #sum: Float64Array;
  #row = 0;

  constructor(source: Raster, width: number, height: number) {
    this.raster = { data: new Uint8Array(width * height * 3), width, height };
    this.#across = stretchesOf(source.width, width);
    this.#down = stretchesOf(source.height, height);
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
    for (let i = 0; i < sum.length; i++) {
      // The sums are exact to 1e-12; a half that floating point left just below is a half all the same.
      data[start + i] = sum[i]! * weight + 0.5 + 1e-9;
      sum[i] = 0;
    }
    this.#row++;
  }
}

/**
 * The picture in several smaller sizes, each as `resizeRaster(…, 'area')` gives it from the full one, in
 * a single pass over it: sums along each row are shared, so a size costs its own pixels, not the picture's.
 * @param sizes none larger than the picture on either axis
 */
export function shrinkToSizes(
  raster: Raster,
  sizes: readonly { readonly width: number; readonly height: number }[],
): Raster[] {
  const levels = sizes.map(({ width, height }) => new Level(raster, width, height));
  const { data, width, height } = raster;
  // One pixel more, so that the end of the last one can be looked up.
  const sums = new Float64Array((width + 2) * 3);
  for (let y = 0; y < height; y++) {
    const start = y * width * 3;
    const rowBytes = width * 3;
    for (let i = 0; i < rowBytes; i++) sums[i + 3] = sums[i]! + data[start + i]!;
    for (let c = 0; c < 3; c++) sums[rowBytes + 3 + c] = sums[rowBytes + c]!;
    for (const level of levels) level.takeRow(y, sums);
  }
  return levels.map((level) => level.raster);
}
