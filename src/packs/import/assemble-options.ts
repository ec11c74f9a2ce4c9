import type { InceptionPreprocessing } from '../../nets/index.ts';
import type { PublishedPack } from '../published-packs.ts';
import type { PackDescription } from '../record/pack-description.ts';

export interface AssembleOptions {
  /** Name of the pack; default: that of the published weights that the files are. */
  readonly name?: string | undefined;
  /** How ONNX files become a pack; default: the description of the published pack that they belong to. */
  readonly description?: PackDescription | undefined;
  /** What the pixels of a FaceNet's crops become; default: what its lineage tells. */
  readonly preprocessing?: InceptionPreprocessing | undefined;
  readonly colourOrder?: 'rgb' | 'bgr' | undefined;
  /** Packs that are known by the hashes of their files. */
  readonly registry?: readonly PublishedPack[] | undefined;
}
