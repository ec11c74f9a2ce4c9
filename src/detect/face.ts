import type { Box, Point } from '../kernel/index.ts';

/** Image-left eye, image-right eye, nose tip, image-left mouth corner, image-right mouth corner. */
export type FivePoints = readonly [Point, Point, Point, Point, Point];

/** One face in a raster, in that raster's pixels. */
export interface Detection {
  readonly box: Box;
  /** The detector's confidence, in [0, 1]. */
  readonly score: number;
}

/** A detection with its landmarks. */
export interface LocatedFace extends Detection {
  readonly landmarks: FivePoints;
}
