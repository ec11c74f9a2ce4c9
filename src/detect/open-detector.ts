import { visageError } from '../kernel/index.ts';
import type { OpenPack } from '../packs/index.ts';
import type { InferencePool, ModelFile } from '../runtime/index.ts';
import { FaceDetector } from './detector.ts';
import type { FaceFinder } from './face-finder.ts';
import { MtcnnDetector } from './mtcnn/detector.ts';
import { SingleShotDetector } from './single-shot.ts';

/**
 * The detector of a pack.
 * @throws VisageError `OPTION_INVALID` for settings outside of their ranges
 */
export function openDetector({ name, detector, models }: OpenPack, pool: InferencePool): FaceFinder {
  const required = (model: ModelFile | undefined, what: string): ModelFile => {
    if (model !== undefined) return model;
    throw visageError('MODEL_INVALID', { network: detector.network, reason: `pack ${name} has no ${what}` });
  };
  if (detector.network === 'ssd-mobilenet-v1') {
    const landmarks = required(models.landmarks, 'landmark network');
    const detectorBytes = detector.looks.some((look) => look.arithmetic === 'bytes')
      ? required(models.detectorBytes, 'detector in 8-bit arithmetic')
      : models.detector;
    return new FaceDetector({ detector: models.detector, detectorBytes, landmarks }, detector, pool);
  }
  if (detector.network !== 'mtcnn') return new SingleShotDetector(models.detector, detector, pool);
  const rnet = required(models.refine, 'R-Net');
  const onet = required(models.landmarks, 'O-Net');
  return new MtcnnDetector({ pnet: models.detector, rnet, onet }, detector, pool);
}
