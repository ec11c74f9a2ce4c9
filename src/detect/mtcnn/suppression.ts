import { byScore, type Candidates } from './candidates.ts';

/** What the shared area is compared with: that of both boxes together, or that of the smaller one. */
export type OverlapMeasure = 'union' | 'smaller';

/** What suppression goes by. */
export interface Overlap {
  readonly most: number;
  readonly measure: OverlapMeasure;
  /** 1 where a box holds the pixel of its last side, so that it is a pixel longer than its sides lie apart. */
  readonly lastPixel: 0 | 1;
  /** Which of equal scores counts as the better one; the last if left out. */
  readonly ofEquals?: 'last' | 'first';
}

/**
 * Greedy non-maximum suppression: the best-scored box stays, those that overlap it by more than
 * `most` go, and so on down. davidsandberg/facenet, src/align/detect_face.py, nms.
 *
 * Boxes are compared with their neighbours only, so the work grows with the number of boxes, not with
 * its square, as long as they are of similar size.
 * @returns indices of what stays, best score first
 */
export function suppressCandidates(
  { count, boxes, scores }: Pick<Candidates, 'count' | 'boxes' | 'scores'>,
  overlap: Overlap,
): number[] {
  const { most, lastPixel } = overlap;
  let longest = 1;
  for (let i = 0; i < 4 * count; i += 4) {
    longest = Math.max(
      longest,
      boxes[i + 2]! - boxes[i]! + lastPixel,
      boxes[i + 3]! - boxes[i + 1]! + lastPixel,
    );
  }
  // Boxes that share a pixel begin in the same or in neighbouring fields of this size.
  const field = (position: number): number => Math.floor(position / longest);
  const keptIn = new Map<string, number[]>();
  const kept: number[] = [];
  for (const index of byScore(scores, overlap.ofEquals)) {
    const [column, row] = [field(boxes[4 * index]!), field(boxes[4 * index + 1]!)];
    if (overlapsKept(index, column, row)) continue;
    kept.push(index);
    const key = `${column} ${row}`;
    const place = keptIn.get(key);
    if (place === undefined) keptIn.set(key, [index]);
    else place.push(index);
  }
  return kept;

  function overlapsKept(index: number, column: number, row: number): boolean {
    for (let y = row - 1; y <= row + 1; y++) {
      for (let x = column - 1; x <= column + 1; x++) {
        const place = keptIn.get(`${x} ${y}`);
        if (place?.some((other) => overlapOf(boxes, 4 * index, 4 * other, overlap) > most)) return true;
      }
    }
    return false;
  }
}

function overlapOf(boxes: Float64Array, a: number, b: number, { measure, lastPixel }: Overlap): number {
  const length = (low: number, high: number): number => high - low + lastPixel;
  const width = length(Math.max(boxes[a]!, boxes[b]!), Math.min(boxes[a + 2]!, boxes[b + 2]!));
  const height = length(Math.max(boxes[a + 1]!, boxes[b + 1]!), Math.min(boxes[a + 3]!, boxes[b + 3]!));
  if (!(width > 0 && height > 0)) return 0;
  const shared = width * height;
  const areaA = length(boxes[a]!, boxes[a + 2]!) * length(boxes[a + 1]!, boxes[a + 3]!);
  const areaB = length(boxes[b]!, boxes[b + 2]!) * length(boxes[b + 1]!, boxes[b + 3]!);
  return shared / (measure === 'union' ? areaA + areaB - shared : Math.min(areaA, areaB));
}
