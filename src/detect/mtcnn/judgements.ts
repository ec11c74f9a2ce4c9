import type { Candidates } from './candidates.ts';
import type { CascadeRules } from './rules.ts';

/** Candidates that R-Net or O-Net has judged. */
export interface Judged extends Candidates {
  /** [count, columns − 5]: what the network says beyond logit and shifts; ten numbers of landmarks from O-Net. */
  readonly points: Float64Array;
}

/** Logit and four shifts come first in each row. */
const leadingColumns = 5;

/**
 * The boxes that score above `minScore`.
 * @param boxes [n, 4], what was shown
 * @param judgements [n, columns], what the network answered
 */
export function judgedAbove(
  minScore: number,
  boxes: Float64Array,
  judgements: Float32Array,
  columns: number,
  { score }: Pick<CascadeRules, 'score'>,
): Judged {
  const passed: number[] = [];
  for (let i = 0; i < boxes.length / 4; i++) {
    if (score(judgements[i * columns]!) > minScore) passed.push(i);
  }
  const count = passed.length;
  const judged = {
    count,
    boxes: new Float64Array(4 * count),
    scores: new Float64Array(count),
    shifts: new Float64Array(4 * count),
    points: new Float64Array((columns - leadingColumns) * count),
  };
  for (const [to, from] of passed.entries()) {
    const row = judgements.subarray(from * columns, (from + 1) * columns);
    judged.boxes.set(boxes.subarray(4 * from, 4 * from + 4), 4 * to);
    judged.scores[to] = score(row[0]!);
    judged.shifts.set(row.subarray(1, leadingColumns), 4 * to);
    judged.points.set(row.subarray(leadingColumns), (columns - leadingColumns) * to);
  }
  return judged;
}
