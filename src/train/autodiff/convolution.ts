import { concat, int, ints, type Dim, type Value } from '../../graph/index.ts';
import {
  blockedConv,
  blockFilters,
  blockTurnedFilters,
  isBlocked,
  turnedByBlocks,
} from './blocked-convolution.ts';
import { float32Node, integerList, reduceSum, reshapeTo, slice, transposeLast } from './nodes.ts';
import { gradientOf, intAttribute, type Operation, type Step } from './operation.ts';
import { remainders, windowsOf, type Windows } from './windows.ts';

/** Which output a number of the gradient stands for, in words: batch × height × width. */
const positions = 'positions';

/**
 * Pictures with at most this many pixels go back by `ConvTranspose`. Measured with two threads, batch
 * 12, processor time of ConvTranspose and of Conv: 32→64 channels 3×3 on 77² 68 and 37 ms, 192→192 on
 * 17² 47 and 28 ms, 256→256 on 8² 20 and 26 ms, 128→128 1×7 on 8² 1.4 and 3.3 ms.
 */
const smallPicture = 64;

/** [out, in/groups, h, w] as the filters of the way back, [in, out/groups, h, w], turned by half a turn. */
function turnedFilters(step: Step, weights: Value, groups: number, { kernel }: Windows): Value {
  const { b } = step;
  const [out, inPerGroup] = weights.dims as [number, number];
  const [outPerGroup, area] = [out / groups, kernel[0] * kernel[1]];
  const grouped = reshapeTo(b, weights, [groups, outPerGroup, inPerGroup, area]);
  const transposed = (x: Value, order: readonly number[]): Value => {
    const dims = order.map((axis) => x.dims[axis]!);
    return float32Node(b, 'Transpose', [x], dims, { perm: ints(order) });
  };
  let turned: Value;
  if (area === 1) turned = transposed(grouped, [0, 2, 1, 3]);
  else {
    const places = transposed(grouped, [3, 0, 2, 1]);
    const backwards = integerList(
      b,
      Array.from({ length: area }, (_, i) => area - 1 - i),
    );
    const gathered = float32Node(b, 'Gather', [places, backwards], places.dims, { axis: int(0) });
    turned = transposed(gathered, [1, 2, 3, 0]);
  }
  return reshapeTo(b, turned, [groups * inPerGroup, outPerGroup, ...kernel]);
}

/** Whether every pixel is taken by itself, so that the convolution is one matrix product. */
const isPointwise = ({ kernel, strides, pads }: Windows, groups: number): boolean =>
  groups === 1 && [...kernel, ...strides].every((size) => size === 1) && pads.every((size) => size === 0);

/** [batch, channels, h, w] → [channels, batch·h·w]: whole pictures move, so it is fast. */
function channelRows({ b }: Step, x: Value): Value {
  const [batch, channels, height, width] = x.dims as [Dim, number, number, number];
  const dims = [channels, batch, height, width];
  const byChannel = float32Node(b, 'Transpose', [x], dims, { perm: ints([1, 0, 2, 3]) });
  return reshapeTo(b, byChannel, [channels, positions]);
}

/**
 * dL/dx of a pointwise convolution: Wᵀ·g over all pixels of the batch at once. For small pictures faster than
 * one product a picture, above all since `Gemm` turns W over without a copy, which takes longer than the product.
 */
function pointwiseInputGradient(step: Step, x: Value, weights: Value): Value {
  const { b } = step;
  const [batch, channels, height, width] = x.dims as [Dim, number, number, number];
  const matrix = reshapeTo(b, weights, weights.dims.slice(0, 2));
  const rows = [matrix, channelRows(step, gradientOf(step))];
  const product = float32Node(b, 'Gemm', rows, [channels, positions], { transA: int(1) });
  const byChannel = reshapeTo(b, product, [channels, batch, height, width]);
  return float32Node(b, 'Transpose', [byChannel], x.dims, { perm: ints([1, 0, 2, 3]) });
}

/** dL/dx: each pixel gathers from all windows it was in. */
function inputGradient(step: Step, x: Value, weights: Value, groups: number, windows: Windows): Value {
  const { kernel, strides, pads, from } = windows;
  const [top, left, bottom, right] = pads;
  const back = [
    kernel[0] - 1 - top,
    kernel[1] - 1 - left,
    kernel[0] - 1 - bottom,
    kernel[1] - 1 - right,
  ] as const;
  const isSmall = from[0] * from[1] <= smallPicture;
  if (isSmall && isPointwise(windows, groups)) return pointwiseInputGradient(step, x, weights);
  const stepwise = strides[0] === 1 && strides[1] === 1 && back.every((size) => size >= 0);
  if (stepwise && isBlocked(step.channelBlock, weights.dims, groups)) {
    const turned = blockTurnedFilters(step.b, weights, step.channelBlock);
    const dims = x.dims as [Dim, number, Dim, Dim];
    return blockedConv(step.b, [gradientOf(step), turned], dims, { kernel, strides, pads: back });
  }
  const pointwise = kernel[0] * kernel[1] === 1;
  if (stepwise && (pointwise || !isSmall)) {
    const turned = turnedFilters(step, weights, groups, windows);
    const attributes = { kernel_shape: ints(kernel), pads: ints(back), group: int(groups) };
    return float32Node(step.b, 'Conv', [gradientOf(step), turned], x.dims, attributes);
  }
  return float32Node(step.b, 'ConvTranspose', [gradientOf(step), weights], x.dims, {
    kernel_shape: ints(kernel),
    strides: ints(strides),
    pads: ints(pads),
    output_padding: ints(remainders(windows)),
    group: int(groups),
  });
}

/**
 * [batch, channels, h, w] → [channels, h, batch, w]: one row of numbers a channel, in which a window that
 * is shifted by whole rows is one stretch.
 */
function byChannel(step: Step, x: Value): Value {
  const [batch, channels, height, width] = x.dims as [Dim, Dim, Dim, Dim];
  const dims = [channels, height, batch, width];
  return float32Node(step.b, 'Transpose', [x], dims, { perm: ints([1, 2, 0, 3]) });
}

/** Windows whose pictures are at most this large are gathered: what all of them saw is one matrix a place. */
const gatheredArea = 24 * 24;

/**
 * dL/dweights for small pictures: for each place of the filter the gradient [out, pixels·batch] times what that
 * place saw, [pixels·batch, in], all places at once. What it saw are whole rows [batch, in], which `Gather` picks
 * with all threads, where slices and their sum side by side move on one. Measured with two threads, batch 12, by the
 * clock, slices and this: 3×3, 32→32 channels on 24² 2.2 and 1.8 ms, from 48² with stride 2 3.7 and 1.6, 64→64 on 12²
 * 1.4 and 1.1, 128→128 on 6² 1.4 and 1.3.
 */
function gatheredWeightGradient(step: Step, x: Value, weights: Value, windows: Windows): Value {
  const { b } = step;
  const { kernel, strides, pads, from, to } = windows;
  const [out, inside] = weights.dims as [number, number];
  const [size, area] = [from[0] * from[1], kernel[0] * kernel[1]];
  // [pixels, batch·in], and a pixel of zeros for the padding.
  const pixels = transposeLast(b, reshapeTo(b, x, ['batch·in', size]));
  const padded = pads.some((pad) => pad !== 0)
    ? float32Node(b, 'Pad', [pixels, integerList(b, [0, 0, 1, 0])], [size + 1, 'batch·in'])
    : pixels;
  const places = placesSeen(windows);
  const indices = { type: 'int64', dims: [area, to[0] * to[1]], data: places } as const;
  const name = `places/${[...kernel, ...strides, ...pads, ...from].join('x')}`;
  const rows = [padded, b.constant(indices, name)];
  const gathered = float32Node(b, 'Gather', rows, [...indices.dims, 'batch·in'], { axis: int(0) });
  const seen = reshapeTo(b, gathered, [area, positions, inside]);
  const [batch, , height, width] = step.outputs[0]!.dims as [Dim, Dim, Dim, Dim];
  const last = { perm: ints([1, 2, 3, 0]) };
  const turned = float32Node(b, 'Transpose', [gradientOf(step)], [out, height, width, batch], last);
  const gradient = reshapeTo(b, turned, [out, positions]);
  const products = float32Node(b, 'MatMul', [gradient, seen], [area, out, inside]);
  const byPlace = reshapeTo(b, products, [area, out * inside]);
  const isWhole = step.channelBlock > 0 && (out * inside) % step.channelBlock === 0;
  return reshapeTo(b, isWhole ? turnedByBlocks(b, byPlace) : transposeLast(b, byPlace), weights.dims);
}

/** Which pixel each place of the filter sees for each output; the one behind the last for the padding. */
function placesSeen({ kernel, strides, pads, from, to }: Windows): BigInt64Array {
  const seen = (place: number, output: number): number => {
    const y = Math.floor(output / to[1]) * strides[0] + Math.floor(place / kernel[1]) - pads[0];
    const x = (output % to[1]) * strides[1] + (place % kernel[1]) - pads[1];
    const inside = y >= 0 && y < from[0] && x >= 0 && x < from[1];
    return inside ? y * from[1] + x : from[0] * from[1];
  };
  const outputs = to[0] * to[1];
  return BigInt64Array.from({ length: kernel[0] * kernel[1] * outputs }, (_, i) =>
    BigInt(seen(Math.floor(i / outputs), i % outputs)),
  );
}

/**
 * dL/dweights as a matrix product over all positions of all pictures, or one for each row of the filter: the
 * gradient [out, positions] times what the places of that row saw, [places·in, positions]. As a convolution
 * with swapped axes it takes two to five times as long, because the matrices of that have few columns.
 */
function weightGradient(step: Step, x: Value, weights: Value, groups: number, windows: Windows): Value {
  const { b } = step;
  const { kernel, strides, pads, from, to } = windows;
  const [out, inPerGroup] = weights.dims as [number, number];
  if (isPointwise(windows, groups)) {
    const rows = [channelRows(step, gradientOf(step)), channelRows(step, x)];
    return reshapeTo(b, float32Node(b, 'Gemm', rows, [out, inPerGroup], { transB: int(1) }), weights.dims);
  }
  if (groups === 1 && inPerGroup >= 16 && to[0] * to[1] <= gatheredArea) {
    return gatheredWeightGradient(step, x, weights, windows);
  }
  const channels = inPerGroup * groups;
  const batch = x.dims[0]!;
  const [top, left, bottom, right] = pads;
  let picture = byChannel(step, x);
  const height = from[0] + top + bottom;
  if (pads.some((size) => size !== 0)) {
    const dims = [channels, height, batch, from[1] + left + right];
    picture = float32Node(b, 'Pad', [picture, integerList(b, [0, top, 0, left, 0, bottom, 0, right])], dims);
  }
  // What each column of the filter saw: [groups, columns·in/groups, h, batch, w].
  const perGroup = [groups, inPerGroup, height, batch, to[1]] as const;
  const grouped = (value: Value, dims: readonly Dim[]): Value =>
    groups === 1 ? value : reshapeTo(b, value, dims);
  const columns = Array.from({ length: kernel[1] }, (_, column) => {
    const end = column + (to[1] - 1) * strides[1] + 1;
    const isWhole = column === 0 && strides[1] === 1 && end === from[1] + left + right;
    const dims = [channels, height, batch, to[1]];
    const seen = isWhole ? picture : slice(b, picture, [3], [column], [end], dims, [strides[1]]);
    return grouped(seen, perGroup);
  });
  const axis = groups === 1 ? 0 : 1;
  const beside = columns.length === 1 ? columns[0]! : concat(b, columns, axis);
  const gradient = byChannel(step, gradientOf(step));
  const places = kernel[1] * inPerGroup;
  if (groups === 1 && strides[0] === 1) {
    const rows = [
      reshapeTo(b, shiftedByRows(step, gradient, windows, height), [out * kernel[0], positions]),
      reshapeTo(b, beside, [places, positions]),
    ];
    const product = float32Node(b, 'Gemm', rows, [out * kernel[0], places], { transB: int(1) });
    return filtersOf(step, product, weights);
  }
  const products = Array.from({ length: kernel[0] }, (_, row) => {
    const end = row + (to[0] - 1) * strides[0] + 1;
    const isWhole = row === 0 && strides[0] === 1 && end === height;
    const dims = beside.dims.map((size, i) => (i === axis + 1 ? to[0] : size));
    const seen = isWhole ? beside : slice(b, beside, [axis + 1], [row], [end], dims, [strides[0]]);
    const product = positionsProduct(step, gradient, seen, groups, out, places);
    return reshapeTo(b, product, [out, 1, kernel[1], inPerGroup]);
  });
  return filtersOf(step, products.length === 1 ? products[0]! : concat(b, products, 1), weights);
}

/** [out, places of the filter, in] as filters [out, in, h, w]. */
function filtersOf({ b }: Step, x: Value, weights: Value): Value {
  const [out, inside, height, width] = weights.dims as [number, number, number, number];
  const area = height * width;
  if (area === 1) return reshapeTo(b, x, weights.dims);
  return reshapeTo(b, transposeLast(b, reshapeTo(b, x, [out, area, inside])), weights.dims);
}

/**
 * The gradient [out, h, batch, w] once for each row of the filter, as many rows lower, among zeros in the height
 * of what the filter saw: [out, rows of the filter, height, batch, w]. Then one product does for all rows, and the
 * matrix that is the larger one need not be cut for each.
 */
function shiftedByRows({ b }: Step, gradient: Value, { kernel, to }: Windows, height: number): Value {
  const [out, , batch, width] = gradient.dims as [Dim, Dim, Dim, Dim];
  const end = integerList(b, [0, 0, 0, 0, 0, 1, 0, 0]);
  const zerosBelow = float32Node(b, 'Pad', [gradient, end], [out, to[0] + 1, batch, width]);
  const places = BigInt64Array.from({ length: kernel[0] * height }, (_, i) => {
    const row = (i % height) - Math.floor(i / height);
    return BigInt(row >= 0 && row < to[0] ? row : to[0]);
  });
  const indices = { type: 'int64', dims: [kernel[0], height], data: places } as const;
  const rows = [zerosBelow, b.constant(indices, `rows/${kernel[0]}x${height}x${to[0]}`)];
  return float32Node(b, 'Gather', rows, [out, ...indices.dims, batch, width], { axis: int(1) });
}

/** [out, positions] times [places, positions] turned over, each group for itself. */
function positionsProduct(
  { b }: Step,
  gradient: Value,
  seen: Value,
  groups: number,
  out: number,
  places: number,
): Value {
  if (groups === 1) {
    const rows = reshapeTo(b, gradient, [out, positions]);
    const columns = reshapeTo(b, seen, [places, positions]);
    return float32Node(b, 'Gemm', [rows, columns], [out, places], { transB: int(1) });
  }
  const rows = reshapeTo(b, gradient, [groups, out / groups, positions]);
  const columns = transposeLast(b, reshapeTo(b, seen, [groups, places, positions]));
  return float32Node(b, 'MatMul', [rows, columns], [groups, out / groups, places]);
}

export const convolution: Readonly<Record<string, Operation>> = {
  Conv: {
    forward: (forward) => {
      const { b, channelBlock, results } = forward;
      const [x, weights, bias] = forward.inputs as [Value, Value, Value | undefined];
      const groups = intAttribute(forward.node, 'group', 1);
      if (!forward.wants(1) || !isBlocked(channelBlock, weights.dims, groups)) return undefined;
      const windows = windowsOf({ ...forward, outputs: results }, weights.dims.slice(2) as [number, number]);
      const dims = results[0]!.dims as [Dim, number, Dim, Dim];
      return { outputs: [blockedConv(b, [x, blockFilters(b, weights, channelBlock), bias], dims, windows)] };
    },
    backward: (step) => {
      const [x, weights, bias] = step.inputs as [Value, Value, Value | undefined];
      const groups = intAttribute(step.node, 'group', 1);
      const windows = windowsOf(step, weights.dims.slice(2) as [number, number]);
      return [
        step.wants(0) ? inputGradient(step, x, weights, groups, windows) : undefined,
        step.wants(1) ? weightGradient(step, x, weights, groups, windows) : undefined,
        bias !== undefined && step.wants(2) ? reduceSum(step.b, gradientOf(step), [0, 2, 3]) : undefined,
      ];
    },
  },
};
