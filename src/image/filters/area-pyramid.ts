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
  /** The row of the picture in which each stretch ends, and how far down in it: what ends between two rows ends in the upper one. */
  readonly #endRows: Int32Array;
  readonly #endShares: Float64Array;
  /** 1 where the next stretch begins where this one ends. */
  readonly #chained: Uint8Array;
  /** The columns above the upper end of the rows under construction: two, as stretches may share a row. */
  readonly #above: readonly [Float64Array, Float64Array];
  /** Sums of the pixels of a row's stretch left of each pixel, by channel. */
  readonly #sums: Float64Array;
  /** The next rows to begin and to finish. */
  #begun = 0;
  #finished = 0;

  constructor({ width, height }: Size, data: Data, across: Stretches, down: Stretches, sourceWidth: number) {
    this.raster = { data, width, height };
    // The sums are exact to 1e-9; a half that floating point left just below is a half all the same.
    this.#rounding = data instanceof Uint8Array ? 0.5 + 1e-9 : 0;
    this.#across = across;
    this.#down = down;
    const { starts, startShares, ends, endShares } = down;
    this.#endRows = ends.map((end, row) => (endShares[row] === 0 ? end - 1 : end));
    this.#endShares = endShares.map((share) => (share === 0 ? 1 : share));
    this.#chained = Uint8Array.from(ends, (end, row) =>
      Number(starts[row + 1] === end && startShares[row + 1] === endShares[row]),
    );
    this.#above = [new Float64Array(3 * sourceWidth), new Float64Array(3 * sourceWidth)];
    // One pixel more, so that the end of the last one can be looked up.
    this.#sums = new Float64Array(3 * (sourceWidth + 2));
  }

  /**
   * @param above sums of the rows above row `y`, by column and channel
   * @param from where row `y` begins in `data`
   */
  takeRow(y: number, above: Float64Array, data: Uint8Array, from: number): void {
    const { starts, startShares } = this.#down;
    const { height } = this.raster;
    for (;;) {
      const [row, next] = [this.#finished, this.#begun];
      if (next < height && next <= row + 1 && starts[next] === y) {
        this.#begin(startShares[next]!, above, data, from);
      } else if (row < next && this.#endRows[row] === y) {
        this.#finish(row + 1 === next && this.#chained[row] === 1, above, data, from);
      } else {
        return;
      }
    }
  }

  #begin(share: number, above: Float64Array, data: Uint8Array, from: number): void {
    const start = this.#above[(this.#begun++ & 1) as 0 | 1];
    if (share === 0) start.set(above);
    else for (let i = 0; i < start.length; i++) start[i] = above[i]! + share * data[from + i]!;
  }

  #finish(chains: boolean, above: Float64Array, data: Uint8Array, from: number): void {
    const start = this.#above[(this.#finished & 1) as 0 | 1];
    // What ends this row begins the next one.
    const next = chains ? this.#above[((this.#finished + 1) & 1) as 0 | 1] : undefined;
    const share = this.#endShares[this.#finished]!;
    const sums = this.#sums;
    const length = start.length;
    let [red, green, blue] = [0, 0, 0];
    if (next !== undefined) {
      for (let i = 0; i < length; i += 3) {
        const redEnd = above[i]! + share * data[from + i]!;
        const greenEnd = above[i + 1]! + share * data[from + i + 1]!;
        const blueEnd = above[i + 2]! + share * data[from + i + 2]!;
        next[i] = redEnd;
        next[i + 1] = greenEnd;
        next[i + 2] = blueEnd;
        sums[i + 3] = red += redEnd - start[i]!;
        sums[i + 4] = green += greenEnd - start[i + 1]!;
        sums[i + 5] = blue += blueEnd - start[i + 2]!;
      }
      this.#begun++;
    } else {
      for (let i = 0; i < length; i += 3) {
        sums[i + 3] = red += above[i]! + share * data[from + i]! - start[i]!;
        sums[i + 4] = green += above[i + 1]! + share * data[from + i + 1]! - start[i + 1]!;
        sums[i + 5] = blue += above[i + 2]! + share * data[from + i + 2]! - start[i + 2]!;
      }
    }
    sums[length + 3] = red;
    sums[length + 4] = green;
    sums[length + 5] = blue;
    this.#shrink(this.#finished++);
  }

  /** Stores a row out of the sums of its stretch. */
  #shrink(row: number): void {
    const { starts, startShares, ends, endShares, weights } = this.#across;
    const { data, width } = this.raster;
    const sums = this.#sums;
    const rounding = this.#rounding;
    const rowWeight = this.#down.weights[row]!;
    for (let x = 0, to = row * width * 3; x < width; x++, to += 3) {
      const a = starts[x]! * 3;
      const b = ends[x]! * 3;
      const p = startShares[x]!;
      const q = endShares[x]!;
      const weight = weights[x]! * rowWeight;
      // Sums up to a place between pixels grow evenly from one to the next.
      const [p1, q1] = [1 - p, 1 - q];
      const red = q1 * sums[b]! + q * sums[b + 3]! - p1 * sums[a]! - p * sums[a + 3]!;
      const green = q1 * sums[b + 1]! + q * sums[b + 4]! - p1 * sums[a + 1]! - p * sums[a + 4]!;
      const blue = q1 * sums[b + 2]! + q * sums[b + 5]! - p1 * sums[a + 2]! - p * sums[a + 5]!;
      data[to] = red * weight + rounding;
      data[to + 1] = green * weight + rounding;
      data[to + 2] = blue * weight + rounding;
    }
  }
}

/** Fills all levels in a single pass over the picture. */
function fillLevels(
  { data, width, height }: Raster,
  levels: readonly Level<Uint8Array | Float32Array>[],
): void {
  const above = new Float64Array(width * 3);
  for (let y = 0, from = 0; y < height; y++, from += above.length) {
    for (const level of levels) level.takeRow(y, above, data, from);
    for (let i = 0; i < above.length; i++) above[i]! += data[from + i]!;
  }
}

/**
 * The picture in several smaller sizes, each as `resizeRaster(…, 'area')` gives it from the full one, in
 * a single pass over it: sums down each column are shared, so a size costs its own rows, not the picture's.
 * @param sizes none larger than the picture on either axis
 */
export function shrinkToSizes(raster: Raster, sizes: readonly Size[]): Raster[] {
  const levels = sizes.map((size) => {
    const data = new Uint8Array(size.width * size.height * 3);
    const across = stretchesOf(raster.width, size.width);
    return new Level(size, data, across, stretchesOf(raster.height, size.height), raster.width);
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
    return new Level(size, data, across, adaptiveStretches(raster.height, size.height), raster.width);
  });
  fillLevels(raster, levels);
  return levels.map((level) => level.raster);
}
