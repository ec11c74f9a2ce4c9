import { Hdf5File } from '../../formats/index.ts';
import { visageError } from '../../kernel/index.ts';
import { inceptionConvolutions, inceptionDimension, inceptionResidualBlocks } from '../../nets/index.ts';
import { inceptionStructure, type InceptionStructure } from './inception-structure.ts';
import type { WeightsFound } from './imported-weights.ts';
import { parseKerasModel, unsupportedModel } from './keras-config.ts';
import { readKerasWeights } from './keras-weights.ts';
import { likelyPreprocessing } from './lineages.ts';

/** Every layer of an Inception-ResNet-v1 that owns weights: 245. */
const weightLayers: ReadonlySet<string> = new Set([
  ...inceptionConvolutions.flatMap(({ name }) => [name, `${name}_BatchNorm`]),
  ...inceptionResidualBlocks.map(({ name }) => `${name}_Conv2d_1x1`),
  'Bottleneck',
  'Bottleneck_BatchNorm',
]);

/**
 * Reads a FaceNet from a Keras HDF5 file: a full model (`facenet_keras.h5` and those of the
 * keras-facenet package), whose architecture is checked against ours layer by layer, or weights alone
 * (deepface), which are taken by the names of their layers.
 *
 * @throws VisageError `FORMAT_INVALID`, `FORMAT_UNSUPPORTED`, `WEIGHTS_UNSUPPORTED`, `WEIGHTS_INVALID`
 */
export function importKeras(bytes: Uint8Array, path: string): WeightsFound {
  const file = new Hdf5File(bytes, path);
  const config = file.texts('/', 'model_config')?.[0];
  const structure = config === undefined ? undefined : inceptionStructure(parseKerasModel(config, path));
  const group =
    structure === undefined && file.object('model_weights') === undefined ? '/' : '/model_weights';
  const weights = readKerasWeights(file, group, (layer) => weightLayers.has(layer));
  if (weights === undefined) {
    const found = 'it is an HDF5 file, but Keras did not write it (it has no layer_names)';
    const advice = 'Import a file that Keras saved with save or save_weights.';
    throw visageError('WEIGHTS_NOT_A_MODEL', { path, found, advice });
  }
  if (weights.size === 0) throw unsupportedModel(path, 'none of its layers is one of FaceNet by name');
  const dimension = inceptionDimension(weights, path);
  // The keras-facenet package feeds its full models of 2018, which end in a normalisation, with /127.5.
  const packaged = structure?.normalised === true && dimension === 512;
  const likely = likelyName(structure, dimension);
  return {
    ...(likely !== undefined && { likely }),
    form: structure === undefined ? 'keras-weights' : 'keras-model',
    architecture: 'inception-resnet-v1',
    weights,
    dimension,
    lastScale: structure?.lastScale ?? 1,
    normalised: structure?.normalised ?? false,
    preprocessing: packaged ? 'fixed-127.5' : likelyPreprocessing(dimension),
  };
}

function likelyName(structure: InceptionStructure | undefined, dimension: number): string | undefined {
  if (structure === undefined)
    return dimension === 128 || dimension === 512 ? `deepface-${dimension}` : undefined;
  return structure.scaleSums && !structure.normalised && dimension === 128 ? 'facenet_keras' : undefined;
}
