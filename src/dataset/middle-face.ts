import type { LocatedFace } from '../detect/index.ts';

/**
 * The face in the middle of a photo that was framed around one person, as those of Labeled Faces in the Wild
 * are: of several faces the one that is largest after a penalty on its distance from the centre, area − 2·offset²
 * in pixels, as davidsandberg/facenet's `align_dataset_mtcnn.py` chooses. For photos as people take them see
 * `mainFace`.
 * @param faces boxes in pixels of a photo of `width` × `height`
 */
export function middleFace(
  faces: readonly LocatedFace[],
  width: number,
  height: number,
): LocatedFace | undefined {
  const rank = ({ box }: LocatedFace): number => {
    const [dx, dy] = [box.x + box.width / 2 - width / 2, box.y + box.height / 2 - height / 2];
    return box.width * box.height - 2 * (dx * dx + dy * dy);
  };
  return faces.toSorted((a, b) => rank(b) - rank(a))[0];
}
