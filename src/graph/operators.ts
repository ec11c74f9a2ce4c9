import type { OnnxType } from '../formats/onnx/index.ts';
import { elementTypeNumbers } from '../formats/onnx/index.ts';
import { float, int, ints, text } from './attributes.ts';
import type { GraphBuilder } from './builder.ts';
import type { Filters } from './filters.ts';
import type { Dim, Value } from './graph.ts';
import { resolvePads, windowCount, type Padding } from './padding.ts';

/**
 * ONNX operators as functions: each appends a node to the builder, works out the shape of its result
 * and refuses what cannot fit with `MODEL_INVALID`. Pictures are [batch, channels, height, width].
 * `name` is the name of the node and of what it gives.
 */

export interface WindowOptions {
  readonly stride?: number;
  readonly padding?: Padding;
  readonly name?: string;
}

function picture(builder: GraphBuilder, value: Value, op: string): [Dim, number, Dim, Dim] {
  const [batch, channels, height, width, ...more] = value.dims;
  if (width === undefined || more.length > 0 || typeof channels !== 'number') {
    builder.fail(`${op} takes [batch, channels, height, width], ${value.name} is [${value.dims.join(', ')}]`);
  }
  return [batch!, channels, height!, width];
}

function windows(
  builder: GraphBuilder,
  x: Value,
  kernel: readonly [number, number],
  { stride = 1, padding = 'valid' }: WindowOptions,
  op: string,
) {
  const [, , height, width] = picture(builder, x, op);
  const pads = resolvePads(padding, [height, width], kernel, stride);
  // ⌈size/stride⌉ is what a kernel as wide as the stride gives with stride − 1 rows of padding.
  const outHeight =
    pads === undefined
      ? windowCount(height, stride, stride, stride - 1)
      : windowCount(height, kernel[0], stride, pads[0] + pads[2]);
  const outWidth =
    pads === undefined
      ? windowCount(width, stride, stride, stride - 1)
      : windowCount(width, kernel[1], stride, pads[1] + pads[3]);
  if ((typeof outHeight === 'number' && outHeight < 1) || (typeof outWidth === 'number' && outWidth < 1)) {
    builder.fail(`a window of ${kernel.join('×')} does not fit ${x.name} [${x.dims.join(', ')}]`);
  }
  const attributes = {
    kernel_shape: ints(kernel),
    strides: ints([stride, stride]),
    ...(pads === undefined ? { auto_pad: text('SAME_UPPER') } : { pads: ints(pads) }),
  };
  return { attributes, outHeight, outWidth };
}

/** `Conv` with bias. */
export function conv(builder: GraphBuilder, x: Value, filters: Filters, options: WindowOptions = {}): Value {
  const { name = 'conv' } = options;
  const [batch, channels] = picture(builder, x, 'Conv');
  if (channels !== filters.inPerGroup * filters.groups) {
    builder.fail(`${name} takes ${filters.inPerGroup * filters.groups} channels, ${x.name} has ${channels}`);
  }
  const kernel = [filters.height, filters.width] as const;
  const { attributes, outHeight, outWidth } = windows(builder, x, kernel, options, 'Conv');
  const weights = builder.constant(
    {
      type: 'float32',
      dims: [filters.out, filters.inPerGroup, filters.height, filters.width],
      data: filters.weights,
    },
    `${name}/weights`,
  );
  const bias = builder.constant({ type: 'float32', dims: [filters.out], data: filters.bias }, `${name}/bias`);
  return builder.node(
    'Conv',
    [x, weights, bias],
    { ...attributes, group: int(filters.groups) },
    { type: x.type, dims: [batch, filters.out, outHeight, outWidth] },
    name,
  );
}

function pool(op: string, builder: GraphBuilder, x: Value, kernel: number, options: WindowOptions): Value {
  const [batch, channels] = picture(builder, x, op);
  const { attributes, outHeight, outWidth } = windows(builder, x, [kernel, kernel], options, op);
  const dims = [batch, channels, outHeight, outWidth];
  return builder.node(op, [x], attributes, { type: x.type, dims }, options.name);
}

/** `MaxPool` with a square window. */
export const maxPool = (
  builder: GraphBuilder,
  x: Value,
  kernel: number,
  options: WindowOptions = {},
): Value => pool('MaxPool', builder, x, kernel, options);

/** `AveragePool` with a square window; padding does not count in the mean, as in TensorFlow. */
export const averagePool = (
  builder: GraphBuilder,
  x: Value,
  kernel: number,
  options: WindowOptions = {},
): Value => pool('AveragePool', builder, x, kernel, options);

/** `GlobalAveragePool`: [batch, channels, 1, 1]. */
export function globalAveragePool(builder: GraphBuilder, x: Value, name?: string): Value {
  const [batch, channels] = picture(builder, x, 'GlobalAveragePool');
  return builder.node('GlobalAveragePool', [x], {}, { type: x.type, dims: [batch, channels, 1, 1] }, name);
}

/** `ReduceMean` over `axes`, which disappear unless `keepDims`. */
export function reduceMean(
  builder: GraphBuilder,
  x: Value,
  axes: readonly number[],
  keepDims = false,
  name?: string,
): Value {
  const dims = x.dims.flatMap((dim, axis): Dim[] => (!axes.includes(axis) ? [dim] : keepDims ? [1] : []));
  const attributes = { axes: ints(axes), keepdims: int(keepDims ? 1 : 0) };
  return builder.node('ReduceMean', [x], attributes, { type: x.type, dims }, name);
}

/** `ReduceL2`: the Euclidean norm over `axes`, which disappear unless `keepDims`. */
export function l2Norm(
  builder: GraphBuilder,
  x: Value,
  axes: readonly number[],
  keepDims = false,
  name?: string,
): Value {
  const dims = x.dims.flatMap((dim, axis): Dim[] => (!axes.includes(axis) ? [dim] : keepDims ? [1] : []));
  const attributes = { axes: ints(axes), keepdims: int(keepDims ? 1 : 0) };
  return builder.node('ReduceL2', [x], attributes, { type: x.type, dims }, name);
}

const elementwise =
  (op: string) =>
  (builder: GraphBuilder, x: Value, name?: string): Value =>
    builder.node(op, [x], {}, { type: x.type, dims: x.dims }, name);

export const relu = elementwise('Relu');
export const sigmoid = elementwise('Sigmoid');
export const exp = elementwise('Exp');
export const sqrt = elementwise('Sqrt');

/** `Clip` to [min, max]. */
export function clip(builder: GraphBuilder, x: Value, min: number, max: number, name?: string): Value {
  const low = scalar(builder, min);
  const high = scalar(builder, max);
  return builder.node('Clip', [x, low, high], {}, { type: x.type, dims: x.dims }, name);
}

/** `PRelu`: x where positive, else slope·x; one slope a channel of a picture, or a column of [batch, columns]. */
export function prelu(builder: GraphBuilder, x: Value, slopes: Float32Array, name = 'prelu'): Value {
  const flat = x.dims.length === 2;
  const channels = flat ? x.dims[1] : picture(builder, x, 'PRelu')[1];
  if (slopes.length !== channels)
    builder.fail(`${name} has ${slopes.length} slopes for ${channels} channels`);
  const dims = flat ? [slopes.length] : [slopes.length, 1, 1];
  const slope = builder.constant({ type: 'float32', dims, data: slopes }, `${name}/slopes`);
  return builder.node('PRelu', [x, slope], {}, { type: x.type, dims: x.dims }, name);
}

/** Values of a {@link batchNormalization}, each [channels]. */
export interface BatchNormValues {
  readonly gamma: Value;
  readonly beta: Value;
  readonly mean: Value;
  readonly variance: Value;
  readonly epsilon: number;
}

/** `BatchNormalization` of [batch, channels, …] with fixed mean and variance. */
export function batchNormalization(
  builder: GraphBuilder,
  x: Value,
  { gamma, beta, mean, variance, epsilon }: BatchNormValues,
  name?: string,
): Value {
  for (const value of [gamma, beta, mean, variance]) {
    if (value.dims.length !== 1 || value.dims[0] !== x.dims[1]) {
      builder.fail(
        `BatchNormalization of [${x.dims.join(', ')}] by ${value.name} [${value.dims.join(', ')}]`,
      );
    }
  }
  const inputs = [x, gamma, beta, mean, variance];
  return builder.node(
    'BatchNormalization',
    inputs,
    { epsilon: float(epsilon) },
    { type: x.type, dims: x.dims },
    name,
  );
}

/** `Softmax` along one axis. */
export function softmax(builder: GraphBuilder, x: Value, axis: number, name?: string): Value {
  return builder.node('Softmax', [x], { axis: int(axis) }, { type: x.type, dims: x.dims }, name);
}

/** One float32 number. */
export function scalar(builder: GraphBuilder, value: number): Value {
  return builder.constant({ type: 'float32', dims: [], data: Float32Array.of(value) }, `scalar/${value}`);
}

/** A float32 number per channel, shaped to broadcast over [batch, channels, height, width]. */
export function perChannel(builder: GraphBuilder, values: ArrayLike<number>, name?: string): Value {
  const data = Float32Array.from(values);
  return builder.constant({ type: 'float32', dims: [data.length, 1, 1], data }, name);
}

function broadcast(builder: GraphBuilder, op: string, a: Value, b: Value): Dim[] {
  const rank = Math.max(a.dims.length, b.dims.length);
  return Array.from({ length: rank }, (_, i): Dim => {
    const left = a.dims[a.dims.length - rank + i] ?? 1;
    const right = b.dims[b.dims.length - rank + i] ?? 1;
    if (left === right || right === 1) return left;
    if (left === 1) return right;
    // Sizes known only at run time are taken on trust; two different numbers never fit.
    if (typeof left === 'number' && typeof right === 'number') {
      builder.fail(
        `${op} of [${a.dims.join(', ')}] and [${b.dims.join(', ')}] (${a.name}, ${b.name}) does not fit`,
      );
    }
    return typeof left === 'number' ? left : right;
  });
}

const binary =
  (op: string) =>
  (builder: GraphBuilder, a: Value, b: Value, name?: string): Value => {
    if (a.type !== b.type) builder.fail(`${op} of ${a.type} and ${b.type} (${a.name}, ${b.name})`);
    return builder.node(op, [a, b], {}, { type: a.type, dims: broadcast(builder, op, a, b) }, name);
  };

export const add = binary('Add');
export const sub = binary('Sub');
export const mul = binary('Mul');
export const div = binary('Div');
/** The larger of two, element by element. */
export const max = binary('Max');
/** The smaller of two, element by element. */
export const min = binary('Min');

/**
 * `MatMul` of […, rows, inner] and […, inner, columns]: of the last two axes, for every index of those before;
 * either side may be one matrix for all.
 */
export function matMul(builder: GraphBuilder, a: Value, b: Value, name?: string): Value {
  const [rows, inner] = a.dims.slice(-2);
  const [height, columns] = b.dims.slice(-2);
  const [left, right] = [a.dims.slice(0, -2), b.dims.slice(0, -2)];
  const fits = left.length === 0 || right.length === 0 || left.join() === right.join();
  if (columns === undefined || inner === undefined || inner !== height || !fits) {
    builder.fail(`MatMul of [${a.dims.join(', ')}] and [${b.dims.join(', ')}]`);
  }
  const dims = [...(left.length > 0 ? left : right), rows!, columns];
  return builder.node('MatMul', [a, b], {}, { type: a.type, dims }, name);
}

/** `Gemm` a·b + bias of [rows, inner], [inner, columns] and [columns]. */
export function gemm(builder: GraphBuilder, a: Value, b: Value, bias: Value, name?: string): Value {
  const [rows, inner] = a.dims;
  const [height, columns] = b.dims;
  if (
    a.dims.length !== 2 ||
    b.dims.length !== 2 ||
    inner !== height ||
    bias.dims.length !== 1 ||
    bias.dims[0] !== columns
  ) {
    builder.fail(`Gemm of [${a.dims.join(', ')}], [${b.dims.join(', ')}] and [${bias.dims.join(', ')}]`);
  }
  return builder.node('Gemm', [a, b, bias], {}, { type: a.type, dims: [rows!, columns!] }, name);
}

/** `Transpose`: axis i of the result is axis `order[i]` of `x`. */
export function transpose(builder: GraphBuilder, x: Value, order: readonly number[], name?: string): Value {
  if (order.length !== x.dims.length || !order.every((_, axis) => order.includes(axis))) {
    builder.fail(`Transpose of ${x.dims.length} axes by [${order.join(', ')}]`);
  }
  const dims = order.map((axis) => x.dims[axis]!);
  return builder.node('Transpose', [x], { perm: ints(order) }, { type: x.type, dims }, name);
}

/**
 * `Reshape`.
 * @param shape as ONNX takes it: 0 keeps the size, −1 is worked out
 * @param dims what comes out, by name where it is not a number
 */
export function reshape(
  builder: GraphBuilder,
  x: Value,
  shape: readonly number[],
  dims: readonly Dim[],
  name?: string,
): Value {
  const wanted = builder.constant(
    { type: 'int64', dims: [shape.length], data: BigInt64Array.from(shape, BigInt) },
    `shape/${shape.join('x')}`,
  );
  return builder.node('Reshape', [x, wanted], {}, { type: x.type, dims }, name);
}

/** `Flatten` to [batch, everything else]. */
export function flatten(builder: GraphBuilder, x: Value, name?: string): Value {
  const [batch, ...rest] = x.dims;
  const size = rest.reduce<Dim>(
    (product, dim) =>
      typeof product === 'number' && typeof dim === 'number' ? product * dim : `${product}*${dim}`,
    1,
  );
  return builder.node('Flatten', [x], { axis: int(1) }, { type: x.type, dims: [batch!, size] }, name);
}

/** `Cast` to another element type. */
export function cast(builder: GraphBuilder, x: Value, type: OnnxType, name?: string): Value {
  return builder.node('Cast', [x], { to: int(elementTypeNumbers[type]) }, { type, dims: x.dims }, name);
}

/** Adds the sizes of one axis; expressions are joined by `+`. */
function sumOf(dims: readonly Dim[]): Dim {
  if (dims.every((dim) => typeof dim === 'number')) return dims.reduce((sum, dim) => sum + dim, 0);
  return dims.join('+');
}

/** `Concat` along `axis`. */
export function concat(builder: GraphBuilder, parts: readonly Value[], axis: number, name?: string): Value {
  const first = parts[0] ?? builder.fail('Concat of nothing');
  const dims = first.dims.map((dim, i) => (i === axis ? sumOf(parts.map((part) => part.dims[i]!)) : dim));
  for (const part of parts) {
    const fits = part.dims.every(
      (dim, i) => i === axis || dim === dims[i] || typeof dim === 'string' || typeof dims[i] === 'string',
    );
    if (part.dims.length !== dims.length || !fits) {
      builder.fail(
        `Concat of ${parts.map((part) => `[${part.dims.join(', ')}]`).join(' and ')} along axis ${axis}`,
      );
    }
  }
  return builder.node('Concat', parts, { axis: int(axis) }, { type: first.type, dims }, name);
}

/** `Split` along `axis` into parts of the given sizes. */
export function split(
  builder: GraphBuilder,
  x: Value,
  axis: number,
  sizes: readonly number[],
  name?: string,
): Value[] {
  if (sumOf(sizes) !== x.dims[axis]) {
    builder.fail(`Split of [${x.dims.join(', ')}] along axis ${axis} into ${sizes.join(' + ')}`);
  }
  const wanted = builder.constant(
    { type: 'int64', dims: [sizes.length], data: BigInt64Array.from(sizes, BigInt) },
    `sizes/${sizes.join('x')}`,
  );
  const results = sizes.map((size) => ({
    type: x.type,
    dims: x.dims.map((dim, i) => (i === axis ? size : dim)),
  }));
  return builder.nodes('Split', [x, wanted], { axis: int(axis) }, results, name);
}

/** `Pad` with zeros: so many elements before and after each axis. */
export function pad(
  builder: GraphBuilder,
  x: Value,
  before: readonly number[],
  after: readonly number[],
  name?: string,
): Value {
  if (before.length !== x.dims.length || after.length !== x.dims.length) {
    builder.fail(`Pad of ${x.dims.length} axes by [${before.join(', ')}] and [${after.join(', ')}]`);
  }
  const pads = builder.constant(
    {
      type: 'int64',
      dims: [2 * before.length],
      data: BigInt64Array.from([...before, ...after], BigInt),
    },
    'pads',
  );
  const dims = x.dims.map((dim, i) => {
    const extra = before[i]! + after[i]!;
    return extra === 0 ? dim : sumOf([dim, extra]);
  });
  return builder.node('Pad', [x, pads], {}, { type: x.type, dims }, name);
}
