import type { Box, Point } from '../kernel/index.ts';
import { rounded } from './view/numbers.ts';

/** A box in whole pixels of the upright photo. */
export const boxRecord = ({ x, y, width, height }: Box): Box => ({
  x: Math.round(x),
  y: Math.round(y),
  width: Math.round(width),
  height: Math.round(height),
});

/** A point in pixels of the upright photo, to a tenth. */
export const pointRecord = ({ x, y }: Point): Point => ({ x: rounded(x, 1), y: rounded(y, 1) });
