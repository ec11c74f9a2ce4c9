import {
  add,
  div,
  float,
  mul,
  reduceMean,
  scalar,
  sqrt,
  sub,
  type Dim,
  type Value,
} from '../../graph/index.ts';
import type { BatchStatistics } from './batch-normalisations.ts';
import { channelProducts, isLarge, line } from './large-pictures.ts';
import { float32Node, reduceSum, reshapeTo } from './nodes.ts';
import {
  floatAttribute,
  gradientOf,
  intAttribute,
  type Forward,
  type Operation,
  type Step,
} from './operation.ts';

const isTraining = (node: Step['node']): boolean => intAttribute(node, 'training_mode', 0) === 1;

/** One number a channel, shaped to fit [batch, channels, …]. */
function spread(step: Pick<Step, 'b' | 'inputs'>, perChannel: Value): Value {
  const rank = step.inputs[0]!.dims.length;
  return reshapeTo(step.b, perChannel, [perChannel.dims[0]!, ...Array.from({ length: rank - 2 }, () => 1)]);
}

/** The sum over everything but the channels. */
const perChannel = (step: Step, x: Value): Value =>
  reduceSum(
    step.b,
    x,
    x.dims.flatMap((_, axis) => (axis === 1 ? [] : [axis])),
  );

/** Whether ONNX Runtime's own operators may serve, and are worth while. */
const byLarge = ({ channelBlock, inputs }: Pick<Step, 'channelBlock' | 'inputs'>): boolean =>
  channelBlock > 0 && isLarge(inputs[0]!);

/** The sum over everything but the channels of a product. */
const products = (step: Step, a: Value, x: Value): Value =>
  byLarge(step) ? channelProducts(step.b, a, x) : perChannel(step, mul(step.b, a, x));

/** How many numbers of the batch each channel has. */
function countPerChannel({ b, inputs, once }: Pick<Step, 'b' | 'inputs' | 'once'>): Value {
  const [batch, channels, ...sizes] = inputs[0]!.dims as [Dim, number, ...Dim[]];
  return once(`numbers of ${[batch, ...sizes].join('×')}`, () => {
    const size = b.node('Size', [inputs[0]], {}, { type: 'int64', dims: [] });
    const all = b.node('Cast', [size], { to: { kind: 'int', value: 1n } }, { type: 'float32', dims: [] });
    return div(b, all, scalar(b, channels));
  });
}

/** Normalised by the batch: y, mean and variance, of large pictures. */
function normaliseLarge(forward: Forward): [Value, Value, Value] {
  const { b, node } = forward;
  const [x, gamma, beta] = forward.inputs as [Value, Value, Value];
  const mean = reduceMean(b, x, [0, 2, 3]);
  const centred = sub(b, x, spread(forward, mean));
  const variance = div(b, channelProducts(b, centred, centred), countPerChannel(forward));
  const deviation = sqrt(b, add(b, variance, scalar(b, floatAttribute(node, 'epsilon', 1e-5))));
  return [line(b, centred, div(b, gamma, deviation), beta), mean, variance];
}

export const normalisation: Readonly<Record<string, Operation>> = {
  // y = γ·x̂ + β with x̂ = (x − μ)/√(σ² + ε); μ and σ² given (frozen), or of the batch (training_mode 1)
  BatchNormalization: {
    forward: (forward) => {
      const { b, node, inputs, results } = forward;
      if (!isTraining(node)) {
        return { outputs: b.nodes('BatchNormalization', inputs, node.attributes, results, node.name) };
      }
      const statistics = { type: 'float32', dims: inputs[3]!.dims } as const;
      const attributes = { ...node.attributes, momentum: float(0) };
      const of = [results[0]!, statistics, statistics];
      const [y, mean, variance] = byLarge(forward)
        ? normaliseLarge(forward)
        : (b.nodes('BatchNormalization', inputs, attributes, of, node.name) as [Value, Value, Value]);
      return { outputs: [y, mean, variance].slice(0, results.length), kept: [mean, variance] };
    },
    backward: (step) => {
      const { b, node } = step;
      const [x, gamma, , givenMean, givenVariance] = step.inputs as [Value, Value, Value, Value, Value];
      const epsilon = floatAttribute(node, 'epsilon', 1e-5);
      const frozen = (): BatchStatistics => {
        const deviation = sqrt(b, add(b, givenVariance, scalar(b, epsilon)));
        const inverse = float32Node(b, 'Reciprocal', [deviation], deviation.dims);
        return [givenMean, givenVariance, inverse, mul(b, gamma, inverse)];
      };
      const training = isTraining(node);
      const [mean, variance, inverse, factor] = training
        ? (step.kept as unknown as BatchStatistics)
        : frozen();
      const gradient = gradientOf(step);
      const wanted = training || step.wants(1);
      // Σ g, and Σ g·x̂ = (Σ g·x − μ·Σ g)/√(σ² + ε), without a pass over the pictures to centre them
      const sum = wanted || step.wants(2) ? perChannel(step, gradient) : undefined;
      const along = (): Value => mul(b, sub(b, products(step, gradient, x), mul(b, mean, sum!)), inverse);
      const sumAlong = wanted ? along() : undefined;
      // γ/√(σ² + ε)·(g − Σg/n − x̂·Σ(g·x̂)/n): what is taken off is a normalisation of x again.
      const throughStatistics = (): Value => {
        const count = countPerChannel(step);
        const [scale, offset] = [div(b, sumAlong!, count), div(b, sum!, count)];
        if (byLarge(step)) {
          const slope = mul(b, scale, inverse);
          return sub(b, gradient, line(b, x, slope, sub(b, offset, mul(b, mean, slope))));
        }
        const inputs = [x, scale, offset, mean, variance];
        const part = float32Node(b, 'BatchNormalization', inputs, x.dims, { epsilon: float(epsilon) });
        return sub(b, gradient, part);
      };
      const toInput = (): Value => mul(b, training ? throughStatistics() : gradient, spread(step, factor));
      return [step.wants(0) ? toInput() : undefined, sumAlong, sum];
    },
  },
};
