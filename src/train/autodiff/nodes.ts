import { int, ints, type Dim, type GraphBuilder, type Value } from '../../graph/index.ts';

/** Nodes that only derivatives and losses need; the others are the operators of the graph room. */

/** A constant list of whole numbers, as axes, sizes and shapes are given. */
export const integerList = (b: GraphBuilder, values: readonly number[]): Value =>
  b.constant(
    { type: 'int64', dims: [values.length], data: BigInt64Array.from(values, BigInt) },
    `integers/${values.join('x')}`,
  );

/** A float32 node of the given shape. */
export const float32Node = (
  b: GraphBuilder,
  op: string,
  inputs: readonly (Value | undefined)[],
  dims: readonly Dim[],
  attributes: Parameters<GraphBuilder['node']>[2] = {},
): Value => b.node(op, inputs, attributes, { type: 'float32', dims });

/** `ReduceSum` over `axes`. */
export function reduceSum(b: GraphBuilder, x: Value, axes: readonly number[], keepDims = false): Value {
  const dims = x.dims.flatMap((dim, axis): Dim[] => (!axes.includes(axis) ? [dim] : keepDims ? [1] : []));
  return float32Node(b, 'ReduceSum', [x, integerList(b, axes)], dims, { keepdims: int(keepDims ? 1 : 0) });
}

/** `Neg`. */
export const negative = (b: GraphBuilder, x: Value): Value => float32Node(b, 'Neg', [x], x.dims);

/** The shape of `x` as numbers, known only at run time. */
export const shapeOf = (b: GraphBuilder, x: Value): Value =>
  b.node('Shape', [x], {}, { type: 'int64', dims: [x.dims.length] });

/** `x` in the shape of `like`, which has as many elements. */
export function reshapeLike(b: GraphBuilder, x: Value, like: Value): Value {
  const unknown = like.dims.filter((dim) => typeof dim === 'string').length;
  const shape =
    unknown > 1
      ? shapeOf(b, like)
      : integerList(
          b,
          like.dims.map((dim) => (typeof dim === 'string' ? -1 : dim)),
        );
  return float32Node(b, 'Reshape', [x, shape], like.dims);
}

/** `x` reshaped; at most one size may be unknown. */
export function reshapeTo(b: GraphBuilder, x: Value, dims: readonly Dim[]): Value {
  const shape = dims.map((dim) => (typeof dim === 'string' ? -1 : dim));
  return float32Node(b, 'Reshape', [x, integerList(b, shape)], dims);
}

/** `x` repeated along axes of size 1 until it has the shape of `like`. */
export const expandLike = (b: GraphBuilder, x: Value, like: Value): Value =>
  float32Node(b, 'Expand', [x, shapeOf(b, like)], like.dims);

/** `Slice` of the given axes, with steps. */
export function slice(
  b: GraphBuilder,
  x: Value,
  axes: readonly number[],
  starts: readonly number[],
  ends: readonly number[],
  dims: readonly Dim[],
  steps?: readonly number[],
): Value {
  const inputs = [x, integerList(b, starts), integerList(b, ends), integerList(b, axes)];
  if (steps !== undefined) inputs.push(integerList(b, steps));
  return float32Node(b, 'Slice', inputs, dims);
}

/** Zeros of a shape that is known only at run time. */
export const zerosLike = (b: GraphBuilder, like: Value): Value =>
  float32Node(b, 'ConstantOfShape', [shapeOf(b, like)], like.dims, {
    value: { kind: 'tensor', value: { type: 'float32', dims: [1], data: new Float32Array(1) } },
  });

/** 1 where `x` is above 0, else 0. */
export function isPositive(b: GraphBuilder, x: Value, zero: Value): Value {
  const above = b.node('Greater', [x, zero], {}, { type: 'bool', dims: x.dims });
  return float32Node(b, 'Cast', [above], x.dims, { to: int(1) });
}

/** Swaps the last two axes. */
export function transposeLast(b: GraphBuilder, x: Value): Value {
  const order = x.dims.map((_, axis) => axis);
  const last = order.length - 1;
  [order[last], order[last - 1]] = [last - 1, last];
  return float32Node(
    b,
    'Transpose',
    [x],
    order.map((axis) => x.dims[axis]!),
    { perm: ints(order) },
  );
}

/**
 * The gradient of a value that was repeated to fit another: summed over what was repeated.
 * @param gradient of the repeated value
 */
export function unbroadcast(b: GraphBuilder, gradient: Value, value: Value): Value {
  const missing = gradient.dims.length - value.dims.length;
  const repeated = gradient.dims.flatMap((dim, axis): number[] =>
    axis < missing || (value.dims[axis - missing] === 1 && dim !== 1) ? [axis] : [],
  );
  if (repeated.length === 0) return gradient;
  const summed = reduceSum(b, gradient, repeated, true);
  return missing === 0 ? summed : reshapeLike(b, summed, value);
}
