/**
 * The `model_config` of a Keras FaceNet, made from our own table of layers: an oracle of the form, not
 * of the architecture (that is the published JSON).
 */
import {
  inceptionConvolutions,
  inceptionMixed6a,
  inceptionMixed7a,
  inceptionResidualBlocks,
  type InceptionBranch,
  type InceptionConvolution,
  type InceptionModule,
} from '../../src/nets/index.ts';

export type ShortcutStyle =
  /** One Lambda that scales and adds, as the published file. */
  | 'scale-sum'
  /** A Lambda that scales and an Add, as deepface and keras-facenet. */
  | 'scale-add'
  /** The fault of the old script: the scaled convolution is added to the convolution. */
  | 'lost';

export interface KerasLayerJson {
  name: string;
  class_name: string;
  config: Record<string, unknown>;
  inbound_nodes: unknown[];
}

export interface ArchitectureOptions {
  readonly style?: ShortcutStyle;
  readonly normalise?: boolean;
  readonly dimension?: number;
  readonly lastScale?: number;
}

/** Bytecode as CPython 3.6 compiles it, between two bytes that stand for the rest of the code object. */
const code = (hex: string): string => Buffer.from(`e3${hex}f3`, 'hex').toString('base64');
const scaleSum = code('7c00640119007c00640219007c0114001700530064');
const scaling = code('7c007c0114005300');
const l2 = Buffer.from('\u00e3 l2_normalize').toString('base64');

/** The layers of the model, in the order in which they are computed. */
export function kerasArchitecture(options: ArchitectureOptions = {}): {
  class_name: string;
  config: { name: string; layers: KerasLayerJson[]; input_layers: unknown[]; output_layers: unknown[] };
} {
  const { style = 'scale-sum', normalise = false, dimension = 128, lastScale = 1 } = options;
  const layers: KerasLayerJson[] = [];
  const layer = (
    class_name: string,
    name: string,
    inputs: readonly string[],
    config: Record<string, unknown> = {},
  ): string => {
    const inbound = inputs.map((input) => [input, 0, 0, {}]);
    layers.push({
      name,
      class_name,
      config: { name, ...config },
      inbound_nodes: inputs.length === 0 ? [] : [inbound],
    });
    return name;
  };
  const convolution = (
    x: string,
    { name, kernel, stride, padding, channels }: InceptionConvolution,
  ): string => {
    const convolved = layer('Conv2D', name, [x], {
      filters: channels,
      kernel_size: kernel,
      strides: [stride, stride],
      padding,
      data_format: 'channels_last',
      dilation_rate: [1, 1],
      activation: 'linear',
      use_bias: false,
    });
    const normalised = layer('BatchNormalization', `${name}_BatchNorm`, [convolved], {
      axis: 3,
      epsilon: 0.001,
      center: true,
      scale: false,
    });
    return layer('Activation', `${name}_Activation`, [normalised], { activation: 'relu' });
  };
  const pool = (x: string, name: string): string =>
    layer('MaxPooling2D', name, [x], {
      pool_size: [3, 3],
      strides: [2, 2],
      padding: 'valid',
      data_format: 'channels_last',
    });
  const branch = (x: string, convolutions: InceptionBranch, name: string): string =>
    convolutions === 'pool' ? pool(x, `${name}_MaxPool_1a_3x3`) : convolutions.reduce(convolution, x);
  const moduleOf = (x: string, { branches }: InceptionModule, name: string, prefix: string): string =>
    layer(
      'Concatenate',
      name,
      branches.map((convolutions, i) => branch(x, convolutions, `${prefix}_Branch_${i}`)),
      { axis: 3 },
    );

  let x = layer('InputLayer', 'input_1', [], { batch_input_shape: [null, 160, 160, 3], dtype: 'float32' });
  for (let i = 0; i < 6; i++) {
    x = convolution(x, inceptionConvolutions[i]!);
    if (i === 2) x = pool(x, 'MaxPool_3a_3x3');
  }
  for (const block of inceptionResidualBlocks) {
    if (block.name === 'Block17_1') x = moduleOf(x, inceptionMixed6a, 'Mixed_6a', 'Mixed_6a');
    if (block.name === 'Block8_1') x = moduleOf(x, inceptionMixed7a, 'Mixed_7a', 'Mixed_7a');
    const mixed = moduleOf(x, block, `${block.name}_Concatenate`, block.name);
    const up = layer('Conv2D', `${block.name}_Conv2d_1x1`, [mixed], {
      filters: block.channels,
      kernel_size: [1, 1],
      strides: [1, 1],
      padding: 'same',
      activation: 'linear',
      use_bias: true,
    });
    const lambda = {
      function_type: 'lambda',
      arguments: { scale: block.relu ? block.scale : lastScale },
    };
    let sum: string;
    if (style === 'scale-sum') {
      const config = { ...lambda, function: [`${scaleSum}\n`, null, null] };
      sum = layer('Lambda', `${block.name}_ScaleSum`, [x, up], config);
    } else {
      const config = { ...lambda, function: [scaling, null, null] };
      const scaled = layer('Lambda', `lambda_${layers.length}`, [up], config);
      sum = layer('Add', `add_${layers.length}`, style === 'lost' ? [scaled, up] : [x, scaled]);
    }
    x = block.relu ? layer('Activation', `${block.name}_Activation`, [sum], { activation: 'relu' }) : sum;
  }
  x = layer('GlobalAveragePooling2D', 'AvgPool', [x], { data_format: 'channels_last' });
  x = layer('Dropout', 'Dropout', [x], { rate: 0.2 });
  x = layer('Dense', 'Bottleneck', [x], { units: dimension, activation: 'linear', use_bias: false });
  x = layer('BatchNormalization', 'Bottleneck_BatchNorm', [x], {
    axis: -1,
    epsilon: 0.001,
    center: true,
    scale: false,
  });
  if (normalise) {
    x = layer('Lambda', 'normalize', [x], {
      function: [l2, null, null],
      function_type: 'lambda',
      arguments: { axis: 1 },
    });
  }
  return {
    class_name: 'Model',
    config: {
      name: 'inception_resnet_v1',
      layers,
      input_layers: [['input_1', 0, 0]],
      output_layers: [[x, 0, 0]],
    },
  };
}
