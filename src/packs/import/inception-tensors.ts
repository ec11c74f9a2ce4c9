import { visageError } from '../../kernel/index.ts';
import { inceptionConvolutions, inceptionResidualBlocks } from '../../nets/index.ts';
import { unsupportedModel } from './keras-config.ts';

/** A tensor of Inception-ResNet-v1 by the names of our graph, whatever a file calls it. */
export interface InceptionTensor {
  readonly layer: string;
  /** `kernel`, `bias`, `beta`, `gamma`, `moving_mean`, `moving_variance`. */
  readonly part: string;
  /** Sizes in our order of axes; `undefined` stands for any. */
  readonly dims: readonly (number | undefined)[];
  /** Whether a network may do without. */
  readonly optional: boolean;
}

const any = undefined;

const needed = (layer: string, part: string, dims: InceptionTensor['dims']): InceptionTensor => ({
  layer,
  part,
  dims,
  optional: false,
});

const normalisation = (layer: string): InceptionTensor[] => [
  { layer, part: 'gamma', dims: [any], optional: true },
  ...['beta', 'moving_mean', 'moving_variance'].map((part) => needed(layer, part, [any])),
];

/** Every tensor, in the order of the layers, those of blocks' last convolutions after all others. */
export const inceptionTensors: readonly InceptionTensor[] = [
  ...inceptionConvolutions.flatMap(({ name, kernel }) =>
    [needed(name, 'kernel', [...kernel, any, any])].concat(normalisation(`${name}_BatchNorm`)),
  ),
  ...inceptionResidualBlocks.flatMap(({ name }) => [
    needed(`${name}_Conv2d_1x1`, 'kernel', [1, 1, any, any]),
    needed(`${name}_Conv2d_1x1`, 'bias', [any]),
  ]),
  needed('Bottleneck', 'kernel', [any, any]),
  ...normalisation('Bottleneck_BatchNorm'),
];

/** How many names a message lists. */
const listed = 5;

const list = (names: readonly string[]): string => {
  const shown = names.slice(0, listed).map((name) => name.slice(0, 100));
  return names.length > listed ? `${shown.join(', ')} and ${names.length - listed} more` : shown.join(', ');
};

/** What a file calls its tensors. */
export interface ForeignTensors {
  readonly path: string;
  /** All names in the file. */
  readonly names: readonly string[];
  /** Name of the first convolution's kernel; what a file puts before it, it puts before every name. */
  readonly landmark: string;
  /** What the file calls a tensor, without that beginning. */
  nameOf(tensor: InceptionTensor): string;
  /** Its sizes in our order of axes; `undefined` where it is not there. */
  dimsOf(name: string): readonly number[] | undefined;
}

/** Where the tensors are. */
export interface InceptionNames {
  /** What stands before every name in the file. */
  readonly prefix: string;
  /** Names in the file. */
  readonly names: ReadonlyMap<InceptionTensor, string>;
}

/**
 * Finds every tensor of the network in a file by name, and checks its shape. Other tensors, such as
 * classification layers, do not matter.
 * @throws VisageError `WEIGHTS_INVALID` listing all that is missing or of another shape;
 *   `WEIGHTS_UNSUPPORTED` where the file holds another network, or several
 */
export function findInception(file: ForeignTensors): InceptionNames {
  const { path, names, landmark } = file;
  const starts = names
    .filter((name) => name === landmark || name.endsWith(`.${landmark}`) || name.endsWith(`/${landmark}`))
    .map((name) => name.slice(0, -landmark.length));
  if (starts.length > 1) throw unsupportedModel(path, `it holds several FaceNets: ${list(starts)}`);
  const prefix = starts[0] ?? '';

  const found = new Map<InceptionTensor, string>();
  const missing: string[] = [];
  const misshapen: string[] = [];
  for (const tensor of inceptionTensors) {
    const name = prefix + file.nameOf(tensor);
    const dims = file.dimsOf(name);
    if (dims === undefined) {
      if (!tensor.optional) missing.push(name);
      continue;
    }
    found.set(tensor, name);
    const fits =
      dims.length === tensor.dims.length &&
      dims.every((size, axis) => size > 0 && size === (tensor.dims[axis] ?? size));
    const wanted = tensor.dims.map((size) => size ?? 'any').join('×');
    if (!fits) misshapen.push(`${name} (${dims.join('×')} instead of ${wanted}, in Visage's order of axes)`);
  }
  if (found.size === 0) {
    throw unsupportedModel(path, `none of its tensors is one of FaceNet by name; it has ${list(names)}`);
  }
  const problems = [
    ...(missing.length > 0 ? [`${missing.length} tensors are missing: ${list(missing)}`] : []),
    ...(misshapen.length > 0 ? [`${misshapen.length} have another shape: ${list(misshapen)}`] : []),
  ];
  if (problems.length === 0) return { prefix, names: found };
  throw visageError('WEIGHTS_INVALID', {
    path,
    network: 'inception-resnet-v1',
    reason: problems.join('; '),
  });
}
