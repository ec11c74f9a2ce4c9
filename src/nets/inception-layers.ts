/**
 * The convolutions of Inception-ResNet-v1 as FaceNet has it, by the names of the published Keras model,
 * from which the names of the weights follow; see `inception-resnet-v1.ts`.
 */
export interface InceptionConvolution {
  /** Layer name in Keras: `Block35_1_Branch_0_Conv2d_1x1`. */
  readonly name: string;
  /** Height and width. */
  readonly kernel: readonly [number, number];
  readonly stride: 1 | 2;
  readonly padding: 'same' | 'valid';
  /** Output channels of the published networks. */
  readonly channels: number;
}

/** Convolutions one after the other, or the pooling branch. */
export type InceptionBranch = readonly InceptionConvolution[] | 'pool';

/** Branches side by side over one input; what they give is concatenated. */
export interface InceptionModule {
  /** `Block35_1`, `Mixed_6a`. */
  readonly name: string;
  readonly branches: readonly InceptionBranch[];
}

/**
 * A module whose concatenation is brought back to the input's channels by the 1×1 convolution
 * `<name>_Conv2d_1x1` (with bias, without normalisation), scaled and added to the input.
 */
export interface InceptionBlock extends InceptionModule {
  readonly scale: number;
  readonly relu: boolean;
  /** Input and output channels of the published networks. */
  readonly channels: number;
}

/** A convolution named after its kernel: `Conv2d_0b_1x7`. */
function convolution(
  prefix: string,
  name: string,
  channels: number,
  stride: 1 | 2 = 1,
  padding: 'same' | 'valid' = stride === 2 ? 'valid' : 'same',
): InceptionConvolution {
  const [height, width] = name.slice(name.lastIndexOf('_') + 1).split('x');
  return { name: prefix + name, kernel: [Number(height), Number(width)], stride, padding, channels };
}

type Part = readonly [name: string, channels: number, stride?: 1 | 2];

const moduleOf = (name: string, branches: readonly (readonly Part[] | 'pool')[]): InceptionModule => ({
  name,
  branches: branches.map((branch, index) =>
    branch === 'pool'
      ? branch
      : branch.map(([part, channels, stride]) =>
          convolution(`${name}_Branch_${index}_`, part, channels, stride),
        ),
  ),
});

const blockOf = (
  name: string,
  scale: number,
  channels: number,
  branches: readonly (readonly Part[])[],
): InceptionBlock => ({ ...moduleOf(name, branches), scale, channels, relu: true });

const blocks = (
  family: string,
  count: number,
  ...rest: readonly [scale: number, channels: number, branches: readonly (readonly Part[])[]]
): InceptionBlock[] => Array.from({ length: count }, (_, i) => blockOf(`${family}_${i + 1}`, ...rest));

/** The first layers; between the two lists lies a max pooling. */
export const inceptionStem: readonly [readonly InceptionConvolution[], readonly InceptionConvolution[]] = [
  [
    convolution('', 'Conv2d_1a_3x3', 32, 2),
    convolution('', 'Conv2d_2a_3x3', 32, 1, 'valid'),
    convolution('', 'Conv2d_2b_3x3', 64),
  ],
  [
    convolution('', 'Conv2d_3b_1x1', 80, 1, 'valid'),
    convolution('', 'Conv2d_4a_3x3', 192, 1, 'valid'),
    convolution('', 'Conv2d_4b_3x3', 256, 2),
  ],
];

/** On pictures of 17×17. */
export const inceptionBlocks35: readonly InceptionBlock[] = blocks('Block35', 5, 0.17, 256, [
  [['Conv2d_1x1', 32]],
  [
    ['Conv2d_0a_1x1', 32],
    ['Conv2d_0b_3x3', 32],
  ],
  [
    ['Conv2d_0a_1x1', 32],
    ['Conv2d_0b_3x3', 32],
    ['Conv2d_0c_3x3', 32],
  ],
]);

/** From 17×17 to 8×8. */
export const inceptionMixed6a: InceptionModule = moduleOf('Mixed_6a', [
  [['Conv2d_1a_3x3', 384, 2]],
  [
    ['Conv2d_0a_1x1', 192],
    ['Conv2d_0b_3x3', 192],
    ['Conv2d_1a_3x3', 256, 2],
  ],
  'pool',
]);

/** On pictures of 8×8. */
export const inceptionBlocks17: readonly InceptionBlock[] = blocks('Block17', 10, 0.1, 896, [
  [['Conv2d_1x1', 128]],
  [
    ['Conv2d_0a_1x1', 128],
    ['Conv2d_0b_1x7', 128],
    ['Conv2d_0c_7x1', 128],
  ],
]);

/** From 8×8 to 3×3. */
export const inceptionMixed7a: InceptionModule = moduleOf('Mixed_7a', [
  [
    ['Conv2d_0a_1x1', 256],
    ['Conv2d_1a_3x3', 384, 2],
  ],
  [
    ['Conv2d_0a_1x1', 256],
    ['Conv2d_1a_3x3', 256, 2],
  ],
  [
    ['Conv2d_0a_1x1', 256],
    ['Conv2d_0b_3x3', 256],
    ['Conv2d_1a_3x3', 256, 2],
  ],
  'pool',
]);

const branches8 = [
  [['Conv2d_1x1', 192]],
  [
    ['Conv2d_0a_1x1', 192],
    ['Conv2d_0b_1x3', 192],
    ['Conv2d_0c_3x1', 192],
  ],
] as const;

/** On pictures of 3×3; the last has a scale of 1 and no ReLU. */
export const inceptionBlocks8: readonly InceptionBlock[] = [
  ...blocks('Block8', 5, 0.2, 1792, branches8),
  { ...blockOf('Block8_6', 1, 1792, branches8), relu: false },
];

/** Every convolution that a normalisation follows, in the order in which they are computed. */
export const inceptionConvolutions: readonly InceptionConvolution[] = [
  ...inceptionStem.flat(),
  ...[
    ...inceptionBlocks35,
    inceptionMixed6a,
    ...inceptionBlocks17,
    inceptionMixed7a,
    ...inceptionBlocks8,
  ].flatMap(({ branches }) => branches.flatMap((branch) => (branch === 'pool' ? [] : branch))),
];

/** Every residual block, in order. */
export const inceptionResidualBlocks: readonly InceptionBlock[] = [
  ...inceptionBlocks35,
  ...inceptionBlocks17,
  ...inceptionBlocks8,
];
