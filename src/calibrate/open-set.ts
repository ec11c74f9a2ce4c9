import { type OptionSchema, visageError } from '../kernel/index.ts';
import {
  type Calibration,
  leastFalseAcceptRate,
  type PersonTemplate,
  relativeDistance,
} from './calibration.ts';
import { crowdedScores, crowdNeeded, crowdWeight, expectedNext, logRateInCrowd } from './crowd.ts';
import { scoreAtFalseMatchRate } from './false-match-curve.ts';
import { spacingAt } from './spacing.ts';

/** The option of whatever decides whether a face is known. */
export const maxFalseAcceptOption = {
  maxFalseAccept: {
    type: 'number',
    exclusiveMin: 0,
    max: 1,
    default: 0.001,
    description:
      'Share of strangers that may be given a name: with so many people known, one face of somebody else.',
  },
} as const satisfies OptionSchema;

/** Why a face is nobody's. */
export type UnknownReason =
  /** Nobody that is known is near enough: a stranger may well look so. */
  | { readonly kind: 'too-far' }
  /** Near enough to two people, and hardly nearer to one than to the other; the better one first. */
  | { readonly kind: 'too-alike'; readonly names: readonly [string, string] }
  /** Too far, and the face is of poor quality: `problem` says in what, in words. */
  | { readonly kind: 'poor-face'; readonly problem: string };

/** How sure it is that a face is that of a person, when it may be a stranger's. */
export interface OpenSetAnswer {
  /**
   * Probability that the face is the person's, in [0, 1]: the alternatives are the other people and, as likely
   * beforehand as all of them together, strangers.
   */
  readonly certainty: number;
  /** How often a stranger's face comes as near as this to one of so many people, in [0, 1]. */
  readonly falseAcceptRate: number;
  /** The person of `others` who is nearly as likely; its index. */
  readonly rival?: number;
}

/** Two people are too alike when the one is less than so many times as probable as the other. */
const rivalOdds = 2;

/**
 * The probability that at least one of `people` comparisons with a stranger matches: 1 − (1 − rate)^people. They
 * are taken for independent; where strangers resemble several people at once the true one is smaller.
 */
export function galleryFalseAcceptRate(logRate: number, people: number): number {
  if (people === 0) return 0;
  return -Math.expm1(people * Math.log1p(-Math.exp(logRate)));
}

/**
 * How near a face came, in parts of what is allowed: its relative distance, as its false accept rate tells it, over
 * that at which the rate is `maxFalseAccept`. Known at 1 or less.
 */
export function shareOfAllowedDistance(
  { falseMatches }: Calibration,
  falseAcceptRate: number,
  maxFalseAccept: number,
  people: number,
): number {
  /** {@link galleryFalseAcceptRate} the other way round, then the distance of that rate. */
  const distanceAt = (rate: number): number =>
    -scoreAtFalseMatchRate(falseMatches, Math.log(-Math.expm1(Math.log1p(-rate) / people)));
  const allowed = distanceAt(maxFalseAccept);
  return allowed > 0 ? distanceAt(falseAcceptRate) / allowed : Infinity;
}

/**
 * Scores of a face: negative relative distances to each person.
 * @param embedding of unit length
 */
export function openSetScores(
  calibration: Calibration,
  embedding: Float32Array,
  people: readonly PersonTemplate[],
): Float64Array {
  const spacing = spacingAt(calibration.spacing, embedding);
  return Float64Array.from(people, (person) => -relativeDistance(calibration, embedding, spacing, person));
}

/**
 * How sure it is that a face is that of person `chosen`. In a large gallery the false accept rate also goes by how
 * near the next people are, see {@link crowdedScores}.
 * @param scores of the people who come into question, the nearest among them, see {@link openSetScores}
 * @param people how many are known in all, at least as many
 */
export function judgeOpenSet(
  calibration: Calibration,
  scores: Float64Array,
  chosen: number,
  people: number,
  maxFalseAccept: number,
): OpenSetAnswer {
  const { logOdds } = calibration;
  const score = scores[chosen]!;
  const oddsOf = (value: number): number => logOdds.slope * value + logOdds.offset;
  const own = oddsOf(score);
  const rateOf = falseAcceptRates(calibration, scores, people);
  // Relative to the chosen one, so that no power overflows: strangers weigh as much as all people together.
  let against = people * Math.exp(-own);
  let [second, secondScore] = [-1, -Infinity];
  for (let i = 0; i < scores.length; i++) {
    if (i === chosen) continue;
    against += Math.exp(oddsOf(scores[i]!) - own);
    if (scores[i]! > secondScore) [second, secondScore] = [i, scores[i]!];
  }
  const isRival = second >= 0 && own - oddsOf(secondScore) < Math.log(rivalOdds);
  return {
    certainty: 1 / (1 + against),
    falseAcceptRate: rateOf(chosen),
    ...(isRival && rateOf(second) <= maxFalseAccept ? { rival: second } : {}),
  };
}

/** How often a stranger comes as near to somebody as the face of `scores` to one of them, by index. */
function falseAcceptRates(
  { falseMatches, crowdedMatches }: Calibration,
  scores: Float64Array,
  people: number,
): (index: number) => number {
  const weight = scores.length > crowdNeeded ? crowdWeight(people) : 0;
  const crowd =
    crowdedMatches === undefined || weight === 0
      ? undefined
      : {
          curve: crowdedMatches,
          scores: crowdedScores(scores, expectedNext(falseMatches, people), weight),
          weight,
        };
  return (index) => {
    const inCrowd = crowd && { ...crowd, score: crowd.scores[index]! };
    return galleryFalseAcceptRate(logRateInCrowd(falseMatches, scores[index]!, inCrowd), people);
  };
}

/**
 * Whether a false accept rate can be promised by a calibration at all.
 * @throws VisageError `OPTION_INVALID` where the data are too few to speak of so small a rate
 */
export function checkMaxFalseAccept(owner: string, calibration: Calibration, maxFalseAccept: number): void {
  const least = leastFalseAcceptRate(calibration);
  if (maxFalseAccept >= least && maxFalseAccept <= 1) return;
  throw visageError('OPTION_INVALID', {
    owner,
    option: 'maxFalseAccept',
    got: String(maxFalseAccept),
    allowed: `a number from ${Number(least.toPrecision(2))} to 1 (${calibration.people} people were compared to calibrate pack ${calibration.pack}; a smaller rate needs more)`,
  });
}
