import type { Raster } from '../raster.ts';
import { adaptiveStretches, areaStretches, type Stretches } from './stretches.ts';

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

/** Sums up to a place between pixels and between rows: they grow evenly from one to the next. */
const between = (
  upper: Float64Array,
  lower: Float64Array,
  at: number,
  p: number,
  rest: number,
  share: number,
): number =>
  rest * ((1 - p) * upper[at]! + p * upper[at + 3]!) + share * ((1 - p) * lower[at]! + p * lower[at + 3]!);

/**
 * One size of the picture under construction, row by row. A pixel is the mean over a rectangle, whose sum is what
 * lies above its lower side less what lies above its upper side (Crow 1984, "Summed-area tables").
 */
class Level<Data extends Uint8Array | Float32Array> {
  readonly raster: Size & { readonly data: Data };
  /** Added before a number is stored: Uint8Array cuts fractions off. */
  readonly #rounding: number;
  readonly #across: Stretches;
  readonly #down: Stretches;
  /** The row of the picture in which each stretch ends, and how far down in it: what ends between two rows ends in the upper one. */
  readonly #endRows: Int32Array;
  readonly #endShares: Float64Array;
  /** What lies above the upper sides of the rows under construction, by pixel: two, as stretches may share a row. */
  readonly #above: [Float64Array, Float64Array];
  /** What lies above the lower side of the row that is finished. */
  #below: Float64Array;
  /** The next rows to begin and to finish. */
  #begun = 0;
  #finished = 0;

  constructor({ width, height }: Size, data: Data, across: Stretches, down: Stretches) {
    this.raster = { data, width, height };
    // The sums are exact to 1e-6, of 12 megapixels too; a half that floating point left just below is a half.
    this.#rounding = data instanceof Uint8Array ? 0.5 + 1e-6 : 0;
    this.#across = across;
    this.#down = down;
    const { ends, endShares } = down;
    this.#endRows = ends.map((end, row) => (endShares[row] === 0 ? end - 1 : end));
    this.#endShares = endShares.map((share) => (share === 0 ? 1 : share));
    this.#above = [new Float64Array(3 * width), new Float64Array(3 * width)];
    this.#below = new Float64Array(3 * width);
  }

  /**
   * @param upper sums of the pixels above row `y` of the picture and left of each column, by channel
   * @param lower the same with row `y`
   */
  takeRow(y: number, upper: Float64Array, lower: Float64Array): void {
    const { starts, startShares } = this.#down;
    const { height } = this.raster;
    for (;;) {
      const [row, next] = [this.#finished, this.#begun];
      if (next < height && next <= row + 1 && starts[next] === y) {
        this.#sum(upper, lower, startShares[next]!, this.#above[(this.#begun++ & 1) as 0 | 1]);
      } else if (row < next && this.#endRows[row] === y) {
        this.#sum(upper, lower, this.#endShares[row]!, this.#below);
        this.#store(row);
        // What ends this row begins the next one.
        if (row + 1 === next && this.#down.chained[row] === 1) {
          const slot = (this.#begun++ & 1) as 0 | 1;
          [this.#above[slot], this.#below] = [this.#below, this.#above[slot]];
        }
        this.#finished++;
      } else {
        return;
      }
    }
  }

  /** What lies in the columns of each pixel above a place `share` of a row below `upper`. */
  #sum(upper: Float64Array, lower: Float64Array, share: number, sums: Float64Array): void {
    const { starts, startShares, ends, endShares, chained } = this.#across;
    const rest = 1 - share;
    let redLeft = 0;
    let greenLeft = 0;
    let blueLeft = 0;
    for (let x = 0, to = 0; to < sums.length; x++, to += 3) {
      if (x === 0 || chained[x - 1] === 0) {
        const at = 3 * starts[x]!;
        const p = startShares[x]!;
        redLeft = between(upper, lower, at, p, rest, share);
        greenLeft = between(upper, lower, at + 1, p, rest, share);
        blueLeft = between(upper, lower, at + 2, p, rest, share);
      }
      const at = 3 * ends[x]!;
      const p = endShares[x]!;
      const red = between(upper, lower, at, p, rest, share);
      const green = between(upper, lower, at + 1, p, rest, share);
      const blue = between(upper, lower, at + 2, p, rest, share);
      sums[to] = red - redLeft;
      sums[to + 1] = green - greenLeft;
      sums[to + 2] = blue - blueLeft;
      redLeft = red;
      greenLeft = green;
      blueLeft = blue;
    }
  }

  /** Stores a row out of the sums of its upper and lower side. */
  #store(row: number): void {
    const { weights } = this.#across;
    const { data, width } = this.raster;
    const above = this.#above[(row & 1) as 0 | 1];
    const below = this.#below;
    const rounding = this.#rounding;
    const rowWeight = this.#down.weights[row]!;
    for (let x = 0, i = 0, to = row * width * 3; x < width; x++, i += 3, to += 3) {
      const weight = weights[x]! * rowWeight;
      data[to] = (below[i]! - above[i]!) * weight + rounding;
      data[to + 1] = (below[i + 1]! - above[i + 1]!) * weight + rounding;
      data[to + 2] = (below[i + 2]! - above[i + 2]!) * weight + rounding;
    }
  }
}

/** Fills all levels in a single pass over the picture. */
function fillLevels(
  { data, width, height }: Raster,
  levels: readonly Level<Uint8Array | Float32Array>[],
): void {
  // One pixel more than there are ends of pixels, so that the end of the last one can be looked up.
  let upper = new Float64Array(3 * (width + 2));
  let lower = new Float64Array(3 * (width + 2));
  for (let y = 0, from = 0; y < height; y++) {
    let [red, green, blue] = [0, 0, 0];
    let i = 3;
    for (const end = from + 3 * width; from < end; from += 3, i += 3) {
      lower[i] = upper[i]! + (red += data[from]!);
      lower[i + 1] = upper[i + 1]! + (green += data[from + 1]!);
      lower[i + 2] = upper[i + 2]! + (blue += data[from + 2]!);
    }
    // The one pixel more holds the sums of the last.
    lower.copyWithin(i, i - 3, i);
    for (const level of levels) level.takeRow(y, upper, lower);
    [upper, lower] = [lower, upper];
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
    const across = areaStretches(raster.width, size.width);
    return new Level(size, data, across, areaStretches(raster.height, size.height));
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
