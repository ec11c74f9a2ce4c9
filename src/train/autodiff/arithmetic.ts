import { div, mul, scalar, sub, type Value } from '../../graph/index.ts';
import { float32Node, isPositive, negative, unbroadcast } from './nodes.ts';
import { gradientOf, type Operation, type Step } from './operation.ts';

/** Steps of a staircase: flat wherever there is a derivative at all. */
const flat: Operation = { backward: () => [] };

/** The gradients of two operands, each summed over what was repeated to fit the other. */
function operands(
  step: Step,
  left: (gradient: Value, a: Value, b: Value) => Value,
  right: (gradient: Value, a: Value, b: Value) => Value,
): (Value | undefined)[] {
  const [a, b] = step.inputs as [Value, Value];
  return [left, right].map((derivative, i) =>
    step.wants(i) ? unbroadcast(step.b, derivative(gradientOf(step), a, b), step.inputs[i]!) : undefined,
  );
}

/** The gradient goes to the operand that was chosen; to the first where both are equal. */
function chosen(step: Step, difference: (a: Value, b: Value) => Value): (Value | undefined)[] {
  const [a, b] = step.inputs as [Value, Value];
  const second = isPositive(step.b, difference(a, b), scalar(step.b, 0));
  return operands(
    step,
    (gradient) => sub(step.b, gradient, mul(step.b, gradient, second)),
    (gradient) => mul(step.b, gradient, second),
  );
}

export const arithmetic: Readonly<Record<string, Operation>> = {
  // a + b: 1, 1
  Add: {
    backward: (step) =>
      operands(
        step,
        (gradient) => gradient,
        (gradient) => gradient,
      ),
  },
  // a − b: 1, −1
  Sub: {
    backward: (step) =>
      operands(
        step,
        (gradient) => gradient,
        (gradient) => negative(step.b, gradient),
      ),
  },
  // a·b: b, a
  Mul: {
    backward: (step) =>
      operands(
        step,
        (gradient, _, b) => mul(step.b, gradient, b),
        (gradient, a) => mul(step.b, gradient, a),
      ),
  },
  // a/b: 1/b, −(a/b)/b
  Div: {
    backward: (step) =>
      operands(
        step,
        (gradient, _, b) => div(step.b, gradient, b),
        (gradient, __, b) => negative(step.b, div(step.b, mul(step.b, gradient, step.outputs[0]!), b)),
      ),
  },
  // max(a, b)
  Max: { backward: (step) => chosen(step, (a, b) => sub(step.b, b, a)) },
  // min(a, b)
  Min: { backward: (step) => chosen(step, (a, b) => sub(step.b, a, b)) },
  Greater: flat,
  Less: flat,
  Equal: flat,
  Not: flat,
  Sign: flat,
  // Only one that changes nothing has a derivative; the others come from truth values and whole numbers.
  Cast: {
    backward: (step) => (step.inputs[0]!.type === 'float32' ? [gradientOf(step)] : []),
  },
  // −x: −1
  Neg: { backward: (step) => [negative(step.b, gradientOf(step))] },
  // x: 1
  Identity: { backward: (step) => [gradientOf(step)] },
  // |x|: sign(x)
  Abs: {
    backward: (step) => {
      const [x] = step.inputs as [Value];
      return [mul(step.b, gradientOf(step), float32Node(step.b, 'Sign', [x], x.dims))];
    },
  },
};
