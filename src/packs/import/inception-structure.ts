import {
  inceptionBlocks17,
  inceptionBlocks35,
  inceptionBlocks8,
  inceptionEpsilon,
  inceptionMixed6a,
  inceptionMixed7a,
  inceptionStem,
  type InceptionBlock,
  type InceptionModule,
} from '../../nets/index.ts';
import { unsupportedModel, type KerasModel } from './keras-config.ts';
import { walkKerasModel, type LayerTarget, type WindowShape } from './keras-walk.ts';

/**
 * A number for every different computation: two values have the same number exactly if they are the
 * same operations with the same settings on the same inputs with the same weights.
 */
class Computations implements LayerTarget<number> {
  readonly #numbers = new Map<string, number>();
  /** Factors by the number of what they are applied to. */
  readonly factors = new Map<number, number>();
  /** Numbers of sums by those of their parts. */
  readonly sums = new Map<number, readonly [number, number]>();

  #number(...parts: readonly (string | number)[]): number {
    const key = parts.join(' ');
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const number = this.#numbers.size;
    this.#numbers.set(key, number);
    return number;
  }

  get count(): number {
    return this.#numbers.size;
  }

  #window(
    op: string,
    x: number,
    { kernel, stride, padding }: WindowShape,
    ...rest: (string | number)[]
  ): number {
    // With one pixel a window there is nothing to pad.
    const padded = kernel[0] * kernel[1] === 1 ? 'valid' : padding;
    return this.#number(op, x, ...kernel, stride, padded, ...rest);
  }

  input(): number {
    return this.#number('input');
  }
  conv(x: number, layer: string, window: WindowShape, bias: boolean): number {
    return this.#window('conv', x, window, layer, String(bias));
  }
  batchNorm(x: number, layer: string, epsilon: number): number {
    // Some writers round it to float32.
    return this.#number(
      'norm',
      x,
      layer,
      Math.abs(epsilon / inceptionEpsilon - 1) < 1e-6 ? inceptionEpsilon : epsilon,
    );
  }
  dense(x: number, layer: string, bias: boolean): number {
    return this.#number('dense', x, layer, String(bias));
  }
  relu(x: number): number {
    return this.#number('relu', x);
  }
  concat(parts: readonly number[]): number {
    return this.#number('concat', ...parts);
  }
  add(a: number, b: number): number {
    const number = this.#number('add', Math.min(a, b), Math.max(a, b));
    this.sums.set(number, [a, b]);
    return number;
  }
  scale(x: number, factor: number): number {
    this.factors.set(x, factor);
    return this.#number('scale', x, factor);
  }
  maxPool(x: number, window: WindowShape): number {
    return this.#window('max', x, window);
  }
  averagePool(x: number, window: WindowShape): number {
    return this.#window('average', x, window);
  }
  globalAveragePool(x: number): number {
    return this.#number('global average', x);
  }
  flatten(x: number): number {
    return this.#number('flatten', x);
  }
  normalise(x: number): number {
    return this.#number('normalise', x);
  }
}

/** Settings that an Inception-ResNet-v1 can differ in. */
export interface InceptionStructure {
  readonly lastScale: number;
  readonly normalised: boolean;
  /** Whether one Lambda layer scales and adds, as in the published `facenet_keras.h5` alone. */
  readonly scaleSums: boolean;
}

const reduce: WindowShape = { kernel: [3, 3], stride: 2, padding: 'valid' };
const pointwise: WindowShape = { kernel: [1, 1], stride: 1, padding: 'same' };

/**
 * Proves that a Keras model computes what `inceptionResnetV1` computes: both are broken down into
 * numbered computations, and the output must be the same one. The order of layers, the names of those
 * without weights and the way scale and sum are written do not matter.
 *
 * @throws VisageError `WEIGHTS_UNSUPPORTED`: what differs, by the name of the first layer that does
 */
export function inceptionStructure(model: KerasModel): InceptionStructure {
  const computed = new Computations();
  const values = walkKerasModel(model, computed);
  const numberOf = (layer: string): number | undefined => values.get(layer);
  refuseLostShortcuts(model, computed, values);

  const fail = (layer: string): never => {
    const problem = numberOf(layer) === undefined ? 'is missing' : 'has other settings or another place';
    throw unsupportedModel(model.path, `it is not Inception-ResNet-v1: the layer ${layer} ${problem}`);
  };
  /** What comes out must be something the model computes as well. */
  const held = (number: number, before: number, layer: string): number =>
    number < before ? number : fail(layer);
  const before = computed.count;

  const convolution = (x: number, { name, ...window }: InceptionModuleConvolution): number => {
    const plain = held(computed.conv(x, name, window, false), before, name);
    const layer = `${name}_BatchNorm`;
    const normalised = held(computed.batchNorm(plain, layer, inceptionEpsilon), before, layer);
    return held(computed.relu(normalised), before, `${name}_Activation`);
  };
  const moduleOf = (x: number, { name, branches }: InceptionModule): number => {
    const outputs = branches.map((branch) =>
      branch === 'pool' ? computed.maxPool(x, reduce) : branch.reduce(convolution, x),
    );
    return held(computed.concat(outputs), before, name);
  };
  let lastScale = 1;
  const residual = (x: number, block: InceptionBlock): number => {
    const { name } = block;
    const mixed = moduleOf(x, { ...block, name: `${name}_Concatenate` });
    const up = held(
      computed.conv(mixed, `${name}_Conv2d_1x1`, pointwise, true),
      before,
      `${name}_Conv2d_1x1`,
    );
    const factor = block.relu ? block.scale : (computed.factors.get(up) ?? fail(`${name}_ScaleSum`));
    if (!block.relu) lastScale = factor;
    const sum = held(computed.add(x, computed.scale(up, factor)), before, `${name}_ScaleSum`);
    return block.relu ? held(computed.relu(sum), before, `${name}_Activation`) : sum;
  };

  const [first, second] = inceptionStem;
  let x = first.reduce(convolution, computed.input());
  x = held(computed.maxPool(x, reduce), before, 'MaxPool_3a_3x3');
  x = second.reduce(convolution, x);
  x = moduleOf(inceptionBlocks35.reduce(residual, x), inceptionMixed6a);
  x = moduleOf(inceptionBlocks17.reduce(residual, x), inceptionMixed7a);
  x = inceptionBlocks8.reduce(residual, x);
  x = held(computed.globalAveragePool(x), before, 'AvgPool');
  x = held(computed.dense(x, 'Bottleneck', false), before, 'Bottleneck');
  x = held(computed.batchNorm(x, 'Bottleneck_BatchNorm', inceptionEpsilon), before, 'Bottleneck_BatchNorm');
  const output = numberOf(model.output);
  const scaleSums = model.layers.some(({ kind, inputs }) => kind === 'Lambda' && inputs.length === 2);
  if (output === x) return { lastScale, normalised: false, scaleSums };
  if (output === computed.normalise(x)) return { lastScale, normalised: true, scaleSums };
  throw unsupportedModel(
    model.path,
    `its output is ${model.output}, not Bottleneck_BatchNorm or its normalisation`,
  );
}

type InceptionModuleConvolution = WindowShape & { readonly name: string };

/**
 * Before February 2018 the public conversion script of nyoki-mtl/keras-facenet overwrote the input of
 * each block with the scaled convolution, so that the sum adds that convolution to itself: the network
 * has lost its shortcuts, and its embeddings mean nothing.
 */
function refuseLostShortcuts(
  model: KerasModel,
  computed: Computations,
  values: ReadonlyMap<string, number>,
): void {
  for (const { name } of model.layers) {
    const parts = computed.sums.get(values.get(name)!);
    if (parts === undefined) continue;
    const [a, b] = parts;
    const lost = (x: number, y: number): boolean => {
      const factor = computed.factors.get(x);
      return factor !== undefined && computed.scale(x, factor) === y;
    };
    if (lost(a, b) || lost(b, a)) {
      const reason =
        `its layer ${name} adds a convolution to its own scaled copy; the shortcut around the block is lost, ` +
        'as in files made with the keras-facenet script before 23 February 2018';
      throw unsupportedModel(model.path, reason);
    }
  }
}
