import { distanceHistogram, type DistanceHistogram } from './distance-histogram.ts';
import {
  type BootstrapOptions,
  type Interval,
  type PeoplePairs,
  verificationIntervals,
} from './person-bootstrap.ts';
import { rateSupport, type RateSupport, trialsNeeded } from './rate-support.ts';
import { areaUnderCurve, equalErrorRate, pointAtFalseAcceptRate, rocCurve, type RocPoint } from './roc.ts';
import { foldAccuracy, type FoldedPairs, type VerificationAccuracy } from './verification.ts';

/** The false accept rates at which verification is usually reported. */
export const usualFalseAcceptRates = [0.1, 0.01, 0.001, 0.0001] as const;

/** A figure with its 95 % interval; undefined where there are too few people for one. */
export interface Estimate {
  readonly value: number;
  readonly interval: Interval | undefined;
}

/** What can be said about one false accept rate. */
export interface RateEstimate {
  /** As asked for, in [0, 1]. */
  readonly falseAcceptRate: number;
  /** Whether there are enough pairs of two people, see {@link rateSupport}. */
  readonly support: RateSupport;
  /** Pairs of two people from which on the rate can be seen at all. */
  readonly pairsNeeded: number;
  /** Absent where `support` is `none`: then nothing can be said. */
  readonly measured?: {
    /** The best point that was really reached at this rate or below. */
    readonly point: RocPoint;
    /** Of its true accept rate. */
    readonly interval: Interval | undefined;
  };
}

/** Everything that is said about a verification run. */
export interface VerificationMeasures {
  readonly pairs: { readonly same: number; readonly different: number };
  /** Undefined with a single fold: a threshold chosen on the pairs it is judged by says little. */
  readonly accuracy: VerificationAccuracy | undefined;
  readonly areaUnderCurve: Estimate;
  readonly equalErrorRate: Estimate;
  readonly trueAcceptRates: readonly RateEstimate[];
  readonly curve: readonly RocPoint[];
  readonly histogram: DistanceHistogram;
}

/**
 * Measures a verification run: k-fold accuracy as LFW reports it, ROC, area, equal error rate and true accept
 * rates with 95 % intervals by drawing people anew (see `verificationIntervals`).
 * @param options `falseAcceptRates` default {@link usualFalseAcceptRates}
 * @throws VisageError `EVALUATION_INVALID`, `OPTION_INVALID`, `INTERRUPTED`
 */
export async function measureVerification(
  pairs: FoldedPairs & PeoplePairs,
  options: BootstrapOptions = {},
): Promise<VerificationMeasures> {
  const { falseAcceptRates = usualFalseAcceptRates } = options;
  const curve = rocCurve(pairs);
  const same = countOf(pairs.same);
  const different = pairs.same.length - same;
  const intervals = await verificationIntervals(pairs, { ...options, falseAcceptRates });
  const severalFolds = Array.prototype.some.call(pairs.folds, (fold) => fold !== 0);
  return {
    pairs: { same, different },
    accuracy: severalFolds ? foldAccuracy(pairs) : undefined,
    areaUnderCurve: { value: areaUnderCurve(curve), interval: intervals.areaUnderCurve },
    equalErrorRate: { value: equalErrorRate(curve), interval: intervals.equalErrorRate },
    trueAcceptRates: falseAcceptRates.map((falseAcceptRate, i) => {
      const support = rateSupport(falseAcceptRate, different);
      const pairsNeeded = trialsNeeded(falseAcceptRate);
      if (support === 'none') return { falseAcceptRate, support, pairsNeeded };
      const point = pointAtFalseAcceptRate(curve, falseAcceptRate);
      const measured = { point, interval: intervals.trueAcceptRates[i] };
      return { falseAcceptRate, support, pairsNeeded, measured };
    }),
    curve,
    histogram: distanceHistogram(pairs),
  };
}

function countOf(flags: ArrayLike<boolean | number>): number {
  let count = 0;
  for (let i = 0; i < flags.length; i++) if (flags[i]) count++;
  return count;
}
