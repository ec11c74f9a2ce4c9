import { TorchCheckpoint } from '../../formats/index.ts';
import type { Tensor } from '../../kernel/index.ts';
import {
  inceptionBlocks17,
  inceptionBlocks35,
  inceptionBlocks8,
  inceptionDimension,
  inceptionMixed6a,
  inceptionMixed7a,
  inceptionResidualBlocks,
  inceptionStem,
  type InceptionModule,
} from '../../nets/index.ts';
import type { WeightsFound } from './imported-weights.ts';
import { findInception, type InceptionTensor } from './inception-tensors.ts';
import { likelyPreprocessing } from './lineages.ts';

// Names after timesler/facenet-pytorch, models/inception_resnet_v1.py.

/** `Block35_2` → `repeat_1.1`: its blocks count from 0, and the last stands alone. */
const blockModules: ReadonlyMap<string, string> = new Map([
  ...inceptionBlocks35.map(({ name }, i) => [name, `repeat_1.${i}`] as const),
  ...inceptionBlocks17.map(({ name }, i) => [name, `repeat_2.${i}`] as const),
  ...inceptionBlocks8.map(({ name, relu }, i) => [name, relu ? `repeat_3.${i}` : 'block8'] as const),
]);

/** `branch1.0` is the first convolution of a branch of several, `branch0` the only one. */
const convolutionsIn = ({ branches }: InceptionModule, module: string): [string, string][] =>
  branches.flatMap((branch, b) =>
    branch === 'pool'
      ? []
      : branch.map(({ name }, i): [string, string] => [
          name,
          `${module}.branch${b}${branch.length > 1 ? `.${i}` : ''}`,
        ]),
  );

/** Modules of all convolutions with a normalisation: `Conv2d_1a_3x3` → `conv2d_1a`. */
const modules: ReadonlyMap<string, string> = new Map([
  ...inceptionStem.flat().map(({ name }) => [name, name.toLowerCase().replace(/_\dx\d$/, '')] as const),
  ...[...blockModules].flatMap(([name, module]) =>
    convolutionsIn(inceptionResidualBlocks.find((block) => block.name === name)!, module),
  ),
  ...convolutionsIn(inceptionMixed6a, 'mixed_6a'),
  ...convolutionsIn(inceptionMixed7a, 'mixed_7a'),
]);

const normalisationParts: Readonly<Record<string, string>> = {
  gamma: 'weight',
  beta: 'bias',
  moving_mean: 'running_mean',
  moving_variance: 'running_var',
};

/** What facenet-pytorch calls a tensor. */
function torchName({ layer, part }: InceptionTensor): string {
  if (layer === 'Bottleneck') return 'last_linear.weight';
  const normalised = normalisationParts[part];
  if (layer === 'Bottleneck_BatchNorm') return `last_bn.${normalised}`;
  if (normalised !== undefined)
    return `${modules.get(layer.slice(0, -'_BatchNorm'.length))}.bn.${normalised}`;
  const module = modules.get(layer);
  if (module !== undefined) return `${module}.conv.weight`;
  const block = blockModules.get(layer.slice(0, -'_Conv2d_1x1'.length));
  return `${block}.conv2d.${part === 'bias' ? 'bias' : 'weight'}`;
}

/** From [out, in, height, width] and [out, in] to our order of axes. */
const axesOf: Readonly<Record<number, readonly number[]>> = { 4: [2, 3, 1, 0], 2: [1, 0] };

const permute = (dims: readonly number[]): readonly number[] =>
  axesOf[dims.length]?.map((axis) => dims[axis]!) ?? dims;

/**
 * Reads a FaceNet from a PyTorch checkpoint with the names of facenet-pytorch: its published files and
 * what people trained from them, also as part of a larger network. Classification layers are left out.
 *
 * @throws VisageError `FORMAT_INVALID`, `FORMAT_UNSUPPORTED`, `WEIGHTS_UNSUPPORTED`, `WEIGHTS_INVALID`,
 *   `WEIGHTS_NOT_A_MODEL`
 */
export async function importTorch(bytes: Uint8Array, path: string): Promise<WeightsFound> {
  const checkpoint = await TorchCheckpoint.open({ name: path, bytes });
  const { tensors } = checkpoint;
  const found = findInception({
    path,
    names: [...tensors.keys()],
    landmark: 'conv2d_1a.conv.weight',
    nameOf: torchName,
    dimsOf: (name) => {
      const dims = tensors.get(name)?.dims;
      return dims && permute(dims);
    },
  });
  const weights = new Map<string, Tensor<'float32'>>();
  for (const [{ layer, part, dims }, name] of found.names) {
    const tensor = await checkpoint.floats(name, axesOf[dims.length]);
    // The published networks were trained without it and have ones.
    if (part === 'gamma' && tensor.data.every((value) => value === 1)) continue;
    weights.set(`${layer}/${part}`, tensor);
  }
  const dimension = inceptionDimension(weights, path);
  return {
    form: 'torch-checkpoint',
    architecture: 'inception-resnet-v1',
    weights,
    dimension,
    lastScale: 1,
    normalised: true,
    preprocessing: likelyPreprocessing(dimension),
  };
}
