import { checkOptions, visageError, type OptionSchema } from '../kernel/index.ts';
import { between } from './thresholds.ts';

/**
 * What an identification run (one face against a gallery of N people) gave, probe by probe. Scores are
 * similarities: the higher, the more alike; any unit, one for all probes. Of distances give the negative.
 * `-Infinity` stands for a probe with no answer at all (no face found, empty gallery): no threshold accepts it.
 */
export interface IdentificationTrials {
  /**
   * For each probe of somebody who is in the gallery: the place of that person by score, from 1 (best),
   * see {@link rankOf}; `Infinity` where the person was not among the candidates.
   */
  readonly ranks: ArrayLike<number>;
  /** For each of these probes: the score of the best candidate, whoever that was. */
  readonly knownScores: ArrayLike<number>;
  /** For each probe of somebody who is not in the gallery: the score of the best candidate. */
  readonly unknownScores: ArrayLike<number>;
}

/** One working point: the best candidate is the answer when its score is at least `threshold`, else nobody. */
export interface IdentificationPoint {
  readonly threshold: number;
  /** Share of the unknown probes that get a name (FPIR), in [0, 1]. */
  readonly falsePositiveRate: number;
  /** Share of the known probes that get the right name (TPIR at rank 1), in [0, 1]; the miss rate FNIR is 1 − this. */
  readonly truePositiveRate: number;
}

/**
 * The place of person `own` among all people, from 1. Of equal scores the worst place counts, so that scores
 * that say nothing are never taken for a hit.
 */
export function rankOf(scores: ArrayLike<number>, own: number): number {
  let rank = 0;
  for (let i = 0; i < scores.length; i++) if (scores[i]! >= scores[own]!) rank++;
  return rank;
}

/**
 * The cumulative match characteristic of closed-set identification: entry k − 1 is the share of the ranks
 * that are at most k, for k = 1…`depth`.
 * @throws VisageError `EVALUATION_INVALID` when there are no ranks, or one is not a whole number from 1 or `Infinity`.
 */
export function cumulativeMatch(ranks: ArrayLike<number>, depth: number = 10): Float64Array {
  checkRanks('cumulativeMatch', ranks);
  const hits = new Float64Array(depth);
  for (let i = 0; i < ranks.length; i++) if (ranks[i]! <= depth) hits[ranks[i]! - 1]!++;
  let sum = 0;
  return hits.map((count) => (sum += count) / ranks.length);
}

/**
 * Every working point of open-set identification, from answering nobody to answering always: one for each
 * distinct score and one before them. False positives and true positives rise along the curve; drawn as
 * (FPIR, 1 − TPIR) on logarithmic axes it is the DET curve (ISO/IEC 19795-1; Grother, Ngan, Hanaoka, NISTIR
 * 8271). Thresholds lie half-way between neighbouring scores. O(n log n).
 * @throws VisageError `EVALUATION_INVALID` unless there are probes of both kinds with scores that are numbers.
 */
export function identificationCurve(trials: IdentificationTrials): IdentificationPoint[] {
  checkTrials('identificationCurve', trials);
  const { ranks, knownScores, unknownScores } = trials;
  const knownCount = ranks.length;
  const scoreAt = (i: number): number => (i < knownCount ? knownScores[i]! : unknownScores[i - knownCount]!);
  const order = Uint32Array.from({ length: knownCount + unknownScores.length }, (_, i) => i)
    .filter((i) => scoreAt(i) > -Infinity)
    .sort((a, b) => scoreAt(b) - scoreAt(a));
  const points: IdentificationPoint[] = [];
  let [truePositives, falsePositives] = [0, 0];
  const add = (threshold: number): void => {
    points.push({
      threshold,
      falsePositiveRate: falsePositives / unknownScores.length,
      truePositiveRate: truePositives / knownCount,
    });
  };
  add(Infinity);
  for (const [place, i] of order.entries()) {
    if (i >= knownCount) falsePositives++;
    else if (ranks[i] === 1) truePositives++;
    const here = scoreAt(i);
    const next = place + 1 < order.length ? scoreAt(order[place + 1]!) : undefined;
    if (next === here) continue;
    // Below `here` and above `next`, or `here` itself where no double lies between.
    add(next === undefined ? here : -between(-here, -next));
  }
  return points;
}

const rateSchema = {
  falsePositiveRate: {
    type: 'number',
    min: 0,
    max: 1,
    default: 0.01,
    description: 'Largest share of unknown probes that may get a name.',
  },
} as const satisfies OptionSchema;

/**
 * The best working point whose false positive rate is at most `falsePositiveRate` (TPIR at FPIR). A point that
 * was really reached, never an interpolated one: with n unknown probes the rate moves in steps of 1/n.
 * @param curve see {@link identificationCurve}
 * @throws VisageError `OPTION_INVALID`
 */
export function pointAtFalsePositiveRate(
  curve: readonly IdentificationPoint[],
  falsePositiveRate: number,
): IdentificationPoint {
  checkOptions('pointAtFalsePositiveRate', rateSchema, { falsePositiveRate });
  let best = curve[0]!;
  // Both rates rise along the curve; of points with equal rates the first one is kept.
  for (const point of curve) {
    if (point.falsePositiveRate > falsePositiveRate) break;
    if (point.truePositiveRate > best.truePositiveRate) best = point;
  }
  return best;
}

/** Everything that is usually reported about an identification run. */
export interface IdentificationReport {
  readonly knownProbes: number;
  readonly unknownProbes: number;
  /** Share of the known probes whose person comes first, whatever the score. */
  readonly rankOneRate: number;
  /** See {@link cumulativeMatch}. */
  readonly cumulativeMatch: Float64Array;
  /** The best points at the false positive rates asked for, in that order. */
  readonly points: readonly IdentificationPoint[];
  readonly curve: readonly IdentificationPoint[];
}

/**
 * Closed set and open set at once.
 * @param falsePositiveRates default 0.01 and 0.001
 * @throws VisageError `EVALUATION_INVALID`, `OPTION_INVALID`
 */
export function identificationReport(
  trials: IdentificationTrials,
  falsePositiveRates: readonly number[] = [0.01, 0.001],
  depth: number = 10,
): IdentificationReport {
  checkTrials('identificationReport', trials);
  const match = cumulativeMatch(trials.ranks, Math.max(1, depth));
  const curve = identificationCurve(trials);
  return {
    knownProbes: trials.ranks.length,
    unknownProbes: trials.unknownScores.length,
    rankOneRate: match[0]!,
    cumulativeMatch: match,
    points: falsePositiveRates.map((rate) => pointAtFalsePositiveRate(curve, rate)),
    curve,
  };
}

function fail(owner: string, reason: string, advice: string): never {
  throw visageError('EVALUATION_INVALID', { owner, reason, advice });
}

function checkRanks(owner: string, ranks: ArrayLike<number>): void {
  if (ranks.length === 0)
    fail(owner, 'there are no probes of people in the gallery', 'Give at least one rank.');
  for (let i = 0; i < ranks.length; i++) {
    const rank = ranks[i]!;
    if (rank >= 1 && (Number.isInteger(rank) || rank === Infinity)) continue;
    fail(owner, `rank ${i} is ${rank}`, 'Ranks are 1, 2, 3, … or Infinity for a person that was not found.');
  }
}

function checkTrials(owner: string, { ranks, knownScores, unknownScores }: IdentificationTrials): void {
  checkRanks(owner, ranks);
  if (knownScores.length !== ranks.length) {
    const reason = `there are ${ranks.length} ranks and ${knownScores.length} scores of known probes`;
    fail(owner, reason, 'Give one rank and one score for every known probe.');
  }
  if (unknownScores.length === 0)
    fail(owner, 'there are no probes of unknown people', 'Give at least one score.');
  for (const [kind, scores] of [
    ['known', knownScores],
    ['unknown', unknownScores],
  ] as const) {
    for (let i = 0; i < scores.length; i++) {
      if (scores[i]! < Infinity) continue;
      const advice = 'Scores are finite numbers, or -Infinity for a probe with no answer.';
      fail(owner, `the score of ${kind} probe ${i} is ${scores[i]}`, advice);
    }
  }
}
