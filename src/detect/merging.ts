import { intersectionOverUnion } from '../kernel/index.ts';
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
 * Makes one face of what several looks found of it. The best score says that there is a face; where it
 * is, is taken from the look that saw it nearest to {@link bestSizePx}, as very large and very small
 * boxes are placed badly, and the landmarks start from the box.
 * @returns best score first
 */
export function mergeLooks(found: readonly SeenFace[], maxOverlap: number): Detection[] {
  return suppressOverlaps(found, maxOverlap).map((face) => {
    let best = face;
    for (const other of found) {
      if (misfit(other) >= misfit(best)) continue;
      if (intersectionOverUnion(other.box, face.box) > maxOverlap) best = other;
    }
    return { box: best.box, score: face.score };
  });
}
