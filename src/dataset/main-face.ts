import type { LocatedFace } from '../detect/index.ts';
import { boxArea, clipBox, type Box } from '../kernel/index.ts';

/** Distance of the middle of `box` from the middle of the photo: 0 there, 1 in a corner. */
function offCentre(box: Box, width: number, height: number): number {
  const dx = box.x + box.width / 2 - width / 2;
  const dy = box.y + box.height / 2 - height / 2;
  return Math.min(1, Math.hypot(dx, dy) / Math.hypot(width / 2, height / 2));
}

/**
 * The face that a photo of one person is about. A training photo often shows others too, beside or
 * behind the person, and the most confident face need not be the person's. So the face counts whose
 * score · visible area · (1 − distance from the middle)² is largest: a large face beats a small one,
 * of two alike the central one wins, and a doubtful detection must be much larger to win. The idea
 * is that of davidsandberg/facenet, `align_dataset_mtcnn.py` (area − 2·offset²), here without its
 * dependence on the photo's size in pixels. Ties go to the earlier face, which has the better score.
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
    const centred = 1 - offCentre(face.box, width, height);
    const weight = face.score * boxArea(clipBox(face.box, width, height)) * centred * centred;
    if (weight > most) [chosen, most] = [face, weight];
  }
  return chosen;
}
