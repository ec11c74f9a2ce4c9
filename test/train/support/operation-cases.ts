import * as ops from '../../../src/graph/index.ts';
import { float, GraphBuilder, int, ints, text, type Value } from '../../../src/graph/index.ts';
import type { Numbers } from './gradient-check.ts';

/** Collects the inputs `x0`, `x1`, … and weights `weight0`, `weight1`, … of a small graph. */
export class Case {
  readonly b = new GraphBuilder('case');
  readonly inputs = new Map<string, Numbers>();
  readonly #numbers: (name: string, dims: readonly number[]) => Float32Array;
  #weights = 0;

  /** @param numbers of an input or weight */
  constructor(numbers: (name: string, dims: readonly number[]) => Float32Array) {
    this.#numbers = numbers;
  }

  input(dims: readonly number[], change: (x: number) => number = (x) => x): Value {
    const name = `x${this.inputs.size}`;
    this.inputs.set(name, { dims, data: this.#numbers(name, dims).map(change) });
    // The batch stays open, as in the networks.
    return this.b.input(name, 'float32', dims.length > 1 ? ['batch', ...dims.slice(1)] : dims);
  }

  weight(dims: readonly number[], change: (x: number) => number = (x) => x): Value {
    const name = `weight${this.#weights++}`;
    return this.b.weight({ type: 'float32', dims, data: this.#numbers(name, dims).map(change) }, name);
  }

  node(
    op: string,
    inputs: readonly Value[],
    dims: readonly (number | string)[],
    attributes: Parameters<GraphBuilder['node']>[2] = {},
  ): Value {
    return this.b.node(op, inputs, attributes, { type: 'float32', dims });
  }

  list(values: readonly number[]): Value {
    return this.b.constant({
      type: 'int64',
      dims: [values.length],
      data: BigInt64Array.from(values, BigInt),
    });
  }

  conv(
    x: Value,
    out: number,
    kernel: readonly [number, number],
    options: {
      stride?: number | readonly [number, number];
      pads?: readonly number[];
      groups?: number;
      bias?: boolean;
      same?: boolean;
    } = {},
  ): Value {
    const { stride = 1, pads = [0, 0, 0, 0], groups = 1, bias = true, same = false } = options;
    const strides = typeof stride === 'number' ? ([stride, stride] as const) : stride;
    const weights = this.weight([out, (x.dims[1] as number) / groups, ...kernel]);
    const size = (axis: 0 | 1): number =>
      same
        ? Math.ceil((x.dims[axis + 2] as number) / strides[axis])
        : Math.floor(
            ((x.dims[axis + 2] as number) + pads[axis]! + pads[axis + 2]! - kernel[axis]) / strides[axis],
          ) + 1;
    return this.node(
      'Conv',
      bias ? [x, weights, this.weight([out])] : [x, weights],
      [x.dims[0]!, out, size(0), size(1)],
      {
        kernel_shape: ints(kernel),
        strides: ints(strides),
        ...(same ? { auto_pad: text('SAME_UPPER') } : { pads: ints(pads) }),
        group: int(groups),
      },
    );
  }
}

const above = (x: number): number => Math.abs(x) + 0.3;

/** Every operation, for a batch of the given size; what it gives is the output. */
export const operationCases: Readonly<Record<string, (c: Case, batch: number) => Value>> = {
  'Conv 3×3': (c, n) => c.conv(c.input([n, 3, 9, 7]), 4, [3, 3]),
  'Conv 3×3, large picture, padding': (c, n) =>
    c.conv(c.input([n, 2, 11, 13]), 3, [3, 3], { pads: [1, 1, 1, 1] }),
  'Conv 3×3, small picture, padding': (c, n) =>
    c.conv(c.input([n, 3, 5, 3]), 4, [3, 3], { pads: [1, 1, 1, 1] }),
  'Conv 3×3, stride 2': (c, n) => c.conv(c.input([n, 3, 9, 8]), 4, [3, 3], { stride: 2 }),
  'Conv 3×3, stride 2, SAME': (c, n) => c.conv(c.input([n, 3, 9, 8]), 4, [3, 3], { stride: 2, same: true }),
  'Conv 7×7, stride 2, odd pads': (c, n) =>
    c.conv(c.input([n, 3, 13, 12]), 2, [7, 7], { stride: 2, pads: [3, 2, 2, 3] }),
  'Conv 1×7': (c, n) => c.conv(c.input([n, 3, 9, 9]), 4, [1, 7], { pads: [0, 3, 0, 3] }),
  'Conv 7×1': (c, n) => c.conv(c.input([n, 3, 5, 5]), 4, [7, 1], { pads: [3, 0, 3, 0] }),
  'Conv 1×1': (c, n) => c.conv(c.input([n, 5, 9, 9]), 4, [1, 1], { bias: false }),
  'Conv 1×1, large picture': (c, n) => c.conv(c.input([n, 5, 9, 11]), 4, [1, 1]),
  'Conv 1×1, stride 2': (c, n) => c.conv(c.input([n, 5, 7, 8]), 4, [1, 1], { stride: 2 }),
  'Conv of unequal strides': (c, n) => c.conv(c.input([n, 2, 9, 9]), 3, [3, 2], { stride: [1, 2] }),
  'Conv, 2 groups': (c, n) => c.conv(c.input([n, 4, 9, 9]), 6, [3, 3], { groups: 2, pads: [1, 1, 1, 1] }),
  'Conv, 2 groups, stride 2': (c, n) => c.conv(c.input([n, 4, 7, 9]), 6, [3, 3], { groups: 2, stride: 2 }),
  'Conv, depthwise': (c, n) => c.conv(c.input([n, 4, 9, 9]), 4, [3, 3], { groups: 4, pads: [1, 1, 1, 1] }),
  'Conv 1×1, 3 groups': (c, n) => c.conv(c.input([n, 6, 9, 3]), 3, [1, 1], { groups: 3 }),
  MatMul: (c, n) => ops.matMul(c.b, c.input([n, 5]), c.weight([5, 4])),
  'MatMul of stacks': (c, n) =>
    c.node('MatMul', [c.input([n, 2, 3, 5]), c.weight([2, 5, 4])], ['batch', 2, 3, 4]),
  Gemm: (c, n) => ops.gemm(c.b, c.input([n, 5]), c.weight([5, 4]), c.weight([4])),
  'Gemm, transposed and scaled': (c, n) =>
    c.node('Gemm', [c.input([n, 5]), c.weight([4, 5]), c.weight([4])], ['batch', 4], {
      transB: int(1),
      alpha: float(0.5),
      beta: float(2),
    }),
  'Gemm, both transposed': (c, n) =>
    c.node('Gemm', [c.weight([5, 3]), c.input([n, 5])], [3, 'batch'], { transA: int(1), transB: int(1) }),
  'Add with repetition': (c, n) => ops.add(c.b, c.input([n, 3, 4]), c.weight([3, 1])),
  'Sub with repetition': (c, n) => ops.sub(c.b, c.weight([1, 4]), c.input([n, 3, 4])),
  'Mul with repetition': (c, n) => ops.mul(c.b, c.input([n, 3, 4]), c.weight([4])),
  'Mul by itself': (c, n) => {
    const x = c.input([n, 4]);
    return ops.mul(c.b, x, x);
  },
  'Div with repetition': (c, n) => ops.div(c.b, c.input([n, 3, 4]), c.weight([3, 1], above)),
  'Max and Min': (c, n) => ops.max(c.b, ops.min(c.b, c.input([n, 5]), c.input([n, 5])), c.weight([5])),
  Neg: (c, n) => c.node('Neg', [c.input([n, 4])], ['batch', 4]),
  Abs: (c, n) => c.node('Abs', [c.input([n, 4])], ['batch', 4]),
  Relu: (c, n) => ops.relu(c.b, c.input([n, 3, 5])),
  PRelu: (c, n) => c.node('PRelu', [c.input([n, 3, 5, 4]), c.weight([3, 1, 1])], ['batch', 3, 5, 4]),
  Clip: (c, n) => ops.clip(c.b, c.input([n, 9]), -0.5, 0.7),
  Sigmoid: (c, n) => ops.sigmoid(c.b, c.input([n, 6])),
  Softplus: (c, n) => c.node('Softplus', [c.input([n, 6])], ['batch', 6]),
  Tanh: (c, n) => c.node('Tanh', [c.input([n, 6])], ['batch', 6]),
  Exp: (c, n) => ops.exp(c.b, c.input([n, 6])),
  Log: (c, n) => c.node('Log', [c.input([n, 6], above)], ['batch', 6]),
  Sqrt: (c, n) => ops.sqrt(c.b, c.input([n, 6], above)),
  Pow: (c, n) => c.node('Pow', [c.input([n, 6], above), c.weight([1])], ['batch', 6]),
  Softmax: (c, n) => ops.softmax(c.b, c.input([n, 6]), -1),
  'Softmax of channels': (c, n) => ops.softmax(c.b, c.input([n, 3, 4]), 1),
  LogSoftmax: (c, n) => c.node('LogSoftmax', [c.input([n, 6])], ['batch', 6], { axis: int(1) }),
  'MaxPool, overlapping': (c, n) => ops.maxPool(c.b, c.input([n, 2, 9, 7]), 3, { stride: 2 }),
  'MaxPool, SAME': (c, n) => ops.maxPool(c.b, c.input([n, 2, 8, 7]), 3, { stride: 2, padding: 'same' }),
  'MaxPool, stride 1': (c, n) => ops.maxPool(c.b, c.input([n, 2, 5, 6]), 3, { padding: 'same' }),
  'AveragePool 2×2': (c, n) => ops.averagePool(c.b, c.input([n, 3, 7, 8]), 2, { stride: 2 }),
  'AveragePool, overlapping, SAME': (c, n) =>
    ops.averagePool(c.b, c.input([n, 2, 7, 8]), 3, { stride: 2, padding: 'same' }),
  'AveragePool, padding counts': (c, n) =>
    c.node('AveragePool', [c.input([n, 2, 5, 5])], ['batch', 2, 5, 5], {
      kernel_shape: ints([3, 3]),
      pads: ints([1, 1, 1, 1]),
      count_include_pad: int(1),
    }),
  GlobalAveragePool: (c, n) => ops.globalAveragePool(c.b, c.input([n, 3, 5, 4])),
  'ReduceMean of pictures': (c, n) => ops.reduceMean(c.b, c.input([n, 3, 5, 4]), [2, 3]),
  'ReduceMean, axes kept': (c, n) => ops.reduceMean(c.b, c.input([n, 3, 5]), [2], true),
  'ReduceSum over the batch': (c, n) =>
    c.node('ReduceSum', [c.input([n, 3, 5]), c.list([0, 2])], [3], { keepdims: int(0) }),
  'ReduceSum of all': (c, n) => c.node('ReduceSum', [c.input([n, 5])], [], { keepdims: int(0) }),
  ReduceSumSquare: (c, n) =>
    c.node('ReduceSumSquare', [c.input([n, 3, 5])], ['batch', 5], { axes: ints([1]), keepdims: int(0) }),
  'ReduceMax and ReduceMin': (c, n) => {
    const x = c.input([n, 5]);
    const [top, low] = (['ReduceMax', 'ReduceMin'] as const).map((op) =>
      c.node(op, [x], ['batch', 1], { axes: ints([1]), keepdims: int(1) }),
    );
    return ops.sub(c.b, top!, low!);
  },
  'where it is above 0': (c, n) => {
    const x = c.input([n, 5]);
    const above = c.b.node('Greater', [x, ops.scalar(c.b, 0)], {}, { type: 'bool', dims: x.dims });
    return ops.mul(c.b, ops.cast(c.b, above, 'float32'), x);
  },
  ReduceL2: (c, n) => ops.l2Norm(c.b, c.input([n, 5]), [1]),
  LpNormalization: (c, n) =>
    c.node('LpNormalization', [c.input([n, 5])], ['batch', 5], { axis: int(1), p: int(2) }),
  'BatchNormalization, frozen': (c, n) =>
    ops.batchNormalization(c.b, c.input([n, 3, 5, 4]), {
      gamma: c.weight([3]),
      beta: c.weight([3]),
      mean: c.b.weight({ type: 'float32', dims: [3], data: Float32Array.of(0.1, -0.3, 1) }, 'mean'),
      variance: c.b.weight({ type: 'float32', dims: [3], data: Float32Array.of(0.5, 1, 2) }, 'variance'),
      epsilon: 1e-3,
    }),
  Reshape: (c, n) => ops.reshape(c.b, c.input([n, 6]), [-1, 2, 3], ['batch', 2, 3]),
  Flatten: (c, n) => ops.flatten(c.b, c.input([n, 2, 3, 2])),
  Transpose: (c, n) => ops.transpose(c.b, c.input([n, 2, 3, 4]), [0, 2, 3, 1]),
  'Concat of three': (c, n) => {
    const x = c.input([n, 2, 3]);
    return ops.concat(c.b, [x, c.input([n, 4, 3]), x], 1);
  },
  'Split, one part unused': (c, n) => {
    const [first, , third] = ops.split(c.b, c.input([n, 7]), 1, [2, 3, 2]);
    return ops.mul(c.b, first!, third!);
  },
  Slice: (c, n) =>
    c.node('Slice', [c.input([n, 5, 6]), c.list([1, -4]), c.list([4, 100]), c.list([1, 2])], ['batch', 3, 4]),
  Pad: (c, n) => ops.pad(c.b, c.input([n, 2, 3]), [0, 1, 0], [0, 0, 2]),
  Gather: (c) => c.node('Gather', [c.weight([4, 3]), c.list([2, 0, 2])], [3, 3]),
};

/** Convolutions of as many channels as ONNX Runtime's fast ones take. */
export const blockedCases: Readonly<Record<string, (c: Case, batch: number) => Value>> = {
  'Conv 3×3, padding': (c, n) => c.conv(c.input([n, 16, 5, 7]), 32, [3, 3], { pads: [1, 1, 1, 1] }),
  'Conv 3×3, odd pads': (c, n) =>
    c.conv(c.input([n, 32, 7, 4]), 16, [3, 3], { pads: [0, 2, 1, 0], bias: false }),
  'Conv 3×5, SAME': (c, n) => c.conv(c.input([n, 16, 5, 7]), 16, [3, 5], { same: true }),
  'Conv 3×3, stride 2': (c, n) =>
    c.conv(c.input([n, 16, 9, 7]), 16, [3, 3], { stride: 2, pads: [1, 1, 1, 1] }),
  'two Conv 3×3': (c, n) => c.conv(ops.relu(c.b, c.conv(c.input([n, 16, 7, 7]), 16, [3, 3])), 16, [3, 3]),
};
/**
 * `y` is x0 normalised by the statistics of the batch; `mean after` and `variance after` are the running
 * averages, from 0.7, of which 0.75 stays.
 */
export function batchStatisticsCase(c: Case, shape: readonly number[]): void {
  const channels = shape[1]!;
  const x = c.input(shape, (value) => 2 * value + 1);
  const perChannel = { type: 'float32', dims: [channels] } as const;
  const state = (name: string): Value =>
    c.b.weight({ ...perChannel, data: new Float32Array(channels).fill(0.7) }, name);
  const [y, mean, variance] = c.b.nodes(
    'BatchNormalization',
    [x, c.weight([channels]), c.weight([channels]), state('mean'), state('variance')],
    { epsilon: float(1e-3), momentum: float(0.75), training_mode: int(1) },
    [{ type: 'float32', dims: x.dims }, perChannel, perChannel],
  );
  c.b.output('y', y!);
  c.b.output('mean after', mean!);
  c.b.output('variance after', variance!);
}
