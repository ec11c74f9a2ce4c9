import type { LocatedFace } from '../detect/index.ts';
import { boxArea, clipBox, type Box } from '../kernel/index.ts';

/** How far `box` is to the side of the photo's middle line: 0 on it, 1 at the edge or beyond. */
function offMiddleLine(box: Box, width: number): number {
  return Math.min(1, Math.abs(box.x + box.width / 2 - width / 2) / (width / 2));
}

/**
 * The face that a photo of one person is about. A training photo often shows others too, beside or
 * behind the person, and the most confident face need not be the person's. So the face counts whose
 * score · visible area · (1 − distance from the middle line)² is largest: a large face beats a small
 * one, of two alike the central one wins, and a doubtful detection must be much larger to win. The
 * idea is that of davidsandberg/facenet, `align_dataset_mtcnn.py` (area − 2·offset²), here without its
 * dependence on the photo's size in pixels, and from side to side only: of two people who stand side
 * by side, the taller one's head is nearer to the upper edge, which says nothing. Ties go to the earlier face, which has the better score.
 * @param faces boxes in pixels of a photo of `width` × `height`, best score first.
 */
export function mainFace(
  faces: readonly LocatedFace[],
  width: number,
  height: number,
): LocatedFace | undefined {
  let chosen: LocatedFace | undefined;
  let most = -Infinity;
  for (const face of faces) {
    const centred = 1 - offMiddleLine(face.box, width);
    const weight = face.score * boxArea(clipBox(face.box, width, height)) * centred * centred;
    if (weight > most) [chosen, most] = [face, weight];
  }
  return chosen;
}
