/**
 * How often a comparison of two people gives a score of at least s. Between the scores its logarithm is
 * linear; beyond the last one it falls exponentially.
 */
export interface FalseMatchCurve {
  /** Ascending, at least one. */
  readonly scores: readonly number[];
  /** Natural logarithm of the share of comparisons that score at least so; 0 at the first, then falling. */
  readonly logRates: readonly number[];
  /** Beyond the last score the rate falls by the factor e whenever the score rises by this much; above 0. */
  readonly tailScale: number;
}

/** Shares of the scores that the curve passes through, then so many points for each factor of ten. */
const highShares = [0.98, 0.95, 0.9, 0.8, 0.7];
const pointsPerDecade = 4;
/** The share of the highest scores that the tail is fitted on, and the bounds of how many they are. */
const [tailShare, fewestInTail, mostInTail] = [1 / 1000, 30, 1000];

/**
 * The curve of some scores: quantiles where there are many scores, and above them an exponential tail, the
 * scale of which is the mean excess (maximum likelihood; "peaks over threshold", Coles 2001, section 4, with
 * shape 0: scores of comparisons are bounded, so their true tail falls faster, and the rates beyond the data
 * come out too high rather than too low).
 * @param scores of comparisons of two people, at least one, finite; sorted in place
 */
export function fitFalseMatchCurve(scores: Float64Array): FalseMatchCurve {
  scores.sort();
  const count = scores.length;
  const inTail = Math.min(count, Math.max(fewestInTail, Math.min(mostInTail, Math.round(count * tailShare))));
  const [points, logRates] = [[scores[0]!], [0]];
  const add = (above: number): void => {
    const score = scores[count - above]!;
    // Equal scores are reached together: the highest of their rates counts.
    if (score <= points.at(-1)!) return;
    points.push(score);
    logRates.push(Math.log(above / count));
  };
  for (const share of highShares) if (count * share > inTail) add(Math.round(count * share));
  const decades = Math.log10(count / inTail);
  const steps = Math.floor(decades * pointsPerDecade);
  for (let step = 1; step <= steps; step++) add(Math.round(count * 10 ** (-step / pointsPerDecade)));
  add(inTail);
  const last = points.at(-1)!;
  let [excess, beyond] = [0, 0];
  for (let i = count - 1; i >= 0 && scores[i]! > last; i--) {
    excess += scores[i]! - last;
    beyond++;
  }
  // All the highest scores equal: nothing tells how fast the rate falls, so it falls at once.
  const tailScale = beyond === 0 ? 1e-9 : excess / beyond;
  return { scores: points, logRates, tailScale };
}

/** Natural logarithm of the false match rate at `score`; falls as it rises, never above 0. */
export function logFalseMatchRate({ scores, logRates, tailScale }: FalseMatchCurve, score: number): number {
  const last = scores.length - 1;
  if (score >= scores[last]!) return logRates[last]! - (score - scores[last]!) / tailScale;
  if (score <= scores[0]!) return 0;
  let [low, high] = [0, last];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (scores[middle]! <= score) low = middle;
    else high = middle;
  }
  const share = (score - scores[low]!) / (scores[high]! - scores[low]!);
  return logRates[low]! + share * (logRates[high]! - logRates[low]!);
}

/** The least score whose false match rate is at most exp(`logRate`), `logRate` ≤ 0: the inverse. */
export function scoreAtFalseMatchRate(
  { scores, logRates, tailScale }: FalseMatchCurve,
  logRate: number,
): number {
  const last = scores.length - 1;
  if (logRate <= logRates[last]!) return scores[last]! + (logRates[last]! - logRate) * tailScale;
  let at = 1;
  while (logRates[at]! > logRate) at++;
  const share = (logRate - logRates[at - 1]!) / (logRates[at]! - logRates[at - 1]!);
  return scores[at - 1]! + share * (scores[at]! - scores[at - 1]!);
}
