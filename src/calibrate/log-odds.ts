/** log-odds of "one person" against "two people", both equally likely beforehand: slope · score + offset. */
export interface LogOdds {
  /** Above 0. */
  readonly slope: number;
  readonly offset: number;
}

/**
 * Logistic regression of one variable in which both kinds weigh the same in all, so that the result is the
 * logarithm of a likelihood ratio and holds for any odds beforehand (Brümmer and du Preez 2006). Targets are
 * smoothed as in Platt scaling, (n + 1)/(n + 2) and 1/(n + 2), or kinds that do not overlap would ask for
 * certainty. The same as scikit-learn's `LogisticRegression(penalty=None)` with these weights. Newton's method
 * with halved steps.
 * @param same scores of comparisons of one person, at least one
 * @param different scores of comparisons of two people, at least one
 */
export function fitLogOdds(same: Float64Array, different: Float64Array): LogOdds {
  const kinds = [
    { scores: same, target: (same.length + 1) / (same.length + 2) },
    { scores: different, target: 1 / (different.length + 2) },
  ];
  // On a scale of its own, so that any unit of the scores is solved equally well.
  const centre = (mean(same) + mean(different)) / 2;
  const spread = Math.max(1e-12, ...kinds.map(({ scores }) => deviation(scores)));

  const lossAt = (slope: number, offset: number): number => {
    let loss = 0;
    for (const { scores, target } of kinds) {
      let sum = 0;
      for (let i = 0; i < scores.length; i++) {
        const z = (slope * (scores[i]! - centre)) / spread + offset;
        sum += Math.max(z, 0) - z * target + Math.log1p(Math.exp(-Math.abs(z)));
      }
      loss += sum / scores.length;
    }
    return loss;
  };

  let [slope, offset] = [0, 0];
  let loss = lossAt(slope, offset);
  for (let round = 0; round < 100; round++) {
    let [g0, g1, h00, h01, h11] = [0, 0, 1e-12, 0, 1e-12];
    for (const { scores, target } of kinds) {
      const weight = 1 / scores.length;
      for (let i = 0; i < scores.length; i++) {
        const x = (scores[i]! - centre) / spread;
        const p = 1 / (1 + Math.exp(-(slope * x + offset)));
        const [gradient, curvature] = [weight * (p - target), weight * p * (1 - p)];
        g0 += gradient;
        g1 += gradient * x;
        h00 += curvature;
        h01 += curvature * x;
        h11 += curvature * x * x;
      }
    }
    const determinant = h00 * h11 - h01 * h01;
    const [dOffset, dSlope] = [(h11 * g0 - h01 * g1) / determinant, (h00 * g1 - h01 * g0) / determinant];
    let step = 1;
    let next = lossAt(slope - dSlope, offset - dOffset);
    while (!(next <= loss) && step > 1e-6) {
      step /= 2;
      next = lossAt(slope - step * dSlope, offset - step * dOffset);
    }
    if (!(next <= loss)) break;
    slope -= step * dSlope;
    offset -= step * dOffset;
    loss = next;
    if (Math.abs(step * dSlope) + Math.abs(step * dOffset) < 1e-12 * (1 + Math.abs(slope) + Math.abs(offset)))
      break;
  }
  return { slope: slope / spread, offset: offset - (slope * centre) / spread };
}

function mean(values: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}

function deviation(values: Float64Array): number {
  const centre = mean(values);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i]! - centre) ** 2;
  return Math.sqrt(sum / values.length);
}
