import {
  add,
  float,
  int,
  ints,
  mul,
  scalar,
  transpose,
  type Dim,
  type GraphBuilder,
  type Value,
} from '../../graph/index.ts';
import { float32Node, integerList, reduceSum, reshapeTo, transposeLast } from './nodes.ts';
import { floatAttribute, gradientOf, intsAttribute, type Operation, type Step } from './operation.ts';
import type { Windows } from './windows.ts';

/**
 * Convolutions of pictures that lie as matrices, [channels, pixels·batch] with the batch innermost: what each place of
 * the filter saw is gathered into [in·places, pixels·batch], and the filters [out, in, h, w] are the other matrix as they
 * are, so that each of the three products of a step is one `Gemm`.
 */

/** Which are not ONNX's and never reach a runtime: `differentiate` writes them out. */
export const matrixDomain = 'visage.matrix';

/** A batch inside a matrix. */
const batch = 'batch';

type Size = readonly [height: number, width: number];
const areaOf = ([height, width]: Size): number => height * width;

const areasOf = ({ kernel, from, to }: Windows): [places: number, inputs: number, outputs: number] => [
  areaOf(kernel),
  areaOf(from),
  areaOf(to),
];

/** How many columns the matrix of pictures has, in words. */
export const positionsOf = (pixels: number): string => `${pixels}·${batch}`;

/** Windows as attributes of a node, since a matrix does not tell height and width. */
export const windowAttributes = ({ kernel, strides, pads, from, to }: Windows) => ({
  kernel_shape: ints(kernel),
  strides: ints(strides),
  pads: ints(pads),
  from: ints(from),
  to: ints(to),
});

function windowsIn(node: Step['node']): Windows {
  const two = (name: string): [number, number] => intsAttribute(node, name) as [number, number];
  const pads = intsAttribute(node, 'pads') as [number, number, number, number];
  return { kernel: two('kernel_shape'), strides: two('strides'), pads, from: two('from'), to: two('to') };
}

/** What a product is multiplied with, as `Gemm` takes it. */
type Scale = Parameters<GraphBuilder['node']>[2];
const scaleOf = (node: Step['node']) => ({ alpha: float(floatAttribute(node, 'alpha', 1)) });

export const isPointwise = ({ kernel, strides, pads }: Windows): boolean =>
  [...kernel, ...strides].every((size) => size === 1) && pads.every((size) => size === 0);

/** Pixel that a place of the filter sees for an output, from 0 by rows; `undefined` in the padding. */
function pixelSeen(
  { kernel, strides, pads, from, to }: Windows,
  place: number,
  output: number,
): number | undefined {
  const y = Math.floor(output / to[1]) * strides[0] + Math.floor(place / kernel[1]) - pads[0];
  const x = (output % to[1]) * strides[1] + (place % kernel[1]) - pads[1];
  return y >= 0 && y < from[0] && x >= 0 && x < from[1] ? y * from[1] + x : undefined;
}

/** A matrix with a pixel of zeros behind the last. */
function withZeros(b: GraphBuilder, x: Value, pixels: number): Value {
  const channels = x.dims[0] as number;
  const pictures = reshapeTo(b, x, [channels, pixels, batch]);
  const end = integerList(b, [0, 0, 0, 0, 1, 0]);
  const padded = float32Node(b, 'Pad', [pictures, end], [channels, pixels + 1, batch]);
  return reshapeTo(b, padded, [channels, positionsOf(pixels + 1)]);
}

/** Pixels picked out of a matrix for each place of a filter: [channels, places, picked, batch]. */
function gatherPixels(
  b: GraphBuilder,
  x: Value,
  pixels: number,
  places: number,
  picked: readonly number[],
): Value {
  const channels = x.dims[0] as number;
  const pictures = reshapeTo(b, x, [channels, pixels, batch]);
  const size = picked.length / places;
  const indices = { type: 'int64', dims: [places, size], data: BigInt64Array.from(picked, BigInt) } as const;
  const inputs = [pictures, b.constant(indices, `pixels/${places}x${size}`)];
  return float32Node(b, 'Gather', inputs, [channels, places, size, batch], { axis: int(1) });
}

/** [batch, channels, height, width] → [channels, pixels·batch]. */
export function matrixOf(b: GraphBuilder, x: Value): Value {
  const [, channels, height, width] = x.dims as [Dim, number, number, number];
  const rows = reshapeTo(b, x, [batch, channels, height * width]);
  return reshapeTo(b, transpose(b, rows, [1, 2, 0]), [channels, positionsOf(height * width)]);
}

/** What each place of the filter saw: [in·places, pixels·batch]. */
export function seenBy(b: GraphBuilder, x: Value, windows: Windows): Value {
  if (isPointwise(windows)) return x;
  const [places, inputs, outputs] = areasOf(windows);
  const picked = Array.from(
    { length: places * outputs },
    (_, i) => pixelSeen(windows, Math.floor(i / outputs), i % outputs) ?? inputs,
  );
  const isPadded = picked.includes(inputs);
  const rows = isPadded ? withZeros(b, x, inputs) : x;
  const seen = gatherPixels(b, rows, inputs + (isPadded ? 1 : 0), places, picked);
  return reshapeTo(b, seen, [(x.dims[0] as number) * places, positionsOf(outputs)]);
}

/** The product of two matrices turned over, a·bᵀ. */
const timesTurned = (b: GraphBuilder, left: Value, right: Value, scale: Scale): Value =>
  float32Node(b, 'Gemm', [left, right], [left.dims[0]!, right.dims[0]!], { transB: int(1), ...scale });

/**
 * dL/dweights [out, in·places]: the gradient [out, positions] times what each place saw [in·places, positions], over all
 * pictures at once. As a convolution with swapped axes it takes two to five times as long, because the matrices of that
 * have few columns. ONNX Runtime copies the second factor into the order it needs, so where that would be much the larger
 * one they change places. Measured with two threads, by the clock: 64 and 288 rows of 71,148, 14.9 and 10.0 ms.
 */
export function filterGradient(b: GraphBuilder, gradient: Value, seen: Value, scale: Scale = {}): Value {
  const [out, columns] = [gradient.dims[0] as number, seen.dims[0] as number];
  if (columns < 2 * out) return timesTurned(b, gradient, seen, scale);
  // By way of a stack of one matrix: ONNX Runtime would merge product and turn into the first product again.
  const stack = reshapeTo(b, timesTurned(b, seen, gradient, scale), [1, columns, out]);
  return reshapeTo(b, transposeLast(b, stack), [out, columns]);
}

/** dL/dx: each pixel gathers from all windows it was in. */
function inputGradient({ b, node }: Step, gradient: Value, weights: Value): Value {
  const windows = windowsIn(node);
  const [out, inside] = weights.dims as [number, number];
  const [places, inputs, outputs] = areasOf(windows);
  const matrix = reshapeTo(b, weights, [out, inside * places]);
  const toSeen = (of: Value): Value =>
    float32Node(b, 'Gemm', [matrix, of], [inside * places, of.dims[1]!], {
      transA: int(1),
      ...scaleOf(node),
    });
  if (isPointwise(windows)) return toSeen(gradient);
  // A window more, that of the zeros: it stands where no window was.
  const picked = Array.from<number>({ length: places * inputs }).fill(outputs);
  for (let place = 0; place < places; place++) {
    for (let output = 0; output < outputs; output++) {
      const pixel = pixelSeen(windows, place, output);
      if (pixel !== undefined) picked[place * inputs + pixel] = place * (outputs + 1) + output;
    }
  }
  const byChannel = reshapeTo(b, toSeen(withZeros(b, gradient, outputs)), [inside, 'all']);
  const gathered = gatherPixels(b, byChannel, places * (outputs + 1), places, picked);
  return reshapeTo(b, reduceSum(b, gathered, [1]), [inside, positionsOf(inputs)]);
}

/** A number a channel as a column, scaled. As the third operand of `Gemm` it is spread over the matrix first, on one thread. */
const columnOf = (b: GraphBuilder, bias: Value, scale: number): Value =>
  mul(b, reshapeTo(b, bias, [bias.dims[0]!, 1]), scalar(b, scale));

export const matrixConvolution: Readonly<Record<string, Operation>> = {
  MatrixConv: {
    forward: ({ b, node, inputs, results }) => {
      const [x, weights, bias] = inputs as [Value, Value, Value | undefined];
      const [out, inside, height, width] = weights.dims as [number, number, number, number];
      const seen = seenBy(b, x, windowsIn(node));
      const matrix = reshapeTo(b, weights, [out, inside * height * width]);
      const product = float32Node(b, 'Gemm', [matrix, seen], results[0]!.dims, scaleOf(node));
      const y =
        bias === undefined ? product : add(b, product, columnOf(b, bias, floatAttribute(node, 'alpha', 1)));
      return { outputs: [y], kept: [seen] };
    },
    backward: (step) => {
      const { b } = step;
      const [, weights, bias] = step.inputs as [Value, Value, Value | undefined];
      const gradient = gradientOf(step);
      const toWeights = (): Value =>
        reshapeTo(b, filterGradient(b, gradient, step.kept[0]!, scaleOf(step.node)), weights.dims);
      const scale = floatAttribute(step.node, 'alpha', 1);
      const toBias = (): Value => mul(b, reduceSum(b, gradient, [1]), scalar(b, scale));
      return [
        step.wants(0) ? inputGradient(step, gradient, weights) : undefined,
        step.wants(1) ? toWeights() : undefined,
        bias !== undefined && step.wants(2) ? toBias() : undefined,
      ];
    },
  },
};
