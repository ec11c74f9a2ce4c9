import { mainFace } from '../dataset/index.ts';
import type { LocatedFace } from '../detect/index.ts';
import { type Box, intersectionOverUnion, visageError } from '../kernel/index.ts';
import type { OpenPack } from '../packs/index.ts';
import type { LocatedPhoto } from '../recognizer.ts';

/**
 * Which face of a photo is meant: `main`, the large central one (or the one that the pack's own rule
 * takes), a number, counted from the left of the picture, from 1, or the one that overlaps a box most.
 */
export type FaceChoice = 'main' | number | Box;

/** A face and its place among those of the photo. */
export interface ChosenFace {
  readonly face: LocatedFace;
  /** From 1, counted from the left. */
  readonly position: number;
}

const middle = ({ box }: LocatedFace): number => box.x + box.width / 2;

/** All faces, from left to right by the middle of their boxes. */
export function facesFromLeft({ faces }: LocatedPhoto): ChosenFace[] {
  return faces.toSorted((a, b) => middle(a) - middle(b)).map((face, i) => ({ face, position: i + 1 }));
}

/**
 * @param path how messages call the photo
 * @throws VisageError `NO_FACE`, also where none overlaps the box; `OPTION_INVALID` where there is no face of
 *   that number
 */
export function chooseFace(
  located: LocatedPhoto,
  choice: FaceChoice,
  path: string,
  selection?: OpenPack['selection'],
): ChosenFace {
  const fromLeft = facesFromLeft(located);
  if (fromLeft.length === 0) throw visageError('NO_FACE', { path });
  if (typeof choice === 'object') {
    const overlap = ({ face }: ChosenFace): number => intersectionOverUnion(face.box, choice);
    const nearest = fromLeft.toSorted((a, b) => overlap(b) - overlap(a))[0]!;
    if (overlap(nearest) === 0) throw visageError('NO_FACE', { path });
    return nearest;
  }
  if (choice !== 'main') {
    const chosen = fromLeft[choice - 1];
    if (chosen !== undefined) return chosen;
    const allowed = fromLeft.length === 1 ? '1, the only face' : `1 to ${fromLeft.length}, from the left`;
    throw visageError('OPTION_INVALID', { owner: path, option: 'face', got: String(choice), allowed });
  }
  const { width, height } = located.photo;
  // Faces come best score first.
  const face = selection?.face === 'first' ? located.faces[0] : mainFace(located.faces, width, height);
  return fromLeft.find((each) => each.face === face)!;
}
