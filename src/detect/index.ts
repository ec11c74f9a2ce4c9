export type { Detection, FivePoints, LocatedFace } from './face.ts';
