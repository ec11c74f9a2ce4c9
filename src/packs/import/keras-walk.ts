import { unsupportedModel, type KerasLayer, type KerasModel } from './keras-config.ts';
import { lambdaMeaning } from './keras-lambda.ts';

export interface WindowShape {
  readonly kernel: readonly [number, number];
  readonly stride: number;
  readonly padding: 'same' | 'valid';
}

/**
 * What the layers of a Keras model are translated to; `V` stands for what flows between them. Weights
 * are asked for by the name of their layer.
 */
export interface LayerTarget<V> {
  input(layer: string): V;
  conv(x: V, layer: string, window: WindowShape, bias: boolean): V;
  /** @param picture whether x has the axes of a picture, not only [batch, features] */
  batchNorm(x: V, layer: string, epsilon: number): V;
  dense(x: V, layer: string, bias: boolean): V;
  relu(x: V): V;
  concat(parts: readonly V[]): V;
  add(a: V, b: V): V;
  scale(x: V, factor: number): V;
  maxPool(x: V, window: WindowShape): V;
  averagePool(x: V, window: WindowShape): V;
  globalAveragePool(x: V): V;
  flatten(x: V): V;
  normalise(x: V): V;
}

/**
 * Translates a model layer by layer along `inbound_nodes`, and gives the value of every layer.
 * @throws VisageError `WEIGHTS_UNSUPPORTED`, naming the layer
 */
export function walkKerasModel<V>(model: KerasModel, target: LayerTarget<V>): Map<string, V> {
  const values = new Map<string, V>();
  for (const layer of model.layers) {
    const inputs = layer.inputs.map((name) => values.get(name)!);
    values.set(layer.name, translate(new LayerReader(layer, model), inputs, target));
  }
  return values;
}

/** Reads the settings of one layer and refuses what would change its meaning. */
class LayerReader {
  readonly layer: KerasLayer;
  readonly #model: KerasModel;

  constructor(layer: KerasLayer, model: KerasModel) {
    this.layer = layer;
    this.#model = model;
  }

  fail(reason: string): never {
    throw unsupportedModel(this.#model.path, `its layer ${this.layer.name} (${this.layer.kind}) ${reason}`);
  }

  get isModelInput(): boolean {
    return this.layer.name === this.#model.input;
  }

  /** Refuses the setting unless it is one of `allowed`; a setting that is absent has its default. */
  expect(key: string, ...allowed: readonly unknown[]): void {
    const value = this.layer.config[key];
    if (value === undefined || allowed.some((one) => JSON.stringify(one) === JSON.stringify(value))) return;
    this.fail(
      `has ${key} ${JSON.stringify(value)?.slice(0, 60)}; only ${allowed.map(String).join(', ')} is known`,
    );
  }

  flag(key: string, fallback: boolean): boolean {
    const value = this.layer.config[key] ?? fallback;
    return typeof value === 'boolean' ? value : this.fail(`has no yes or no for ${key}`);
  }

  pair(key: string, fallback?: unknown): [number, number] {
    const value = this.layer.config[key] ?? fallback;
    const list = typeof value === 'number' ? [value, value] : value;
    const fits =
      Array.isArray(list) &&
      list.length === 2 &&
      list.every((n) => Number.isInteger(n) && n > 0 && n <= 1024);
    return fits ? (list as [number, number]) : this.fail(`has no two whole numbers for ${key}`);
  }

  window(key: 'kernel_size' | 'pool_size', strideDefault?: unknown): WindowShape {
    this.expect('data_format', 'channels_last');
    const kernel = this.pair(key);
    const [down, right] = this.pair('strides', strideDefault ?? kernel);
    if (down !== right) this.fail('has strides that differ in height and width');
    const padding = this.layer.config['padding'] ?? 'valid';
    if (padding !== 'same' && padding !== 'valid') this.fail(`has the padding ${JSON.stringify(padding)}`);
    return { kernel, stride: down, padding };
  }

  /** Whether a ReLU is part of the layer. */
  activation(): boolean {
    this.expect('activation', 'linear', 'relu', null);
    return this.layer.config['activation'] === 'relu';
  }
}

function translate<V>(reader: LayerReader, inputs: readonly V[], target: LayerTarget<V>): V {
  const { layer } = reader;
  const { name, config } = layer;
  const one = (): V => {
    if (inputs.length !== 1) reader.fail(`has ${inputs.length} inputs, not one`);
    return inputs[0]!;
  };
  const two = (): [V, V] => {
    if (inputs.length !== 2) reader.fail(`has ${inputs.length} inputs, not two`);
    return [inputs[0]!, inputs[1]!];
  };
  const activated = (x: V): V => (reader.activation() ? target.relu(x) : x);
  switch (layer.kind) {
    case 'InputLayer':
      if (inputs.length > 0 || !reader.isModelInput) reader.fail('is a second input');
      return target.input(name);
    case 'Conv2D':
      reader.expect('dilation_rate', [1, 1], 1);
      reader.expect('groups', 1);
      return activated(
        target.conv(one(), name, reader.window('kernel_size', [1, 1]), reader.flag('use_bias', true)),
      );
    case 'BatchNormalization': {
      reader.expect('center', true);
      reader.expect('axis', 3, -1, [3], [-1], 1, [1]);
      const epsilon = config['epsilon'] ?? 0.001;
      if (typeof epsilon !== 'number' || !(epsilon > 0)) reader.fail('has no epsilon above 0');
      return target.batchNorm(one(), name, epsilon);
    }
    case 'Activation':
    case 'ReLU':
      if (layer.kind === 'Activation') reader.expect('activation', 'relu', 'linear');
      else {
        reader.expect('max_value', null);
        reader.expect('negative_slope', 0);
        reader.expect('threshold', 0);
      }
      return config['activation'] === 'linear' ? one() : target.relu(one());
    case 'Concatenate':
      reader.expect('axis', 3, -1);
      if (inputs.length === 0) reader.fail('has no inputs');
      return target.concat(inputs);
    case 'Add':
      return target.add(...two());
    case 'Lambda': {
      const meaning = lambdaMeaning(layer);
      if (typeof meaning === 'string') reader.fail(`cannot be translated: ${meaning}`);
      if (meaning.kind === 'normalise') return target.normalise(one());
      if (meaning.kind === 'scale') return target.scale(one(), meaning.scale);
      const [x, residual] = two();
      return target.add(x, target.scale(residual, meaning.scale));
    }
    case 'MaxPooling2D':
      return target.maxPool(one(), reader.window('pool_size'));
    case 'AveragePooling2D':
      return target.averagePool(one(), reader.window('pool_size'));
    case 'GlobalAveragePooling2D':
      reader.expect('data_format', 'channels_last');
      reader.expect('keepdims', false);
      return target.globalAveragePool(one());
    case 'Flatten':
      reader.expect('data_format', 'channels_last');
      return target.flatten(one());
    // Does nothing outside of training.
    case 'Dropout':
      return one();
    case 'Dense':
      return activated(target.dense(one(), name, reader.flag('use_bias', true)));
    default:
      return reader.fail('is of a kind that FaceNet does not have');
  }
}
