/**
 * Boxes that may be faces, in pixels of the picture as MTCNN counts them: from 1, the last pixel
 * included. Row i of each array belongs to candidate i.
 */
export interface Candidates {
  readonly count: number;
  /** [count, 4]: left, upper, right, lower side. */
  readonly boxes: Float64Array;
  readonly scores: Float64Array;
  /** [count, 4]: how far each side should move, in sides of the box, as the network said. */
  readonly shifts: Float64Array;
}

/** The candidates of the given indices, in their order. */
export function pickCandidates(
  { boxes, scores, shifts }: Candidates,
  indices: ArrayLike<number> & Iterable<number>,
): Candidates {
  const picked = {
    count: indices.length,
    boxes: new Float64Array(4 * indices.length),
    scores: new Float64Array(indices.length),
    shifts: new Float64Array(4 * indices.length),
  };
  let to = 0;
  for (const index of indices) {
    picked.boxes.set(boxes.subarray(4 * index, 4 * index + 4), 4 * to);
    picked.shifts.set(shifts.subarray(4 * index, 4 * index + 4), 4 * to);
    picked.scores[to++] = scores[index]!;
  }
  return picked;
}

/** All candidates of several lists, one after the other. */
export function joinCandidates(lists: readonly Candidates[]): Candidates {
  const count = lists.reduce((sum, list) => sum + list.count, 0);
  const joined = {
    count,
    boxes: new Float64Array(4 * count),
    scores: new Float64Array(count),
    shifts: new Float64Array(4 * count),
  };
  let at = 0;
  for (const { count: length, boxes, scores, shifts } of lists) {
    joined.boxes.set(boxes, 4 * at);
    joined.scores.set(scores, at);
    joined.shifts.set(shifts, 4 * at);
    at += length;
  }
  return joined;
}

/**
 * Indices by score, best first. Of equal ones the last comes first, as taking from the end of an
 * ascending sort gives, or the first.
 */
export function byScore(scores: Float64Array, ofEquals: 'last' | 'first' = 'last'): Int32Array {
  const sign = ofEquals === 'last' ? -1 : 1;
  return Int32Array.from(scores.keys()).sort((a, b) => scores[b]! - scores[a]! || sign * (a - b));
}

/** The best `most` of the candidates, or all as they are. */
export const bestCandidates = (candidates: Candidates, most: number): Candidates =>
  candidates.count <= most
    ? candidates
    : pickCandidates(candidates, byScore(candidates.scores).subarray(0, most));
