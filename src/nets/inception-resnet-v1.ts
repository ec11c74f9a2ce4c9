import { checkOptions, visageError, type NamedWeights, type OptionSchema } from '../kernel/index.ts';
import {
  add,
  batchNormalization,
  cast,
  concat,
  conv,
  denseFilters,
  div,
  flatten,
  foldBatchNorm,
  foldInput,
  foldOutput,
  gemm,
  globalAveragePool,
  GraphBuilder,
  l2Norm,
  matMul,
  max,
  maxPool,
  mul,
  reduceMean,
  relu,
  scalar,
  sqrt,
  sub,
  transpose,
  type BatchNorm,
  type Filters,
  type Graph,
  type Value,
} from '../graph/index.ts';
import type { BuildOptions } from './build-options.ts';
import {
  inceptionBlocks17,
  inceptionBlocks35,
  inceptionBlocks8,
  inceptionMixed6a,
  inceptionMixed7a,
  inceptionStem,
  type InceptionBlock,
  type InceptionConvolution,
  type InceptionModule,
} from './inception-layers.ts';
import { WeightSource } from './weight-source.ts';

/** Side of the square input, in pixels. */
export const inceptionInputSizePx = 160;
/** ε of every batch normalisation (davidsandberg/facenet, inception_resnet_v1.py; the Keras and PyTorch ports keep it). */
export const inceptionEpsilon = 0.001;

/** Numbers of a picture: what prewhitening takes its mean and deviation over. */
const elements = 3 * inceptionInputSizePx ** 2;

export const inceptionResnetV1Options = {
  input: {
    type: 'choice',
    choices: ['uint8', 'float32'],
    default: 'uint8',
    description: 'Element type of the input; float32 keeps what was computed before.',
  },
  preprocessing: {
    type: 'choice',
    choices: ['prewhiten', 'prewhiten-unfloored', 'fixed-128', 'fixed-127.5', 'unit', 'none'],
    default: 'prewhiten',
    description:
      'prewhiten: (x − mean)/max(deviation, 1/√N) of each picture; prewhiten-unfloored: without the floor; ' +
      'fixed-128: (x − 127.5)/128; fixed-127.5: (x − 127.5)/127.5; unit: x/255; none: x.',
  },
  colourOrder: {
    type: 'choice',
    choices: ['rgb', 'bgr'],
    default: 'rgb',
    description: 'Order in which the network takes the colours; the input is always RGB.',
  },
  normalise: {
    type: 'boolean',
    default: false,
    description: 'Whether the embeddings leave the network with length 1.',
  },
  lastScale: {
    type: 'number',
    default: 1,
    description: 'Scale of the last residual block; 1 in every published network.',
  },
  batchNorm: {
    type: 'choice',
    choices: ['folded', 'separate'],
    default: 'folded',
    description:
      'folded: into the convolutions before them, which is faster; separate: as layers, to be trained.',
  },
} as const satisfies OptionSchema;

/** How pixels become what the first convolution takes; see {@link inceptionResnetV1Options}. */
export type InceptionPreprocessing = (typeof inceptionResnetV1Options.preprocessing.choices)[number];

export interface InceptionResnetV1Options extends BuildOptions {
  readonly input?: 'uint8' | 'float32';
  readonly preprocessing?: InceptionPreprocessing;
  readonly colourOrder?: 'rgb' | 'bgr';
  readonly normalise?: boolean;
  readonly lastScale?: number;
  readonly batchNorm?: 'folded' | 'separate';
}

/**
 * Inception-ResNet-v1 (Szegedy et al. 2016), the network of FaceNet: David Sandberg's version for
 * 160×160 pixels, as his TensorFlow graphs, the Keras `facenet_keras.h5` and facenet-pytorch have it.
 *
 * Input `image` uint8 or float32 [batch, 160, 160, 3], RGB. Output `embedding` float32
 * [batch, dimension], of unit length with `normalise`. The dimension and the channels of all layers are
 * read from the weights: 128 and 512 are published, and narrow networks serve in tests.
 *
 * **Names of the weights** — the layer names of the published Keras model, `/`, the name of the weight:
 * - `<convolution>/kernel` [height, width, in, out] for each of {@link inceptionConvolutions}, e.g.
 *   `Conv2d_1a_3x3/kernel`, `Block17_10_Branch_1_Conv2d_0b_1x7/kernel`, `Mixed_6a_Branch_0_Conv2d_1a_3x3/kernel`;
 * - `<convolution>_BatchNorm/beta`, `…/moving_mean`, `…/moving_variance` and, where it is not 1, `…/gamma`, each [out];
 * - `<block>_Conv2d_1x1/kernel` [1, 1, in, out] and `…/bias` [out] for each of {@link inceptionResidualBlocks},
 *   e.g. `Block35_1_Conv2d_1x1/bias`. Blocks count from 1: `Block35_1…5`, `Block17_1…10`, `Block8_1…6`;
 * - `Bottleneck/kernel` [features, dimension] and `Bottleneck_BatchNorm/…` as above.
 * What is there besides (classification layers) is ignored.
 *
 * With `batchNorm: 'separate'` the constants of the graph are `<convolution>/weights` [out, in, height,
 * width], `<convolution>_BatchNorm/gamma`, `…/beta`, `…/mean` and `…/variance`, `<block>_Conv2d_1x1/weights`
 * and `…/bias`, `Bottleneck/weights` [features, dimension] and `Bottleneck_BatchNorm/…`.
 *
 * A picture of one colour has a deviation of 0: prewhitening gives zeros for it, also without the floor.
 *
 * @throws VisageError `WEIGHTS_INVALID`, `OPTION_INVALID`
 */
export function inceptionResnetV1(weights: NamedWeights, options: InceptionResnetV1Options = {}): Graph {
  const name = 'inception-resnet-v1';
  const { weightsPath, ...given } = options;
  const { input, preprocessing, colourOrder, normalise, lastScale, batchNorm } = checkOptions(
    name,
    inceptionResnetV1Options,
    given,
  );
  const source = new WeightSource(name, weights, weightsPath);
  const b = new GraphBuilder(name);
  const layers = new Layers(b, source, batchNorm === 'separate');

  const image = b.input('image', input, ['batch', inceptionInputSizePx, inceptionInputSizePx, 3]);
  const planes = transpose(b, image, [0, 3, 1, 2], 'planes');
  let x = input === 'float32' ? planes : cast(b, planes, 'float32', 'pixels');
  if (preprocessing === 'prewhiten' || preprocessing === 'prewhiten-unfloored') {
    x = prewhiten(b, x, preprocessing === 'prewhiten' ? 1 / Math.sqrt(elements) : smallestDeviation);
  }
  // The first convolution has no padding, so a fixed normalisation goes into its weights.
  const { mean, scale } = fixedNormalisations[preprocessing] ?? { mean: 0, scale: 1 };
  layers.adapt = (filters) =>
    foldInput(colourOrder === 'bgr' ? reverseInput(filters) : filters, [mean, mean, mean], scale);

  const [first, second] = inceptionStem;
  x = layers.chain(x, first);
  x = maxPool(b, x, 3, { stride: 2, name: 'MaxPool_3a_3x3' });
  x = layers.chain(x, second);
  for (const block of inceptionBlocks35) x = layers.residual(x, block);
  x = layers.module(x, inceptionMixed6a);
  for (const block of inceptionBlocks17) x = layers.residual(x, block);
  x = layers.module(x, inceptionMixed7a);
  for (const block of inceptionBlocks8) {
    x = layers.residual(x, block.relu ? block : { ...block, scale: lastScale });
  }

  const features = flatten(b, globalAveragePool(b, x, 'AvgPool'), 'features');
  const embedding = layers.embedding(features);
  b.output('embedding', normalise ? unitLength(b, embedding) : embedding);
  return b.finish();
}

/** Far below the deviation of any picture that is not of one colour (at least 0.0036): only 0/0 is avoided. */
const smallestDeviation = 1e-12;

const fixedNormalisations: Readonly<
  Partial<Record<InceptionPreprocessing, { readonly mean: number; readonly scale: number }>>
> = {
  'fixed-128': { mean: 127.5, scale: 1 / 128 },
  'fixed-127.5': { mean: 127.5, scale: 1 / 127.5 },
  unit: { mean: 0, scale: 1 / 255 },
};

/** (x − mean)/max(deviation, floor) of each picture (davidsandberg/facenet, src/facenet.py, `prewhiten`). */
function prewhiten(b: GraphBuilder, x: Value, floor: number): Value {
  const shifted = sub(b, x, scalar(b, 127.5), 'shifted');
  const centred = sub(b, shifted, meanOfRows(b, shifted, 'mean'), 'centred');
  const variance = meanOfRows(b, mul(b, centred, centred, 'squares'), 'variance');
  const deviation = max(b, sqrt(b, variance, 'deviation'), scalar(b, floor), 'floored');
  return div(b, centred, deviation, 'whitened');
}

/**
 * The mean of each picture as the mean of the means of its rows: with a float32 sum of 76,800 numbers at once
 * what comes out is wrong by 4e-6 of its deviation, with numbers that are not about 0 by 7e-7.
 */
const meanOfRows = (b: GraphBuilder, x: Value, name: string): Value =>
  reduceMean(b, reduceMean(b, x, [3], true, `${name}/rows`), [1, 2], true, name);

/** x/max(‖x‖, 1e-12), as PyTorch's `normalize` (TensorFlow's `l2_normalize(x, 1, 1e-10)` differs only below 1e-5). */
function unitLength(b: GraphBuilder, x: Value): Value {
  return div(b, x, max(b, l2Norm(b, x, [1], true, 'norm'), scalar(b, 1e-12), 'length'), 'unit');
}

function reverseInput(filters: Filters): Filters {
  const area = filters.height * filters.width;
  const weights = new Float32Array(filters.weights.length);
  for (let at = 0; at < weights.length; at += area) {
    const row = Math.floor(at / area / filters.inPerGroup) * filters.inPerGroup;
    const mirrored = row + filters.inPerGroup - 1 - (at / area - row);
    weights.set(filters.weights.subarray(mirrored * area, (mirrored + 1) * area), at);
  }
  return { ...filters, weights };
}

/** The layers as nodes, with their weights folded. */
class Layers {
  readonly #b: GraphBuilder;
  readonly #source: WeightSource;
  readonly #separate: boolean;
  /** What is done to the first convolution. */
  adapt: ((filters: Filters) => Filters) | undefined;

  constructor(b: GraphBuilder, source: WeightSource, separate: boolean) {
    this.#b = b;
    this.#source = source;
    this.#separate = separate;
  }

  #batchNorm(layer: string, out: number): BatchNorm {
    const vector = (part: string): Float32Array => this.#source.vector(`${layer}/${part}`, out);
    const variance = vector('moving_variance');
    if (variance.some((value) => !(value >= 0))) {
      throw this.#source.invalid(`${layer}/moving_variance holds numbers below 0`);
    }
    return {
      ...(this.#source.has(`${layer}/gamma`) && { gamma: vector('gamma') }),
      beta: vector('beta'),
      mean: vector('moving_mean'),
      variance,
      epsilon: inceptionEpsilon,
    };
  }

  #normalised(filters: Filters, layer: string): Filters {
    return foldBatchNorm(filters, this.#batchNorm(layer, filters.out));
  }

  /** The normalisation as a layer of its own. */
  #normalise(x: Value, layer: string): Value {
    const { gamma, beta, mean, variance, epsilon } = this.#batchNorm(layer, Number(x.dims[1]));
    const weight = (part: string, data: Float32Array): Value =>
      this.#b.weight({ type: 'float32', dims: [data.length], data }, `${layer}/${part}`);
    return batchNormalization(
      this.#b,
      x,
      {
        gamma: weight('gamma', gamma ?? new Float32Array(beta.length).fill(1)),
        beta: weight('beta', beta),
        mean: weight('mean', mean),
        variance: weight('variance', variance),
        epsilon,
      },
      layer,
    );
  }

  convolution(x: Value, { name, kernel, stride, padding }: InceptionConvolution): Value {
    const plain = denseFilters(
      this.#source.tensor(`${name}/kernel`, [...kernel, Number(x.dims[1]), undefined]),
    );
    const layer = `${name}_BatchNorm`;
    const filters = this.#separate ? plain : this.#normalised(plain, layer);
    const convolved = conv(this.#b, x, this.adapt?.(filters) ?? filters, { stride, padding, name });
    this.adapt = undefined;
    return relu(this.#b, this.#separate ? this.#normalise(convolved, layer) : convolved, `${name}/relu`);
  }

  chain(x: Value, convolutions: readonly InceptionConvolution[]): Value {
    return convolutions.reduce((value, layer) => this.convolution(value, layer), x);
  }

  module(x: Value, { name, branches }: InceptionModule): Value {
    const outputs = branches.map((branch) =>
      branch === 'pool' ? maxPool(this.#b, x, 3, { stride: 2, name: `${name}/pool` }) : this.chain(x, branch),
    );
    return concat(this.#b, outputs, 1, name);
  }

  residual(x: Value, block: InceptionBlock): Value {
    const mixed = this.module(x, { ...block, name: `${block.name}_Concatenate` });
    const name = `${block.name}_Conv2d_1x1`;
    const channels = Number(x.dims[1]);
    const plain = denseFilters(
      this.#source.tensor(`${name}/kernel`, [1, 1, Number(mixed.dims[1]), channels]),
      this.#source.vector(`${name}/bias`, channels),
    );
    const scales = new Float64Array(channels).fill(block.scale);
    const scaled = this.#separate
      ? mul(this.#b, conv(this.#b, mixed, plain, { name }), scalar(this.#b, block.scale), `${name}/scaled`)
      : conv(this.#b, mixed, foldOutput(plain, scales, new Float64Array(channels)), { name });
    const sum = add(this.#b, scaled, x, `${block.name}_ScaleSum`);
    return block.relu ? relu(this.#b, sum, `${block.name}_Activation`) : sum;
  }

  /** The last matrix [features, dimension] and its normalisation. */
  embedding(x: Value): Value {
    const b = this.#b;
    const features = Number(x.dims[1]);
    const kernel = this.#source.tensor('Bottleneck/kernel', [features, undefined]);
    const { dims, data } = kernel;
    const out = dims[1]!;
    const [layer, name] = ['Bottleneck_BatchNorm', 'Bottleneck'];
    if (this.#separate) {
      return this.#normalise(matMul(b, x, b.weight(kernel, `${name}/weights`), name), layer);
    }
    // As the filters of a 1×1 convolution [out, features], to be folded like the others, and back.
    const folded = this.#normalised(
      denseFilters({ type: 'float32', dims: [1, 1, features, out], data }),
      layer,
    );
    const matrix = new Float32Array(data.length);
    for (let i = 0, at = 0; i < features; i++) {
      for (let o = 0; o < out; o++) matrix[at++] = folded.weights[o * features + i]!;
    }
    return gemm(
      b,
      x,
      b.constant({ type: 'float32', dims: [features, out], data: matrix }, `${name}/weights`),
      b.constant({ type: 'float32', dims: [out], data: folded.bias }, `${name}/bias`),
      name,
    );
  }
}

/**
 * Numbers an embedding of these weights has.
 * @throws VisageError `WEIGHTS_INVALID`
 */
export function inceptionDimension(weights: NamedWeights, weightsPath?: string): number {
  const kernel = weights.get('Bottleneck/kernel');
  if (kernel?.dims.length === 2) return kernel.dims[1]!;
  throw visageError('WEIGHTS_INVALID', {
    path: weightsPath ?? 'the given set of weights',
    network: 'inception-resnet-v1',
    reason: 'Bottleneck/kernel, a matrix, is missing',
  });
}
