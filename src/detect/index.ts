export { FaceDetector } from './detector.ts';
export type { Detection, FivePoints, LocatedFace } from './face.ts';
export { fivePointsOf } from './landmarks.ts';
export { decodeSsdBoxes } from './ssd-boxes.ts';
export { suppressOverlaps } from './suppression.ts';
