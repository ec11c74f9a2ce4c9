import type { NamedWeights, Random, Tensor } from '../kernel/index.ts';
import {
  add,
  batchNormalization,
  cast,
  conv,
  flatten,
  GraphBuilder,
  matMul,
  mul,
  relu,
  scalar,
  sub,
  transpose,
  type Graph,
  type Value,
} from '../graph/index.ts';
import type { BuildOptions } from './build-options.ts';
import { WeightSource } from './weight-source.ts';

/** Side of the square input, in pixels. */
export const smallFaceNetSizePx = 96;
export const smallFaceNetDimension = 128;
const epsilon = 1e-3;

interface Layer {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly stride: 1 | 2;
}
interface Stage {
  /** Halves the picture. */
  readonly down: Layer;
  /** Two convolutions beside a shortcut. */
  readonly residual?: readonly [Layer, Layer];
}

const stage = (index: number, from: number, to: number, residual: boolean): Stage => ({
  down: { name: `down${index}`, from, to, stride: 2 },
  ...(residual && {
    residual: [
      { name: `block${index}/first`, from: to, to, stride: 1 },
      { name: `block${index}/second`, from: to, to, stride: 1 },
    ],
  }),
});

/** From 96×96 pixels to 48, 24, 12, 6 and 3. */
const stages: readonly Stage[] = [
  stage(1, 3, 32, false),
  stage(2, 32, 32, true),
  stage(3, 32, 64, true),
  stage(4, 64, 128, true),
  stage(5, 128, 128, false),
];
const features = 3 * 3 * 128;
const layers: readonly Layer[] = stages.flatMap(({ down, residual = [] }) => [down, ...residual]);

const normalisationShapes = (name: string, channels: number): [string, readonly number[]][] =>
  ['gamma', 'beta', 'mean', 'variance'].map((part) => [`${name}/${part}`, [channels]]);

/** Names and shapes of all weights. */
export const smallFaceNetShapes: ReadonlyMap<string, readonly number[]> = new Map<string, readonly number[]>([
  ...layers.map(({ name, from, to }) => [`${name}/weights`, [to, from, 3, 3]] as const),
  ['embedding/weights', [features, smallFaceNetDimension]],
  ...layers.flatMap(({ name, to }) => normalisationShapes(name, to)),
  ...normalisationShapes('embedding', smallFaceNetDimension),
]);

/** Weights to start training from: He et al. 2015, normal; normalisations that do nothing yet. */
export function initialSmallFaceNet(random: Random): NamedWeights {
  return new Map(
    [...smallFaceNetShapes].map(([name, dims]): [string, Tensor<'float32'>] => {
      const data = new Float32Array(dims.reduce((product, size) => product * size, 1));
      const part = name.slice(name.lastIndexOf('/') + 1);
      if (part === 'gamma' || part === 'variance') data.fill(1);
      if (part === 'weights') {
        const own = random.fork(name);
        const fanIn = dims.length === 4 ? dims[1]! * 9 : dims[0]!;
        const deviation = Math.sqrt((dims.length === 4 ? 2 : 1) / fanIn);
        for (let i = 0; i < data.length; i++) data[i] = deviation * own.normal();
      }
      return [name, { type: 'float32', dims, data }];
    }),
  );
}

/**
 * A small residual network of our own for faces, to be trained from scratch: 11 convolutions and a matrix,
 * 0.79 million weights, 46 million multiplications a face.
 *
 * Input `image` uint8 [batch, 96, 96, 3], RGB. Output `embedding` float32 [batch, 128], not of unit length.
 * The normalisations are layers of their own, frozen; their constants and all others are called as in
 * {@link smallFaceNetShapes}.
 *
 * @throws VisageError `WEIGHTS_INVALID`
 */
export function smallFaceNet(weights: NamedWeights, options: BuildOptions = {}): Graph {
  const source = new WeightSource('small-face-net', weights, options.weightsPath);
  const b = new GraphBuilder('small-face-net');
  const weight = (name: string): Value => b.weight(source.tensor(name, smallFaceNetShapes.get(name)!), name);
  const normalised = (x: Value, name: string): Value =>
    batchNormalization(
      b,
      x,
      {
        gamma: weight(`${name}/gamma`),
        beta: weight(`${name}/beta`),
        mean: weight(`${name}/mean`),
        variance: weight(`${name}/variance`),
        epsilon,
      },
      `${name}/normalised`,
    );
  const convolved = (x: Value, { name, from, to, stride }: Layer): Value => {
    const filters = {
      out: to,
      inPerGroup: from,
      height: 3,
      width: 3,
      groups: 1,
      weights: source.tensor(`${name}/weights`, [to, from, 3, 3]).data,
      bias: new Float32Array(to),
    };
    return normalised(conv(b, x, filters, { stride, padding: [1, 1, 1, 1], name }), name);
  };

  const side = smallFaceNetSizePx;
  const image = b.input('image', 'uint8', ['batch', side, side, 3]);
  const planes = cast(b, transpose(b, image, [0, 3, 1, 2], 'planes'), 'float32', 'pixels');
  let x = mul(b, sub(b, planes, scalar(b, 127.5)), scalar(b, 1 / 128), 'scaled');
  for (const { down, residual } of stages) {
    x = relu(b, convolved(x, down), `${down.name}/relu`);
    if (residual === undefined) continue;
    const [first, second] = residual;
    const inner = relu(b, convolved(x, first), `${first.name}/relu`);
    x = relu(b, add(b, convolved(inner, second), x, `${second.name}/sum`), `${second.name}/relu`);
  }
  const product = matMul(b, flatten(b, x, 'features'), weight('embedding/weights'), 'product');
  b.output('embedding', normalised(product, 'embedding'));
  return b.finish();
}
