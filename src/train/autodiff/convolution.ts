import { int, ints, matMul, transpose, type Dim, type Value } from '../../graph/index.ts';
import { blockedConv, blockFilters, blockTurnedFilters, isBlocked } from './blocked-convolution.ts';
import { filterGradient, isPointwise, matrixOf, seenBy } from './matrix-convolution.ts';
import { float32Node, integerList, reduceSum, reshapeTo, transposeLast } from './nodes.ts';
import { gradientOf, intAttribute, type Operation, type Step } from './operation.ts';
import { remainders, windowsOf, type Windows } from './windows.ts';

/** Which output a number of the gradient stands for, in words: batch × height × width. */
const positions = 'positions';

/** [out, in/groups, h, w] as the filters of the way back, [in, out/groups, h, w], turned by half a turn. */
function turnedFilters(step: Step, weights: Value, groups: number, { kernel }: Windows): Value {
  const { b } = step;
  const [out, inPerGroup] = weights.dims as [number, number];
  const [outPerGroup, area] = [out / groups, kernel[0] * kernel[1]];
  const grouped = reshapeTo(b, weights, [groups, outPerGroup, inPerGroup, area]);
  let turned: Value;
  if (area === 1) turned = transpose(b, grouped, [0, 2, 1, 3]);
  else {
    const places = transpose(b, grouped, [3, 0, 2, 1]);
    const backwards = integerList(
      b,
      Array.from({ length: area }, (_, i) => area - 1 - i),
    );
    const gathered = float32Node(b, 'Gather', [places, backwards], places.dims, { axis: int(0) });
    turned = transpose(b, gathered, [1, 2, 3, 0]);
  }
  return reshapeTo(b, turned, [groups * inPerGroup, outPerGroup, ...kernel]);
}

/** [batch, channels, h, w] → [channels, batch·h·w]: whole pictures move, so it is fast. */
function channelRows({ b }: Step, x: Value): Value {
  const channels = x.dims[1] as number;
  return reshapeTo(b, transpose(b, x, [1, 0, 2, 3]), [channels, positions]);
}

/** dL/dx: each pixel gathers from all windows it was in. */
function inputGradient(step: Step, x: Value, weights: Value, groups: number, windows: Windows): Value {
  const { kernel, strides, pads } = windows;
  const [top, left, bottom, right] = pads;
  const back = [
    kernel[0] - 1 - top,
    kernel[1] - 1 - left,
    kernel[0] - 1 - bottom,
    kernel[1] - 1 - right,
  ] as const;
  const stepwise = strides[0] === 1 && strides[1] === 1 && back.every((size) => size >= 0);
  if (stepwise && isBlocked(step.channelBlock, weights.dims, groups)) {
    const turned = blockTurnedFilters(step.b, weights, step.channelBlock);
    const dims = x.dims as [Dim, number, Dim, Dim];
    return blockedConv(step.b, [gradientOf(step), turned], dims, { kernel, strides, pads: back });
  }
  if (stepwise) {
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

/** dL/dweights, see {@link filterGradient}. */
function weightGradient(step: Step, x: Value, weights: Value, groups: number, windows: Windows): Value {
  const { b } = step;
  const rowsOf = (pictures: Value): Value =>
    isPointwise(windows) ? channelRows(step, pictures) : matrixOf(b, pictures);
  const [gradient, seen] = [rowsOf(gradientOf(step)), seenBy(b, rowsOf(x), windows)];
  if (groups === 1) return reshapeTo(b, filterGradient(b, gradient, seen), weights.dims);
  const [out, inPerGroup, height, width] = weights.dims as [number, number, number, number];
  const left = reshapeTo(b, gradient, [groups, out / groups, positions]);
  const right = transposeLast(b, reshapeTo(b, seen, [groups, inPerGroup * height * width, positions]));
  return reshapeTo(b, matMul(b, left, right), weights.dims);
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
