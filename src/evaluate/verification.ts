import { visageError } from '../kernel/index.ts';
import { areaUnderCurve, equalErrorRate, pointAtFalseAcceptRate, rocCurve, type RocPoint } from './roc.ts';
import { checkPairs, countAccepted, type VerificationPairs } from './thresholds.ts';

/** Pairs of faces, each in one fold. */
export interface FoldedPairs extends VerificationPairs {
  /** The fold of each pair, numbered from 0 without gaps; at least two folds. */
  readonly folds: ArrayLike<number>;
}

/** How one fold did at the threshold that the other folds chose. */
export interface FoldAccuracy {
  readonly pairs: number;
  /** Chosen on all other folds: a pair counts as one person when its distance is at most this. */
  readonly threshold: number;
  /** Share of the fold's pairs that were told apart rightly, in [0, 1]. */
  readonly accuracy: number;
}

export interface VerificationAccuracy {
  readonly folds: readonly FoldAccuracy[];
  /** Mean of the folds' accuracies. */
  readonly mean: number;
  /** Standard error of the mean, σ/√folds, with σ² the unbiased variance over the folds (as LFW reports it). */
  readonly standardError: number;
}

/**
 * The threshold that tells most pairs apart rightly; of several equally good ones the smallest.
 * It lies half-way between two neighbouring distances.
 * @throws VisageError `EVALUATION_INVALID` unless there are pairs of both kinds with finite distances.
 */
export function bestThreshold(pairs: VerificationPairs): { threshold: number; accuracy: number } {
  const counts = countAccepted('bestThreshold', pairs);
  let best = 0;
  let bestRight = -1;
  for (let i = 0; i < counts.thresholds.length; i++) {
    const right = counts.acceptedSame[i]! + counts.differentCount - counts.acceptedDifferent[i]!;
    if (right > bestRight) [best, bestRight] = [i, right];
  }
  return { threshold: counts.thresholds[best]!, accuracy: bestRight / pairs.distances.length };
}

/**
 * Accuracy by the protocol of Labeled Faces in the Wild (Huang et al. 2007): each fold is judged at
 * the threshold that is best on all the others.
 * @throws VisageError `EVALUATION_INVALID` when lengths differ, a distance is not a finite number ≥ 0, folds
 *   are missing, or the pairs outside a fold are all of one kind.
 */
export function foldAccuracy(pairs: FoldedPairs): VerificationAccuracy {
  const owner = 'foldAccuracy';
  const { distances, same, folds } = pairs;
  checkPairs(owner, pairs);
  const members = membersOfFolds(owner, distances.length, folds);
  const results = members.map((inside, fold) => {
    const others = members.flatMap((list, other) => (other === fold ? [] : list));
    const { threshold } = bestThreshold({
      distances: others.map((i) => distances[i]!),
      same: others.map((i) => same[i]!),
    });
    const right = inside.filter((i) => distances[i]! <= threshold === Boolean(same[i])).length;
    return { pairs: inside.length, threshold, accuracy: right / inside.length };
  });
  const mean = results.reduce((sum, { accuracy }) => sum + accuracy, 0) / results.length;
  const squares = results.reduce((sum, { accuracy }) => sum + (accuracy - mean) ** 2, 0);
  const standardError = Math.sqrt(squares / (results.length - 1) / results.length);
  return { folds: results, mean, standardError };
}

function membersOfFolds(owner: string, pairCount: number, folds: ArrayLike<number>): number[][] {
  const fail = (reason: string): never => {
    const advice = 'Number the folds 0, 1, 2, … and give every pair one; at least two folds.';
    throw visageError('EVALUATION_INVALID', { owner, reason, advice });
  };
  if (folds.length !== pairCount) fail(`there are ${pairCount} pairs and ${folds.length} fold numbers`);
  const members: number[][] = [];
  for (let i = 0; i < folds.length; i++) {
    const fold = folds[i]!;
    if (!Number.isInteger(fold) || fold < 0 || fold >= pairCount) fail(`pair ${i} is in fold ${fold}`);
    (members[fold] ??= []).push(i);
  }
  if (members.length < 2) fail(`there are ${members.length} folds`);
  for (let fold = 0; fold < members.length; fold++) if (!members[fold]) fail(`fold ${fold} has no pairs`);
  return members;
}

/** Everything that is usually reported about a verification run. */
export interface VerificationReport {
  readonly accuracy: VerificationAccuracy;
  /** In [0, 1]; see {@link areaUnderCurve}. */
  readonly areaUnderCurve: number;
  /** In [0, 1]; see {@link equalErrorRate}. */
  readonly equalErrorRate: number;
  /** The best points at the false accept rates asked for, in that order. */
  readonly points: readonly RocPoint[];
  readonly curve: readonly RocPoint[];
}

/**
 * Fold accuracy, ROC curve and the figures read from it.
 * @param falseAcceptRates default 0.01 and 0.001, the rates at which FaceNet and LFW results are usually given.
 * @throws VisageError `EVALUATION_INVALID`, `OPTION_INVALID`
 */
export function verificationReport(
  pairs: FoldedPairs,
  falseAcceptRates: readonly number[] = [0.01, 0.001],
): VerificationReport {
  const curve = rocCurve(pairs);
  return {
    accuracy: foldAccuracy(pairs),
    areaUnderCurve: areaUnderCurve(curve),
    equalErrorRate: equalErrorRate(curve),
    points: falseAcceptRates.map((rate) => pointAtFalseAcceptRate(curve, rate)),
    curve,
  };
}
