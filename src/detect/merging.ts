import { boxArea, intersectionOverUnion, overlapArea, type Box } from '../kernel/index.ts';
import type { Detection } from './face.ts';
import { suppressOverlaps } from './suppression.ts';

/** A detection with the size at which the network saw the face: the longer side of its box in the look. */
export interface SeenFace extends Detection {
  readonly sizeSeenPx: number;
}

/** The size at which boxes are placed well, in pixels of the look: about that of LFW's faces at 256 px. */
const bestSizePx = 110;

const misfit = ({ sizeSeenPx }: SeenFace): number => Math.abs(Math.log(sizeSeenPx / bestSizePx));

/**
 * Looks at different sizes may draw one face so differently that one box holds the other. A face as small as a
 * quarter of the box that holds it, on a shirt say, is another one.
 */
function isSameFace(a: Box, b: Box, maxOverlap: number): boolean {
  const shared = overlapArea(a, b);
  const [smaller, larger] = [boxArea(a), boxArea(b)].toSorted((left, right) => left - right) as [
    number,
    number,
  ];
  return intersectionOverUnion(a, b) > maxOverlap || (shared > 0.8 * smaller && smaller > larger / 4);
}

/**
 * Makes one face of what several looks found of it. The best score says that there is a face; where it
 * is, is taken from the look that saw it nearest to {@link bestSizePx}, as very large and very small
 * boxes are placed badly, and the landmarks start from the box.
 * @returns best score first
 */
export function mergeLooks(found: readonly SeenFace[], maxOverlap: number): Detection[] {
  const faces: Detection[] = [];
  for (const face of suppressOverlaps(found, maxOverlap)) {
    let best = face;
    for (const other of found) {
      if (misfit(other) >= misfit(best)) continue;
      if (intersectionOverUnion(other.box, face.box) > maxOverlap) best = other;
    }
    const { box } = best;
    // Boxes that were apart may no longer be, now that each is another look's.
    if (faces.some((better) => isSameFace(better.box, box, maxOverlap))) continue;
    faces.push({ box, score: face.score });
  }
  return faces;
}
