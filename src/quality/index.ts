export { eyeBrightness } from './eye-brightness.ts';
export { judgedFace, judgedSidePx, judgedTemplate, lumaOf } from './face-crop.ts';
export type { JudgedFace } from './face-crop.ts';
export { faceQuality, poorBelow, qualityNumbers } from './face-quality.ts';
export type { FaceQuality, QualityFault } from './face-quality.ts';
export { headPose } from './pose.ts';
export type { HeadPose } from './pose.ts';
export { relativeLaplacian } from './sharpness.ts';
export type { Region } from './sharpness.ts';
