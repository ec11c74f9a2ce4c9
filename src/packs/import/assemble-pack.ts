import type { FileSource as WeightFile } from '../../formats/index.ts';
import type { NewPack } from '../keeper/install.ts';
import type { AssembleOptions } from './assemble-options.ts';
import { facenetOfFiles } from './facenet-of-files.ts';
import { incomplete } from './incomplete.ts';
import { packOfOnnx } from './pack-of-onnx.ts';
import { readWeightFiles } from './weight-files.ts';

/**
 * Makes a pack of weight files, told apart by their content: a FaceNet in any form that `importWeights`
 * reads, alone or with the networks of MTCNN; or ONNX files with a description.
 *
 * Without the three networks of MTCNN, or without the detector of a description, the bundled detector
 * finds the faces.
 * @throws VisageError as `importWeights`; `PACK_INCOMPLETE`, `PACK_INVALID`
 */
export async function assemblePack(
  files: readonly WeightFile[],
  options: AssembleOptions = {},
): Promise<NewPack> {
  const read = await readWeightFiles(files);
  if (read.weights !== undefined && read.onnx.length === 0) {
    return facenetOfFiles({ ...read, weights: read.weights }, options);
  }
  if (read.weights === undefined && read.onnx.length > 0) return packOfOnnx(read, options);
  throw incomplete(
    read.weights === undefined ? 'none of them is an embedder' : 'they hold a FaceNet and ONNX networks',
    'Give a FaceNet (.h5, .pt, .pb) with or without the networks of MTCNN, or ONNX files with a description.',
  );
}
