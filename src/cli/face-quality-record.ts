import type { FaceQuality } from '../quality/index.ts';
import { rounded } from './view/numbers.ts';

/** How good a face is, for `--json`. */
export const qualityRecord = (quality: FaceQuality): unknown => ({
  overall: rounded(quality.overall, 4),
  verdict: quality.verdict,
  faults: quality.faults,
  reasons: quality.reasons,
  eyeDistancePx: rounded(quality.eyeDistancePx, 1),
  sharpness: rounded(quality.sharpness, 4),
  pose: quality.pose && {
    yaw: rounded(quality.pose.yaw, 1),
    pitch: rounded(quality.pose.pitch, 1),
    roll: rounded(quality.pose.roll, 1),
  },
  eyeBrightness: rounded(quality.eyeBrightness, 4),
  inPhoto: rounded(quality.inPhoto, 4),
});
