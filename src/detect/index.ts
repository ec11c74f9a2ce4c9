export type { Detection, FivePoints, LocatedFace } from './face.ts';
export { decodeSsdBoxes } from './ssd-boxes.ts';
export { suppressOverlaps } from './suppression.ts';
