export { FaceDetector } from './detector.ts';
export type { FaceFinder } from './face-finder.ts';
export type { Detection, FivePoints, LocatedFace } from './face.ts';
export { fivePointsOf } from './landmarks.ts';
export { MtcnnDetector } from './mtcnn/detector.ts';
export type { MtcnnModels } from './mtcnn/detector.ts';
export { openDetector } from './open-detector.ts';
export { decodeSsdBoxes } from './ssd-boxes.ts';
export { suppressOverlaps } from './suppression.ts';
