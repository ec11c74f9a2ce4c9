import { type FalseMatchCurve, logFalseMatchRate, scoreAtFalseMatchRate } from './false-match-curve.ts';

/** People behind the one in question whose mean distance counts, and how much it does. */
const [nextPeople, power] = [3, 0.4];
/**
 * Galleries up to the first size go by the distance alone, from the second on the next people count in full.
 * All four numbers were chosen on LFW's people with 2 to 4 images, in galleries of 10 to 859 of them: the next
 * people of a small gallery are whoever is there.
 */
const [aloneUpTo, fullFrom] = [30, 300];

/** Weight of the next people in a gallery of so many: from 0 to 1, with the logarithm of the number. */
export function crowdWeight(people: number): number {
  const share = Math.log(people / aloneUpTo) / Math.log(fullFrom / aloneUpTo);
  return Math.min(1, Math.max(0, share));
}

/** How many people behind the one in question have to be compared, or they do not count. */
export const crowdNeeded = nextPeople;

/** The mean distance at which the people after the nearest are expected from a stranger, in a gallery of `people`. */
export function expectedNext(curve: FalseMatchCurve, people: number): number {
  let sum = 0;
  for (let place = 2; place < 2 + nextPeople; place++) {
    sum -= scoreAtFalseMatchRate(curve, Math.min(0, Math.log((place - 0.5) / people)));
  }
  return sum / nextPeople;
}

/**
 * Scores as they are in a crowd. A face that is near to many people is one that many resemble (blurred, turned,
 * of a kind that the network knows little of), and that it is near to one of them tells less: distances are
 * divided by the mean of those to the nearest three of the others, in shares of what is usual, to a power. The
 * same thought as in cohort normalisation of speakers' scores (Matějka et al. 2017, "Analysis of score
 * normalization in multilingual speaker recognition"), with the gallery as the cohort.
 *
 * The order of the people stays what it is.
 * @param scores negative relative distances of one face, at least four
 * @param usual see {@link expectedNext}
 * @param weight see {@link crowdWeight}
 */
export function crowdedScores(scores: Float64Array, usual: number, weight: number): Float64Array {
  const nearest = scores.toSorted().subarray(-nextPeople - 1);
  const least = nearest[0]!;
  let sum = 0;
  for (let i = 1; i < nearest.length; i++) sum += nearest[i]!;
  return scores.map((score) => {
    // Without the person in question, who may be one of the four.
    const others = score > least ? sum - score + least : sum;
    const crowding = Math.max(Number.MIN_VALUE, -others / nextPeople) / usual;
    return score / crowding ** (power * weight);
  });
}

/** Between the rate of a score alone and that of the score in a crowd, by the size of the gallery. */
export function logRateInCrowd(
  alone: FalseMatchCurve,
  score: number,
  crowd: { readonly curve: FalseMatchCurve; readonly score: number; readonly weight: number } | undefined,
): number {
  const logRate = logFalseMatchRate(alone, score);
  if (crowd === undefined) return logRate;
  return (1 - crowd.weight) * logRate + crowd.weight * logFalseMatchRate(crowd.curve, crowd.score);
}
