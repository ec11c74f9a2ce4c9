import { checkOptions, type OptionSchema } from '../kernel/index.ts';
import { countAccepted, type VerificationPairs } from './thresholds.ts';

/** One working point: accept a pair as one person when its distance is at most `threshold`. */
export interface RocPoint {
  /** Negative where it accepts none because a distance is 0. */
  readonly threshold: number;
  /** Share of the pairs of two people that are accepted (FAR), in [0, 1]. */
  readonly falseAcceptRate: number;
  /** Share of the pairs of one person that are accepted (TAR, VAL), in [0, 1]. */
  readonly trueAcceptRate: number;
}

/**
 * Every working point, from accepting none, (0, 0), to accepting all, (1, 1): one for each distinct
 * distance and one before them. The same points as scikit-learn's `roc_curve(same, -distances,
 * drop_intermediate=False)`; its thresholds are the distances, ours lie half-way to the next one.
 * @throws VisageError `EVALUATION_INVALID` unless there are pairs of both kinds with finite distances.
 */
export function rocCurve(pairs: VerificationPairs): RocPoint[] {
  const counts = countAccepted('rocCurve', pairs);
  return Array.from(counts.thresholds, (threshold, i) => ({
    threshold,
    falseAcceptRate: counts.acceptedDifferent[i]! / counts.differentCount,
    trueAcceptRate: counts.acceptedSame[i]! / counts.sameCount,
  }));
}

/**
 * The curve without the points between two others on a horizontal or vertical line: drawn, both are the same. The
 * first point stays, and the last.
 */
export function curveCorners(curve: readonly RocPoint[]): RocPoint[] {
  return curve.filter((point, i) => {
    const [before, after] = [curve[i - 1], curve[i + 1]];
    if (before === undefined || after === undefined) return true;
    const { falseAcceptRate: far, trueAcceptRate: tar } = point;
    const upright = before.falseAcceptRate === far && far === after.falseAcceptRate;
    const level = before.trueAcceptRate === tar && tar === after.trueAcceptRate;
    return !upright && !level;
  });
}

/**
 * Area under the ROC curve by the trapezoid rule, in [0, 1]: the probability that a pair of one
 * person is closer than a pair of two, ties counted half.
 */
export function areaUnderCurve(curve: readonly RocPoint[]): number {
  let area = 0;
  for (let i = 1; i < curve.length; i++) {
    const [from, to] = [curve[i - 1]!, curve[i]!];
    area += ((to.falseAcceptRate - from.falseAcceptRate) * (to.trueAcceptRate + from.trueAcceptRate)) / 2;
  }
  return area;
}

/**
 * The rate at which false accepts and false rejects are equally frequent, in [0, 1]: where the
 * straight line between the two neighbouring points of the curve meets FAR = 1 − TAR.
 */
export function equalErrorRate(curve: readonly RocPoint[]): number {
  // FAR + TAR − 1 rises along the curve from −1 to 1.
  const excess = (point: RocPoint): number => point.falseAcceptRate + point.trueAcceptRate - 1;
  const right = curve.findIndex((point) => excess(point) >= 0);
  const to = curve[right]!;
  if (right <= 0) return to.falseAcceptRate;
  const from = curve[right - 1]!;
  const share = -excess(from) / (excess(to) - excess(from));
  return from.falseAcceptRate + share * (to.falseAcceptRate - from.falseAcceptRate);
}

const rateSchema = {
  falseAcceptRate: {
    type: 'number',
    min: 0,
    max: 1,
    default: 0.001,
    description: 'Largest share of pairs of two people that may be accepted.',
  },
} as const satisfies OptionSchema;

/**
 * The best working point whose false accept rate is at most `falseAcceptRate`. A point that was
 * really reached, never an interpolated one: with n pairs of two people the rate moves in steps of 1/n.
 * @param falseAcceptRate in [0, 1]
 * @throws VisageError `OPTION_INVALID`
 */
export function pointAtFalseAcceptRate(curve: readonly RocPoint[], falseAcceptRate: number): RocPoint {
  checkOptions('pointAtFalseAcceptRate', rateSchema, { falseAcceptRate });
  let best = curve[0]!;
  // Both rates rise along the curve; of points with equal rates the first one is kept.
  for (const point of curve) {
    if (point.falseAcceptRate > falseAcceptRate) break;
    if (point.trueAcceptRate > best.trueAcceptRate) best = point;
  }
  return best;
}
