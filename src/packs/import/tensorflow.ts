import { TensorflowGraph } from '../../formats/index.ts';
import type { Tensor } from '../../kernel/index.ts';
import { inceptionDimension, inceptionResidualBlocks } from '../../nets/index.ts';
import type { WeightsFound } from './imported-weights.ts';
import { findInception, type InceptionTensor } from './inception-tensors.ts';
import { unsupportedModel } from './keras-config.ts';
import { likelyPreprocessing } from './lineages.ts';

// Names after davidsandberg/facenet, src/models/inception_resnet_v1.py.

const root = 'InceptionResnetV1/';

/** Scopes in which slim repeats blocks. */
const scopes: Readonly<Record<string, string>> = {
  Block35: 'Repeat/block35',
  Block17: 'Repeat_1/block17',
  Block8: 'Repeat_2/block8',
};

const parts: Readonly<Record<string, string>> = { kernel: 'weights', bias: 'biases' };

/** `Block8_2` → `Repeat_2/block8_2`; the last one stands outside of the repetition. */
const scopeOf = (block: string): string =>
  block === 'Block8_6'
    ? 'Block8'
    : block.replace(/^(Block\d+)_/, (_, family: string) => `${scopes[family]}_`);

/** What the graph calls the constant of a tensor, without the root. */
function constantName({ layer, part }: InceptionTensor): string {
  const scope = layer
    .replace(/_BatchNorm$/, '/BatchNorm')
    .replace(/^Block\d+_\d+(?=_)/, scopeOf)
    .replace(/_Branch_(\d)_/, '/Branch_$1/')
    .replace(/_Conv2d_1x1$/, '/Conv2d_1x1');
  return `${root}${scope}/${parts[part] ?? part}`;
}

/** The number that a block's last convolution is multiplied with, where the graph keeps it as a constant. */
function scaleIn(graph: TensorflowGraph, scope: string): number | undefined {
  for (const name of [`${scope}/mul/x`, `${scope}/mul/y`]) {
    const constant = graph.constant(name);
    if (constant?.dims.length === 0) return graph.floats(name).data[0];
  }
  return undefined;
}

/**
 * Reads a FaceNet from a frozen TensorFlow graph of davidsandberg/facenet: its constants by name. The
 * operations, among them the switches between training and use, are left aside: the known network is
 * built from the constants.
 *
 * @throws VisageError `FORMAT_INVALID`, `FORMAT_UNSUPPORTED`, `WEIGHTS_UNSUPPORTED`, `WEIGHTS_INVALID`
 */
export function importTensorflow(bytes: Uint8Array, path: string): WeightsFound {
  const graph = new TensorflowGraph(bytes, path);
  const constants = [...graph.nodes.values()].filter(({ op }) => op === 'Const').map(({ name }) => name);
  const folded =
    constants.some((name) => name.includes(root)) && !constants.some((name) => name.includes('/BatchNorm/'));
  if (folded) {
    throw unsupportedModel(
      path,
      'its normalisations were folded into the convolutions; take the original graph',
    );
  }
  const { prefix, names } = findInception({
    path,
    names: constants,
    landmark: `${root}Conv2d_1a_3x3/weights`,
    nameOf: constantName,
    dimsOf: (name) => graph.constant(name)?.dims,
  });
  const weights = new Map<string, Tensor<'float32'>>();
  for (const [{ layer, part }, name] of names) weights.set(`${layer}/${part}`, graph.floats(name));

  let lastScale = 1;
  for (const { name, scale, relu } of inceptionResidualBlocks) {
    const scope = `${prefix}${root}${scopeOf(name)}`;
    const factor = scaleIn(graph, scope) ?? scale;
    if (!relu) lastScale = factor;
    else if (Math.abs(factor - scale) > 1e-6) {
      throw unsupportedModel(path, `the scale of ${scope} is ${factor}, not ${scale}`);
    }
  }
  const dimension = inceptionDimension(weights, path);
  return {
    form: 'tensorflow-graph',
    architecture: 'inception-resnet-v1',
    weights,
    dimension,
    lastScale,
    normalised: graph.nodes.has(`${prefix}embeddings`),
    preprocessing: likelyPreprocessing(dimension),
  };
}
