import {
  cumulativeMatch,
  identificationCurve,
  type IdentificationPoint,
  type IdentificationTrials,
  pointAtFalsePositiveRate,
} from './identification.ts';
import { proportion, type Proportion } from './proportion.ts';
import { rateSupport, type RateSupport, trialsNeeded } from './rate-support.ts';

/** The false positive rates at which open-set identification is usually reported. */
export const usualFalsePositiveRates = [0.1, 0.01, 0.001, 0.0001] as const;

/** What can be said about one false positive identification rate. */
export interface FalsePositiveEstimate {
  /** As asked for, in [0, 1]. */
  readonly falsePositiveRate: number;
  /** Whether there are enough strangers, see `rateSupport`. */
  readonly support: RateSupport;
  readonly strangersNeeded: number;
  /** Absent where `support` is `none`. */
  readonly measured?: {
    readonly point: IdentificationPoint;
    /** The true positive rate with its Wilson interval. */
    readonly truePositiveRate: Proportion;
  };
}

/** Everything that is said about an identification run. */
export interface IdentificationMeasures {
  readonly knownProbes: number;
  readonly strangers: number;
  /** Known probes whose person comes first, whatever the score. */
  readonly rankOne: Proportion;
  /** Entry k − 1: share of the known probes whose person is among the first k. */
  readonly cumulativeMatch: readonly number[];
  /** Absent where there are no strangers. */
  readonly openSet?: {
    readonly rates: readonly FalsePositiveEstimate[];
    readonly curve: readonly IdentificationPoint[];
  };
}

/**
 * Measures an identification run, closed set and open set, with 95 % intervals (Wilson; see {@link proportion} for
 * what they assume).
 * @param depth of the cumulative match characteristic
 * @throws VisageError `EVALUATION_INVALID`, `OPTION_INVALID`
 */
export function measureIdentification(
  trials: IdentificationTrials,
  depth: number = 20,
  falsePositiveRates: readonly number[] = usualFalsePositiveRates,
): IdentificationMeasures {
  const { ranks, unknownScores } = trials;
  const match = cumulativeMatch(ranks, depth);
  const [known, strangers] = [ranks.length, unknownScores.length];
  const measures = {
    knownProbes: known,
    strangers,
    rankOne: proportion(Math.round(match[0]! * known), known),
    cumulativeMatch: [...match],
  };
  if (strangers === 0) return measures;
  const curve = identificationCurve(trials);
  const rates = falsePositiveRates.map((falsePositiveRate) => {
    const support = rateSupport(falsePositiveRate, strangers);
    const strangersNeeded = trialsNeeded(falsePositiveRate);
    if (support === 'none') return { falsePositiveRate, support, strangersNeeded };
    const point = pointAtFalsePositiveRate(curve, falsePositiveRate);
    const truePositiveRate = proportion(Math.round(point.truePositiveRate * known), known);
    return { falsePositiveRate, support, strangersNeeded, measured: { point, truePositiveRate } };
  });
  return { ...measures, openSet: { rates, curve } };
}
