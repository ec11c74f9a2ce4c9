import { div, exp, float, mul, scalar, sub, type Value } from '../../graph/index.ts';
import { float32Node, isPositive, reduceSum, unbroadcast } from './nodes.ts';
import { gradientOf, intAttribute, type Operation, type Step } from './operation.ts';

/** Turns the smallest normal float32, 1.2e−38, into more than 1, and leaves 0 as it is. */
const huge = 1e38;

/** 1 where a value that is never below 0 is above it: min(huge·y, 1), in one go over the numbers. */
const isOn = ({ b, outputs }: Step): Value =>
  float32Node(b, 'HardSigmoid', [outputs[0]!], outputs[0]!.dims, { alpha: float(huge), beta: float(0) });

function softmaxAxis({ node, inputs }: Step): number {
  const rank = inputs[0]!.dims.length;
  const axis = intAttribute(node, 'axis', -1);
  return axis < 0 ? axis + rank : axis;
}

/** Functions of one number. */
export const activation: Readonly<Record<string, Operation>> = {
  // max(x, 0): 1 above 0, else 0
  Relu: { backward: (step) => [mul(step.b, gradientOf(step), isOn(step))] },
  // x above 0, else a·x: 1 or a; with respect to a: 0 or x
  PRelu: {
    backward: (step) => {
      const { b } = step;
      const [x, slope] = step.inputs as [Value, Value];
      const gradient = gradientOf(step);
      const above = isPositive(b, x, scalar(b, 0));
      const passed = mul(b, gradient, above);
      const below = sub(b, gradient, passed);
      const toInput = (): Value => float32Node(b, 'Add', [passed, mul(b, below, slope)], x.dims);
      return [
        step.wants(0) ? toInput() : undefined,
        step.wants(1) ? unbroadcast(b, mul(b, below, x), slope) : undefined,
      ];
    },
  },
  // x within the bounds: 1, else 0
  Clip: {
    backward: (step) => {
      const { b } = step;
      const [x] = step.inputs as [Value];
      const changed = float32Node(b, 'Abs', [sub(b, x, step.outputs[0]!)], x.dims);
      const zeroed = mul(b, gradientOf(step), isPositive(b, changed, scalar(b, 0)));
      return [sub(b, gradientOf(step), zeroed)];
    },
  },
  // y = 1/(1 + e⁻ˣ): y·(1 − y)
  Sigmoid: {
    backward: (step) => {
      const { b } = step;
      const y = step.outputs[0]!;
      return [mul(b, gradientOf(step), mul(b, y, sub(b, scalar(b, 1), y)))];
    },
  },
  // ln(1 + eˣ): 1/(1 + e⁻ˣ)
  Softplus: {
    backward: (step) => {
      const [x] = step.inputs as [Value];
      return [mul(step.b, gradientOf(step), float32Node(step.b, 'Sigmoid', [x], x.dims))];
    },
  },
  // y = tanh x: 1 − y²
  Tanh: {
    backward: (step) => {
      const { b } = step;
      const y = step.outputs[0]!;
      return [mul(b, gradientOf(step), sub(b, scalar(b, 1), mul(b, y, y)))];
    },
  },
  // y = eˣ: y
  Exp: { backward: (step) => [mul(step.b, gradientOf(step), step.outputs[0]!)] },
  // ln x: 1/x
  Log: { backward: (step) => [div(step.b, gradientOf(step), step.inputs[0]!)] },
  // y = √x: 1/(2y)
  Sqrt: {
    backward: ({ b, outputs, gradients }) => [div(b, gradients[0]!, mul(b, outputs[0]!, scalar(b, 2)))],
  },
  // y = xᵖ: p·xᵖ⁻¹; with respect to p: y·ln x
  Pow: {
    backward: (step) => {
      const { b } = step;
      const [x, power] = step.inputs as [Value, Value];
      const gradient = gradientOf(step);
      const toBase = (): Value => {
        const lower = sub(b, power, scalar(b, 1));
        const slope = float32Node(b, 'Pow', [x, lower], step.outputs[0]!.dims);
        return unbroadcast(b, mul(b, gradient, mul(b, slope, power)), x);
      };
      const toPower = (): Value => {
        const slope = mul(b, step.outputs[0]!, float32Node(b, 'Log', [x], x.dims));
        return unbroadcast(b, mul(b, gradient, slope), power);
      };
      return [step.wants(0) ? toBase() : undefined, step.wants(1) ? toPower() : undefined];
    },
  },
  // y = softmax x: y·(g − Σ g·y)
  Softmax: {
    backward: (step) => {
      const { b } = step;
      const y = step.outputs[0]!;
      const weighted = mul(b, gradientOf(step), y);
      const total = reduceSum(b, weighted, [softmaxAxis(step)], true);
      return [sub(b, weighted, mul(b, y, total))];
    },
  },
  // y = ln softmax x: g − eʸ·Σ g
  LogSoftmax: {
    backward: (step) => {
      const { b } = step;
      const total = reduceSum(b, gradientOf(step), [softmaxAxis(step)], true);
      return [sub(b, gradientOf(step), mul(b, exp(b, step.outputs[0]!), total))];
    },
  },
};
