import { add, div, float, mul, scalar, sqrt, sub, type Value } from '../../graph/index.ts';
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

/** How many numbers of the batch each channel has. */
function countPerChannel({ b, inputs }: Step): Value {
  const channels = inputs[0]!.dims[1]! as number;
  const size = b.node('Size', [inputs[0]], {}, { type: 'int64', dims: [] });
  const all = b.node('Cast', [size], { to: { kind: 'int', value: 1n } }, { type: 'float32', dims: [] });
  return div(b, all, scalar(b, channels));
}

export const normalisation: Readonly<Record<string, Operation>> = {
  // y = γ·x̂ + β with x̂ = (x − μ)/√(σ² + ε); μ and σ² given (frozen), or of the batch (training_mode 1)
  BatchNormalization: {
    forward: ({ b, node, inputs, results }) => {
      if (!isTraining(node)) {
        return { outputs: b.nodes('BatchNormalization', inputs, node.attributes, results, node.name) };
      }
      const [, , , runningMean, runningVariance] = inputs as [Value, Value, Value, Value, Value];
      // With a momentum of 0 the operator gives mean and variance of the batch themselves. It writes them
      // over the running ones that it was given (ONNX Runtime 1.30), so it gets copies.
      const copies = [runningMean, runningVariance].map((running) => mul(b, running, scalar(b, 0)));
      const statistics = { type: 'float32', dims: runningMean.dims } as const;
      const [y, mean, variance] = b.nodes(
        'BatchNormalization',
        [...inputs.slice(0, 3), ...copies],
        { ...node.attributes, momentum: float(0) },
        [results[0]!, statistics, statistics],
        node.name,
      ) as [Value, Value, Value];
      const momentum = floatAttribute(node, 'momentum', 0.9);
      const next = (running: Value, now: Value): Value =>
        add(b, mul(b, running, scalar(b, momentum)), mul(b, now, scalar(b, 1 - momentum)));
      const outputs = [y, next(runningMean, mean), next(runningVariance, variance)];
      return { outputs: outputs.slice(0, results.length), kept: [mean, variance] };
    },
    backward: (step) => {
      const { b, node } = step;
      const [x, gamma, , givenMean, givenVariance] = step.inputs as [Value, Value, Value, Value, Value];
      const training = isTraining(node);
      const [mean, variance] = training ? (step.kept as [Value, Value]) : [givenMean, givenVariance];
      const gradient = gradientOf(step);
      const epsilon = floatAttribute(node, 'epsilon', 1e-5);
      const deviation = sqrt(b, add(b, variance, scalar(b, epsilon)));
      const factor = div(b, gamma, deviation);
      const wanted = training || step.wants(1);
      // Σ g, and Σ g·x̂ = (Σ g·x − μ·Σ g)/√(σ² + ε), without a pass over the pictures to centre them
      const sum = wanted || step.wants(2) ? perChannel(step, gradient) : undefined;
      const along = (): Value => {
        const total = perChannel(step, mul(b, gradient, x));
        return div(b, sub(b, total, mul(b, mean, sum!)), deviation);
      };
      const sumAlong = wanted ? along() : undefined;
      const scaled = (): Value => mul(b, gradient, spread(step, factor));
      // γ/√(σ² + ε)·(g − Σg/n − x̂·Σ(g·x̂)/n): the second part is a normalisation of x again.
      const throughStatistics = (): Value => {
        const count = countPerChannel(step);
        const share = (total: Value): Value => div(b, mul(b, total, factor), count);
        const inputs = [x, share(sumAlong!), share(sum!), mean, variance];
        const part = float32Node(b, 'BatchNormalization', inputs, x.dims, { epsilon: float(epsilon) });
        return sub(b, scaled(), part);
      };
      return [step.wants(0) ? (training ? throughStatistics() : scaled()) : undefined, sumAlong, sum];
    },
  },
};
