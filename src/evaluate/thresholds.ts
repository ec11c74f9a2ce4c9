import { visageError } from '../kernel/index.ts';

/**
 * Pairs of faces to tell apart. A pair counts as accepted (one person) at a threshold when its
 * distance is at most the threshold, the rule by which a classifier accepts a face at `maxDistance`.
 */
export interface VerificationPairs {
  /**
   * One finite number ≥ 0 a pair. For a pair that cannot be compared (no face was found) give the
   * greatest distance there is, 2 between unit embeddings: it then counts as "two people".
   */
  readonly distances: ArrayLike<number>;
  /** Whether each pair shows one person. */
  readonly same: ArrayLike<boolean | number>;
}

/** Both counts of accepted pairs at each threshold that matters, from accepting none to accepting all. */
export interface AcceptedCounts {
  /** Ascending; between two neighbours no other threshold accepts other pairs. */
  readonly thresholds: Float64Array;
  /** Pairs of one person with a distance of at most the threshold. */
  readonly acceptedSame: Uint32Array;
  /** Pairs of two people with a distance of at most the threshold. */
  readonly acceptedDifferent: Uint32Array;
  readonly sameCount: number;
  readonly differentCount: number;
}

/**
 * A number t with a ≤ t < b, half-way between them: "at most t" splits two distances. Where no double
 * lies between them it is a itself.
 */
export function between(a: number, b: number): number {
  const middle = a + (b - a) / 2;
  return middle < b ? middle : a;
}

/** @throws VisageError `EVALUATION_INVALID` */
export function checkPairs(owner: string, { distances, same }: VerificationPairs): void {
  const fail = (reason: string, advice: string): never => {
    throw visageError('EVALUATION_INVALID', { owner, reason, advice });
  };
  if (distances.length !== same.length) {
    fail(
      `there are ${distances.length} distances and ${same.length} answers`,
      'Give one distance and one answer (same person or not) for every pair.',
    );
  }
  for (let i = 0; i < distances.length; i++) {
    if (!(distances[i]! >= 0 && distances[i]! < Infinity)) {
      fail(
        `distance ${i} is ${distances[i]}, which is not a finite number from 0`,
        'For a pair that cannot be compared give the greatest distance, 2.',
      );
    }
  }
}

/**
 * Counts accepted pairs at every threshold. Equal distances are accepted together, so the counts
 * are exact however many ties there are. O(n log n).
 * @throws VisageError `EVALUATION_INVALID` unless there are pairs of both kinds.
 */
export function countAccepted(owner: string, pairs: VerificationPairs): AcceptedCounts {
  checkPairs(owner, pairs);
  const { distances, same } = pairs;
  const order = Uint32Array.from({ length: distances.length }, (_, i) => i).sort(
    (a, b) => distances[a]! - distances[b]!,
  );
  const thresholds: number[] = [];
  const acceptedSame: number[] = [];
  const acceptedDifferent: number[] = [];
  let [sameCount, differentCount] = [0, 0];
  // Distances are not negative, so a negative threshold accepts none.
  const smallest = order.length > 0 ? distances[order[0]!]! : 0;
  thresholds.push(smallest > 0 ? between(0, smallest) : -1);
  acceptedSame.push(0);
  acceptedDifferent.push(0);
  for (let i = 0; i < order.length; i++) {
    if (same[order[i]!]) sameCount++;
    else differentCount++;
    const here = distances[order[i]!]!;
    const next = i + 1 < order.length ? distances[order[i + 1]!]! : undefined;
    if (next === here) continue;
    thresholds.push(next === undefined ? here : between(here, next));
    acceptedSame.push(sameCount);
    acceptedDifferent.push(differentCount);
  }
  if (sameCount === 0 || differentCount === 0) {
    throw visageError('EVALUATION_INVALID', {
      owner,
      reason: `there are ${sameCount} pairs of one person and ${differentCount} of two people`,
      advice: 'Give at least one pair of each kind.',
    });
  }
  return {
    thresholds: Float64Array.from(thresholds),
    acceptedSame: Uint32Array.from(acceptedSame),
    acceptedDifferent: Uint32Array.from(acceptedDifferent),
    sameCount,
    differentCount,
  };
}
