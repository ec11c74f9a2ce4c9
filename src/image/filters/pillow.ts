import type { Raster } from '../raster.ts';

/**
 * Pillow's `Image.resize`, bit for bit (src/libImaging/Resample.c and Geometry.c, 9.x to 12.x):
 * anti-aliased BILINEAR and BICUBIC by two passes of fixed-point convolution, rows first, the result
 * between the passes rounded to 8 bits; NEAREST by looking up pixel centres.
 */

interface Kernel {
  /** Half its width at scale 1. */
  readonly support: number;
  readonly weight: (x: number) => number;
}

const kernels = {
  bilinear: { support: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) },
  /** Catmull–Rom: a = −½. */
  bicubic: {
    support: 2,
    weight: (signed) => {
      const x = Math.abs(signed);
      if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
      return x < 2 ? (((x - 5) * x + 8) * x - 4) * -0.5 : 0;
    },
  },
} as const satisfies Record<string, Kernel>;

/** PRECISION_BITS of Pillow: 32 bits less 8 for the pixel and 2 for the overshoot of the kernel. */
const precisionBits = 22;

interface Taps {
  /** First source pixel and number of taps of each target pixel, alternating. */
  readonly bounds: Int32Array;
  /** `taps` weights a target pixel, times 2²². */
  readonly weights: Int32Array;
  readonly taps: number;
}

function computeTaps(sourceLength: number, targetLength: number, kernel: Kernel): Taps {
  const scale = sourceLength / targetLength;
  const filterScale = Math.max(scale, 1);
  const support = kernel.support * filterScale;
  const taps = Math.ceil(support) * 2 + 1;
  const bounds = new Int32Array(2 * targetLength);
  const weights = new Int32Array(taps * targetLength);
  const exact = new Float64Array(taps);
  for (let target = 0; target < targetLength; target++) {
    const centre = (target + 0.5) * scale;
    const first = Math.max(0, Math.trunc(centre - support + 0.5));
    const count = Math.min(sourceLength, Math.trunc(centre + support + 0.5)) - first;
    let sum = 0;
    for (let i = 0; i < count; i++) {
      exact[i] = kernel.weight((i + first - centre + 0.5) * (1 / filterScale));
      sum += exact[i]!;
    }
    for (let i = 0; i < count; i++) {
      const weight = (sum === 0 ? exact[i]! : exact[i]! / sum) * 2 ** precisionBits;
      weights[target * taps + i] = Math.trunc(weight < 0 ? weight - 0.5 : weight + 0.5);
    }
    bounds[2 * target] = first;
    bounds[2 * target + 1] = count;
  }
  return { bounds, weights, taps };
}

/** Convolves along one axis: `step` and `lineStep` are the distances of pixels and lines, in numbers. */
function convolve(
  from: Uint8Array,
  to: Uint8Array,
  { bounds, weights, taps }: Taps,
  lines: number,
  fromSteps: { readonly pixel: number; readonly line: number },
  toSteps: { readonly pixel: number; readonly line: number },
): void {
  const targets = bounds.length / 2;
  // What lies side by side is taken one after the other: rows line by line, columns all lines at once.
  const alongRows = fromSteps.pixel < fromSteps.line;
  const [outer, inner] = alongRows ? [lines, targets] : [targets, lines];
  const half = 1 << (precisionBits - 1);
  for (let i = 0; i < outer; i++) {
    for (let j = 0; j < inner; j++) {
      const [line, target] = alongRows ? [i, j] : [j, i];
      const count = bounds[2 * target + 1]!;
      const at = line * fromSteps.line + bounds[2 * target]! * fromSteps.pixel;
      let [red, green, blue] = [half, half, half];
      for (let k = target * taps, end = k + count, p = at; k < end; k++, p += fromSteps.pixel) {
        const weight = weights[k]!;
        red += from[p]! * weight;
        green += from[p + 1]! * weight;
        blue += from[p + 2]! * weight;
      }
      const place = line * toSteps.line + target * toSteps.pixel;
      to[place] = Math.min(255, Math.max(0, red >> precisionBits));
      to[place + 1] = Math.min(255, Math.max(0, green >> precisionBits));
      to[place + 2] = Math.min(255, Math.max(0, blue >> precisionBits));
    }
  }
}

/** Pillow's BILINEAR or BICUBIC, with its anti-aliasing when shrinking. */
export function resizeConvolving(
  raster: Raster,
  width: number,
  height: number,
  filter: keyof typeof kernels,
): Raster {
  const kernel = kernels[filter];
  const rows = new Uint8Array(width * raster.height * 3);
  convolve(
    raster.data,
    rows,
    computeTaps(raster.width, width, kernel),
    raster.height,
    { pixel: 3, line: raster.width * 3 },
    { pixel: 3, line: width * 3 },
  );
  const data = new Uint8Array(width * height * 3);
  const steps = { pixel: width * 3, line: 3 };
  convolve(rows, data, computeTaps(raster.height, height, kernel), width, steps, steps);
  return { data, width, height };
}

/** Source index of each target pixel; positions are summed up as Pillow does, for the same rounding. */
function nearestIndices(sourceLength: number, targetLength: number): Int32Array {
  const step = sourceLength / targetLength;
  const indices = new Int32Array(targetLength);
  for (let target = 0, position = step * 0.5; target < targetLength; target++, position += step) {
    indices[target] = Math.min(sourceLength - 1, Math.trunc(position));
  }
  return indices;
}

/** Pillow's NEAREST. */
export function resizeNearest(raster: Raster, width: number, height: number): Raster {
  const columns = nearestIndices(raster.width, width);
  const rows = nearestIndices(raster.height, height);
  const data = new Uint8Array(width * height * 3);
  let to = 0;
  for (const row of rows) {
    const line = row * raster.width * 3;
    for (const column of columns) {
      const from = line + column * 3;
      data[to++] = raster.data[from]!;
      data[to++] = raster.data[from + 1]!;
      data[to++] = raster.data[from + 2]!;
    }
  }
  return { data, width, height };
}
