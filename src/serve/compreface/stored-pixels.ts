import type { Point } from '../../kernel/index.ts';

/**
 * Where a point of the upright photo lies in the pixels as they are stored.
 * @param orientation EXIF's, 1 to 8 (CIPA DC-008, tag 0x0112)
 * @param width of the upright photo, as `height`
 */
export function storedPoint({ x, y }: Point, orientation: number, width: number, height: number): Point {
  switch (orientation) {
    case 2:
      return { x: width - x, y };
    case 3:
      return { x: width - x, y: height - y };
    case 4:
      return { x, y: height - y };
    case 5:
      return { x: y, y: x };
    case 6:
      return { x: y, y: width - x };
    case 7:
      return { x: height - y, y: width - x };
    case 8:
      return { x: height - y, y: x };
    default:
      return { x, y };
  }
}
