import type { LocatedFace } from '../detect/index.ts';
import type { Photo } from '../image/index.ts';
import { eyeBrightness } from './eye-brightness.ts';
import { judgedFace, judgedSidePx } from './face-crop.ts';
import { headPose, type HeadPose } from './pose.ts';
import { type Region, relativeLaplacian } from './sharpness.ts';

/** What can be wrong with a face. */
export type QualityFault = 'small' | 'blurred' | 'turned' | 'eyes-hidden' | 'cut-off' | 'doubtful';

/** How well a face can be recognised, and why not better. */
export interface FaceQuality {
  /**
   * In [0, 1]: the product of a grade for each property, 1 where it takes nothing away. The weight of an
   * example in a gallery.
   */
  readonly overall: number;
  /** `good`: no fault; `poor`: `overall` is below 0.25, and a gallery passes it over where the person has a better example; `fair`: in between. */
  readonly verdict: 'good' | 'fair' | 'poor';
  /** Worst first. */
  readonly faults: readonly QualityFault[];
  /** `faults` in words, with what was measured, e.g. `the eyes are only 11 px apart`. */
  readonly reasons: readonly string[];
  /** Pixels of the photo between the eyes, as of a face that looks straight ahead. */
  readonly eyeDistancePx: number;
  /**
   * In [0, 1], independent of contrast and of the size of the photo: 0.5 where embeddings begin to suffer.
   * Measured on the face at a fixed size, so a face of few pixels is blurred too.
   */
  readonly sharpness: number;
  /** Null where the landmarks are no face's. */
  readonly pose: HeadPose | null;
  /** See `eyeBrightness`: below 0.42 the eyes are behind dark glasses or in deep shade. */
  readonly eyeBrightness: number;
  /** Share of the face and its surroundings that lies inside the photo, in [0, 1]. */
  readonly inPhoto: number;
  /** The detector's confidence, in [0, 1]. */
  readonly score: number;
}

/** The face without background, in a judged face. */
const inner: Region = { left: 26, top: 34, width: 60, height: 68 };
/** The relative Laplacian that `sharpness` 0.5 stands for. */
const halfSharp = 0.02;

/**
 * From where on a property counts as a fault (the grade is 1/2 there), and where nothing is left of it
 * (0); it is perfect as far on the other side. Of 150 LFW photos blurred and shrunk step by step, the
 * embedding of `bundled` moves by 0.11 at eyes 14 px apart and by 0.19 at 10 px, by 0.16 at sharpness 0.5
 * and by 0.25 at 0.28 (medians; its limit between two people is 0.42).
 */
const limits = {
  eyeDistancePx: { fault: 12, nothing: 4 },
  sharpness: { fault: 0.4, nothing: 0.1 },
  turnDegrees: { fault: 45, nothing: 75 },
  eyeBrightness: { fault: 0.42, nothing: 0 },
  inPhoto: { fault: 0.75, nothing: 0.5 },
  score: { fault: 0.6, nothing: 0.3 },
} as const;

/** Of `overall`: a face below it is poor. */
export const poorBelow = 0.25;

/** 0 at `nothing`, ½ at `fault`, 1 as far beyond. */
const grade = (value: number, { fault, nothing }: { fault: number; nothing: number }): number =>
  Math.min(1, Math.max(0, (value - nothing) / (2 * (fault - nothing)) || 0));

/**
 * Judges one face of a photo. Pure: the same pixels and landmarks give the same answer.
 * @param face box and landmarks in pixels of the upright photo
 */
export function faceQuality(photo: Photo, face: LocatedFace): FaceQuality {
  const judged = judgedFace(photo, face.landmarks);
  const pose = headPose(face.landmarks);
  if (judged === undefined || pose === undefined) return noFace(face.score);
  const laplacian = relativeLaplacian(judged.luma, judgedSidePx, inner);
  const measured = {
    eyeDistancePx: judged.eyeDistancePx,
    sharpness: laplacian / (laplacian + halfSharp),
    eyeBrightness: eyeBrightness(judged.luma),
    inPhoto: judged.inPhoto,
    score: face.score,
  };
  const turn = turnDegrees(pose);
  const side = pose.yaw < 0 ? 'left' : 'right';
  const upright = Math.abs(pose.pitch) > Math.abs(pose.yaw);
  const direction = upright ? (pose.pitch < 0 ? 'down' : 'up') : `to the ${side} of the picture`;
  const checks: readonly [QualityFault, number, string][] = [
    [
      'small',
      grade(measured.eyeDistancePx, limits.eyeDistancePx),
      `the face is small: its eyes are ${Math.round(measured.eyeDistancePx)} px apart`,
    ],
    [
      'blurred',
      grade(measured.sharpness, limits.sharpness),
      `the face is blurred (sharpness ${measured.sharpness.toFixed(2)})`,
    ],
    [
      'turned',
      grade(turn, limits.turnDegrees),
      `the head is turned ${direction} by about ${Math.round(turn)}°`,
    ],
    [
      'eyes-hidden',
      grade(measured.eyeBrightness, limits.eyeBrightness),
      'the eyes are not visible (dark glasses or deep shade)',
    ],
    [
      'cut-off',
      grade(measured.inPhoto, limits.inPhoto),
      `the face is cut off by the edge of the photo (${percentage(1 - measured.inPhoto)} are missing)`,
    ],
    [
      'doubtful',
      grade(measured.score, limits.score),
      `the detector is not sure that this is a face (${percentage(measured.score)})`,
    ],
  ];
  const found = checks.filter(([, value]) => value < 0.5).sort((a, b) => a[1] - b[1]);
  const overall = checks.reduce((product, [, value]) => product * value, 1);
  return {
    overall,
    verdict: overall < poorBelow ? 'poor' : found.length > 0 ? 'fair' : 'good',
    faults: found.map(([fault]) => fault),
    reasons: found.map(([, , reason]) => reason),
    pose,
    ...measured,
  };
}

const percentage = (share: number): string => `${Math.round(100 * share)} %`;

/** Degrees between where the face looks and the camera, whatever the roll. */
function turnDegrees({ yaw, pitch }: HeadPose): number {
  const cosine = Math.cos((yaw * Math.PI) / 180) * Math.cos((pitch * Math.PI) / 180);
  return (Math.acos(Math.min(1, Math.max(-1, cosine))) * 180) / Math.PI;
}

const noFace = (score: number): FaceQuality => ({
  overall: 0,
  verdict: 'poor',
  faults: ['doubtful'],
  reasons: ['its landmarks are no face’s'],
  eyeDistancePx: 0,
  sharpness: 0,
  pose: null,
  eyeBrightness: 0,
  inPhoto: 0,
  score,
});

const rounded = (value: number, digits: number): number => Number(value.toFixed(digits));

/** What a gallery keeps of it beside an example, rounded: finite numbers by name. */
export function qualityNumbers(quality: FaceQuality): Readonly<Record<string, number>> {
  const { overall, eyeDistancePx, sharpness, pose, score } = quality;
  return {
    overall: rounded(overall, 4),
    eyeDistancePx: rounded(eyeDistancePx, 1),
    sharpness: rounded(sharpness, 4),
    ...(pose !== null && {
      yaw: rounded(pose.yaw, 1),
      pitch: rounded(pose.pitch, 1),
      roll: rounded(pose.roll, 1),
    }),
    eyeBrightness: rounded(quality.eyeBrightness, 4),
    inPhoto: rounded(quality.inPhoto, 4),
    score: rounded(score, 4),
  };
}
