import { cast, div, mul, scalar, sub, type Value } from '../../graph/index.ts';
import { expandLike, float32Node, reduceSum, reshapeTo } from './nodes.ts';
import { gradientOf, intAttribute, intsAttribute, type Operation, type Step } from './operation.ts';

/** The axes that were reduced, from 0; all where none are given. */
function reducedAxes(step: Step, axes: readonly number[] | undefined): readonly number[] {
  const rank = step.inputs[0]!.dims.length;
  return axes?.map((axis) => (axis < 0 ? axis + rank : axis)) ?? step.inputs[0]!.dims.map((_, axis) => axis);
}

/** A value that lost its reduced axes, or its gradient, with those axes as ones again. */
function keepAxes(step: Step, value: Value, axes: readonly number[]): Value {
  const dims = step.inputs[0]!.dims.map((dim, axis) => (axes.includes(axis) ? 1 : dim));
  return intAttribute(step.node, 'keepdims', 1) === 1 ? value : reshapeTo(step.b, value, dims);
}

/** How many elements became one; they must be known when the graph is built. */
function elementsOf(step: Step, axes: readonly number[]): number {
  return axes.reduce((count, axis) => {
    const size = step.inputs[0]!.dims[axis]!;
    return typeof size === 'number'
      ? count * size
      : step.b.fail(`the derivative of ${step.node.name} needs to know the size ${size}`);
  }, 1);
}

const attributeAxes = (step: Step): readonly number[] => reducedAxes(step, intsAttribute(step.node, 'axes'));

/** The gradient goes to the largest (or smallest), in equal parts where several are. */
const extreme: Operation = {
  backward: (step) => {
    const { b } = step;
    const [x] = step.inputs as [Value];
    const axes = attributeAxes(step);
    const same = b.node(
      'Equal',
      [x, keepAxes(step, step.outputs[0]!, axes)],
      {},
      {
        type: 'bool',
        dims: x.dims,
      },
    );
    const chosen = cast(b, same, 'float32');
    const count = reduceSum(b, chosen, axes, true);
    return [mul(b, chosen, div(b, keepAxes(step, gradientOf(step), axes), count))];
  },
};

export const reduction: Readonly<Record<string, Operation>> = {
  // Σx: 1
  ReduceSum: {
    backward: (step) => {
      const axes = reducedAxes(step, step.integers(1));
      return [expandLike(step.b, keepAxes(step, gradientOf(step), axes), step.inputs[0]!)];
    },
  },
  // Σx/n: 1/n
  ReduceMean: {
    backward: (step) => {
      const { b } = step;
      const axes = attributeAxes(step);
      const share = div(b, gradientOf(step), scalar(b, elementsOf(step, axes)));
      return [expandLike(b, keepAxes(step, share, axes), step.inputs[0]!)];
    },
  },
  ReduceMax: extreme,
  ReduceMin: extreme,
  // Σx²: 2x
  ReduceSumSquare: {
    backward: (step) => {
      const { b } = step;
      const gradient = keepAxes(step, gradientOf(step), attributeAxes(step));
      return [mul(b, step.inputs[0]!, mul(b, gradient, scalar(b, 2)))];
    },
  },
  // y = √Σx²: x/y, and 0 where y is 0
  ReduceL2: {
    backward: (step) => {
      const { b } = step;
      const axes = attributeAxes(step);
      const length = keepAxes(step, step.outputs[0]!, axes);
      const safe = float32Node(b, 'Max', [length, scalar(b, 1e-30)], length.dims);
      return [mul(b, step.inputs[0]!, div(b, keepAxes(step, gradientOf(step), axes), safe))];
    },
  },
  // The mean of each channel's picture
  GlobalAveragePool: {
    backward: (step) => {
      const { b } = step;
      const share = div(b, gradientOf(step), scalar(b, elementsOf(step, [2, 3])));
      return [expandLike(b, share, step.inputs[0]!)];
    },
  },
  // y = x/n with n = √Σx²: (g − y·Σ g·y)/n
  LpNormalization: {
    backward: (step) => {
      const { b, node } = step;
      const [x] = step.inputs as [Value];
      if (intAttribute(node, 'p', 2) !== 2) b.fail(`the derivative of ${node.name} is known for p = 2 alone`);
      const axis = intAttribute(node, 'axis', -1);
      const axes = [axis < 0 ? axis + x.dims.length : axis];
      const y = step.outputs[0]!;
      const along = reduceSum(b, mul(b, gradientOf(step), y), axes, true);
      const across = sub(b, gradientOf(step), mul(b, y, along));
      const length = float32Node(b, 'Sqrt', [reduceSum(b, mul(b, x, x), axes, true)], along.dims);
      return [div(b, across, float32Node(b, 'Max', [length, scalar(b, 1e-30)], along.dims))];
    },
  },
};
