import { concat, transpose, type Value } from '../../graph/index.ts';
import { float32Node, integerList, reshapeLike, slice, zerosLike } from './nodes.ts';
import {
  gradientOf,
  intAttribute,
  intsAttribute,
  textAttribute,
  type Operation,
  type Step,
} from './operation.ts';

/** Sizes along an axis that derivatives cut at: they must be known when the graph is built. */
function knownSize({ b, node }: Step, value: Value, axis: number): number {
  const size = value.dims[axis]!;
  return typeof size === 'number'
    ? size
    : b.fail(`the derivative of ${node.name} needs to know the size ${size}`);
}

const fromZero = (axis: number, value: Value): number => (axis < 0 ? axis + value.dims.length : axis);

/** Where rows of an output came from: operations that only move numbers. */
export const shape: Readonly<Record<string, Operation>> = {
  Reshape: { backward: (step) => [reshapeLike(step.b, gradientOf(step), step.inputs[0]!)] },
  Flatten: { backward: (step) => [reshapeLike(step.b, gradientOf(step), step.inputs[0]!)] },
  Squeeze: { backward: (step) => [reshapeLike(step.b, gradientOf(step), step.inputs[0]!)] },
  Unsqueeze: { backward: (step) => [reshapeLike(step.b, gradientOf(step), step.inputs[0]!)] },
  // Axis i comes from axis order[i], so the gradient goes back by the inverse order.
  Transpose: {
    backward: (step) => {
      const reversed = step.inputs[0]!.dims.map((_, axis) => axis).reverse();
      const order = intsAttribute(step.node, 'perm') ?? reversed;
      return [
        transpose(
          step.b,
          gradientOf(step),
          order.map((_, axis) => order.indexOf(axis)),
        ),
      ];
    },
  },
  // Each part gets its stretch of the gradient.
  Concat: {
    backward: (step) => {
      const axis = fromZero(intAttribute(step.node, 'axis', 0), step.outputs[0]!);
      let start = 0;
      return step.inputs.map((part, i) => {
        const from = start;
        start += knownSize(step, part!, axis);
        if (!step.wants(i)) return undefined;
        return slice(step.b, gradientOf(step), [axis], [from], [start], part!.dims);
      });
    },
  },
  // Parts that the loss does not depend on count as zeros.
  Split: {
    backward: (step) => {
      const axis = fromZero(intAttribute(step.node, 'axis', 0), step.inputs[0]!);
      const parts = step.gradients.map((gradient, i) => gradient ?? zerosLike(step.b, step.outputs[i]!));
      return [concat(step.b, parts, axis)];
    },
  },
  // What was cut off gets zeros.
  Slice: {
    backward: (step) => {
      const [x] = step.inputs as [Value];
      const starts =
        step.integers(1) ?? step.b.fail(`the derivative of ${step.node.name} needs constant starts`);
      const axes = step.integers(3) ?? starts.map((_, i) => i);
      if (step.integers(4)?.some((size) => size !== 1)) {
        step.b.fail(`the derivative of ${step.node.name}, a Slice with steps, is not known`);
      }
      const before = x.dims.map(() => 0);
      const after = x.dims.map(() => 0);
      for (const [i, given] of axes.entries()) {
        const axis = fromZero(given, x);
        const size = knownSize(step, x, axis);
        const start = starts[i]! < 0 ? Math.max(starts[i]! + size, 0) : Math.min(starts[i]!, size);
        before[axis] = start;
        after[axis] = size - start - knownSize(step, step.outputs[0]!, axis);
      }
      return [
        float32Node(step.b, 'Pad', [gradientOf(step), integerList(step.b, [...before, ...after])], x.dims),
      ];
    },
  },
  // What was added is cut off.
  Pad: {
    backward: (step) => {
      const [x] = step.inputs as [Value];
      const pads = step.integers(1);
      if (pads === undefined || textAttribute(step.node, 'mode', 'constant') !== 'constant') {
        return step.b.fail(`the derivative of ${step.node.name} is known for constant pads alone`);
      }
      const rank = x.dims.length;
      const axes = x.dims.flatMap((_, axis) => (pads[axis] !== 0 || pads[axis + rank] !== 0 ? [axis] : []));
      if (axes.length === 0) return [gradientOf(step)];
      const ends = axes.map((axis) => pads[axis]! + knownSize(step, x, axis));
      return [
        slice(
          step.b,
          gradientOf(step),
          axes,
          axes.map((axis) => pads[axis]!),
          ends,
          x.dims,
        ),
      ];
    },
  },
  // Repeated rows are summed.
  Gather: {
    backward: (step) => {
      const [x, indices] = step.inputs as [Value, Value];
      if (intAttribute(step.node, 'axis', 0) !== 0 || x.dims.length !== 2 || indices.dims.length !== 1) {
        step.b.fail(`the derivative of ${step.node.name} is known for rows of a matrix alone`);
      }
      const places = step.b.node(
        'Unsqueeze',
        [indices, integerList(step.b, [1])],
        {},
        {
          type: indices.type,
          dims: [indices.dims[0]!, 1],
        },
      );
      const attributes = { reduction: { kind: 'string', value: 'add' } } as const;
      return [
        float32Node(
          step.b,
          'ScatterND',
          [zerosLike(step.b, x), places, gradientOf(step)],
          x.dims,
          attributes,
        ),
      ];
    },
  },
};
