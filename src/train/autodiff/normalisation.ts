import { add, div, float, int, mul, scalar, sqrt, sub, type Dim, type Value } from '../../graph/index.ts';
import type { BatchStatistics } from './batch-normalisations.ts';
import { float32Node, reduceSum, reshapeTo } from './nodes.ts';
import { floatAttribute, gradientOf, intAttribute, type Operation, type Step } from './operation.ts';

const isTraining = (node: Step['node']): boolean => intAttribute(node, 'training_mode', 0) === 1;

/** One number a channel, shaped to fit [batch, channels, …]. */
function spread(step: Step, perChannel: Value): Value {
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

/** From so many pixels on scalar products of pictures are faster than a product number by number that is summed up. */
const largePicture = 1024;

/** The sum over everything but the channels of a product. */
function products(step: Step, a: Value, x: Value): Value {
  const { b } = step;
  const [batch, channels, ...sizes] = x.dims as [Dim, number, ...Dim[]];
  const pixels = sizes.reduce<number>((product, size) => product * Number(size), 1);
  if (step.channelBlock === 0 || !(pixels >= largePicture)) return perChannel(step, mul(b, a, x));
  const rows = [a, x].map((value) => reshapeTo(b, value, ['rows', 1, pixels]));
  const result = { type: 'float32', dims: ['rows', 1, 1] } as const;
  const [sums] = b.nodes('FusedMatMul', rows, { transB: int(1) }, [result], 'products', 'com.microsoft');
  return reduceSum(b, reshapeTo(b, sums!, [batch, channels]), [0]);
}

/** How many numbers of the batch each channel has. */
function countPerChannel({ b, inputs, once }: Step): Value {
  const [batch, channels, ...sizes] = inputs[0]!.dims as [Dim, number, ...Dim[]];
  return once(`numbers of ${[batch, ...sizes].join('×')}`, () => {
    const size = b.node('Size', [inputs[0]], {}, { type: 'int64', dims: [] });
    const all = b.node('Cast', [size], { to: { kind: 'int', value: 1n } }, { type: 'float32', dims: [] });
    return div(b, all, scalar(b, channels));
  });
}

export const normalisation: Readonly<Record<string, Operation>> = {
  // y = γ·x̂ + β with x̂ = (x − μ)/√(σ² + ε); μ and σ² given (frozen), or of the batch (training_mode 1)
  BatchNormalization: {
    forward: ({ b, node, inputs, results }) => {
      if (!isTraining(node)) {
        return { outputs: b.nodes('BatchNormalization', inputs, node.attributes, results, node.name) };
      }
      const statistics = { type: 'float32', dims: inputs[3]!.dims } as const;
      const [y, mean, variance] = b.nodes(
        'BatchNormalization',
        inputs,
        { ...node.attributes, momentum: float(0) },
        [results[0]!, statistics, statistics],
        node.name,
      ) as [Value, Value, Value];
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
        const inputs = [x, div(b, sumAlong!, count), div(b, sum!, count), mean, variance];
        const part = float32Node(b, 'BatchNormalization', inputs, x.dims, { epsilon: float(epsilon) });
        return sub(b, gradient, part);
      };
      const toInput = (): Value => mul(b, training ? throughStatistics() : gradient, spread(step, factor));
      return [step.wants(0) ? toInput() : undefined, sumAlong, sum];
    },
  },
};
