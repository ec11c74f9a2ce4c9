import { visageError } from '../kernel/index.ts';
import type { OpenPack } from '../packs/index.ts';
import type { InferencePool } from '../runtime/index.ts';
import { FaceDetector } from './detector.ts';
import type { FaceFinder } from './face-finder.ts';
import { MtcnnDetector } from './mtcnn/detector.ts';

/**
 * The detector of a pack.
 * @throws VisageError `OPTION_INVALID` for settings outside of their ranges
 */
export function openDetector({ name, detector, models }: OpenPack, pool: InferencePool): FaceFinder {
  if (detector.network === 'ssd-mobilenet-v1') return new FaceDetector(models, detector, pool);
  const { detector: pnet, refine: rnet, landmarks: onet } = models;
  if (rnet === undefined) {
    throw visageError('MODEL_INVALID', { network: detector.network, reason: `pack ${name} has no R-Net` });
  }
  return new MtcnnDetector({ pnet, rnet, onet }, detector, pool);
}
