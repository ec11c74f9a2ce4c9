import type { Box } from '../../kernel/index.ts';
import type { MtcnnBoxRule } from '../../packs/index.ts';

/**
 * The box that MTCNN gives a face.
 * - `exact`: unrounded, its size the distance of its sides;
 * - `0.1.0`: ipazc/mtcnn 0.1.0, [int x1, int y1, int(x2 − x1), int(y2 − y1)]: x and y may be negative;
 * - `0.1.1`: ipazc/mtcnn 0.1.1, [X = max(0, int x1), Y alike, int(x2 − X), int(y2 − Y)].
 * @param sides left, upper, right, lower, in pixels of the photo
 */
export function boxOf(
  [left, top, right, bottom]: readonly [number, number, number, number],
  rule: MtcnnBoxRule,
): Box {
  if (rule === 'exact') return { x: left, y: top, width: right - left, height: bottom - top };
  // Adding 0 turns −0, which stands for anything in (−1, 0), into 0.
  const [wholeLeft, wholeTop] = [Math.trunc(left) + 0, Math.trunc(top) + 0];
  if (rule === '0.1.0') {
    return {
      x: wholeLeft,
      y: wholeTop,
      width: Math.trunc(right - left),
      height: Math.trunc(bottom - top),
    };
  }
  const [x, y] = [Math.max(0, wholeLeft), Math.max(0, wholeTop)];
  return { x, y, width: Math.trunc(right - x), height: Math.trunc(bottom - y) };
}
