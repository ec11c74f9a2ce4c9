/**
 * OpenCV's `resize(…, INTER_AREA)` (modules/imgproc/src/resize.cpp), which MTCNN's published results
 * rest on. It is two algorithms: shrinking on both axes weights pixels by the area they share; as
 * soon as one axis enlarges, both axes use a linear interpolation of its own kind, which is not the
 * ordinary bilinear one.
 */

/** Slivers below a thousandth of a pixel count as rounding of the scale, as in OpenCV. */
export const leastShare = 1e-3;

/** Which source pixels of one axis each target pixel is made of, and their weights. */
export interface AxisTaps {
  /** First tap of each target pixel, and one past the last. */
  readonly starts: Int32Array;
  readonly indices: Int32Array;
  readonly weights: Float64Array;
}

/** Each target pixel is the mean of the source pixels it covers, weighted by the share covered. */
function areaTaps(sourceLength: number, targetLength: number): AxisTaps {
  const scale = sourceLength / targetLength;
  const starts = new Int32Array(targetLength + 1);
  const indices: number[] = [];
  const weights: number[] = [];
  for (let target = 0; target < targetLength; target++) {
    const from = target * scale;
    const to = Math.min(from + scale, sourceLength);
    const covered = to - from;
    const firstWhole = Math.ceil(from);
    const endWhole = Math.max(firstWhole, Math.floor(to));
    const add = (index: number, share: number): void => {
      if (share <= leastShare) return;
      indices.push(index);
      weights.push(share / covered);
    };
    add(firstWhole - 1, firstWhole - from);
    for (let i = firstWhole; i < endWhole; i++) add(i, 1);
    add(endWhole, to - endWhole);
    starts[target + 1] = indices.length;
  }
  return { starts, indices: Int32Array.from(indices), weights: Float64Array.from(weights) };
}

/** The interpolation that INTER_AREA falls back on: two taps, kept inside the picture. */
function linearTaps(sourceLength: number, targetLength: number): AxisTaps {
  const scale = sourceLength / targetLength;
  const starts = Int32Array.from({ length: targetLength + 1 }, (_, target) => 2 * target);
  const indices = new Int32Array(2 * targetLength);
  const weights = new Float64Array(2 * targetLength);
  for (let target = 0; target < targetLength; target++) {
    const base = Math.floor(target * scale);
    const offset = target + 1 - (base + 1) / scale;
    const share = offset <= 0 ? 0 : offset - Math.floor(offset);
    indices[2 * target] = Math.min(base, sourceLength - 1);
    indices[2 * target + 1] = Math.min(base + 1, sourceLength - 1);
    weights[2 * target] = 1 - share;
    weights[2 * target + 1] = share;
  }
  return { starts, indices, weights };
}

/**
 * INTER_AREA along one axis.
 * @param shrinks whether both axes keep their size or shrink
 */
export const areaAxis = (sourceLength: number, targetLength: number, shrinks: boolean): AxisTaps =>
  shrinks ? areaTaps(sourceLength, targetLength) : linearTaps(sourceLength, targetLength);

/**
 * OpenCV's INTER_AREA on 3-channel pixels, not rounded.
 * @param data `sourceWidth · sourceHeight · 3` numbers, row-major
 * @returns `width · height · 3` numbers
 */
export function resizeArea(
  data: ArrayLike<number>,
  sourceWidth: number,
  sourceHeight: number,
  width: number,
  height: number,
): Float64Array {
  const shrinks = width <= sourceWidth && height <= sourceHeight;
  const across = areaAxis(sourceWidth, width, shrinks);
  const down = areaAxis(sourceHeight, height, shrinks);
  const rows = new Float64Array(sourceHeight * width * 3);
  for (let y = 0, to = 0; y < sourceHeight; y++) {
    const line = y * sourceWidth * 3;
    for (let x = 0; x < width; x++, to += 3) {
      for (let tap = across.starts[x]!; tap < across.starts[x + 1]!; tap++) {
        const from = line + across.indices[tap]! * 3;
        const weight = across.weights[tap]!;
        rows[to]! += weight * data[from]!;
        rows[to + 1]! += weight * data[from + 1]!;
        rows[to + 2]! += weight * data[from + 2]!;
      }
    }
  }
  const rowLength = width * 3;
  const resized = new Float64Array(height * rowLength);
  for (let y = 0; y < height; y++) {
    const to = y * rowLength;
    for (let tap = down.starts[y]!; tap < down.starts[y + 1]!; tap++) {
      const from = down.indices[tap]! * rowLength;
      const weight = down.weights[tap]!;
      for (let i = 0; i < rowLength; i++) resized[to + i]! += weight * rows[from + i]!;
    }
  }
  return resized;
}
