import { intersectionOverUnion } from '../kernel/index.ts';
import type { Detection } from './face.ts';

/**
 * Greedy non-maximum suppression: the best-scored box stays, those that overlap it by more than
 * `maxOverlap` (intersection over union) go, and so on down.
 * @returns what stays, best score first; equal scores in the order given
 */
export function suppressOverlaps<Found extends Detection>(
  detections: readonly Found[],
  maxOverlap: number,
): Found[] {
  const kept: Found[] = [];
  for (const candidate of detections.toSorted((a, b) => b.score - a.score)) {
    if (kept.every((face) => intersectionOverUnion(face.box, candidate.box) <= maxOverlap)) {
      kept.push(candidate);
    }
  }
  return kept;
}
