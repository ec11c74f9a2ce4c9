import { type ProgressListener, Random, visageError } from '../kernel/index.ts';
import { checkPairs, type VerificationPairs } from './thresholds.ts';

/** Pairs of faces, each with the people that its two faces are of. */
export interface PeoplePairs extends VerificationPairs {
  /** Person of the first face of each pair: a number from 0. Equal to `secondPeople` where `same` holds. */
  readonly firstPeople: ArrayLike<number>;
  readonly secondPeople: ArrayLike<number>;
}

/** Where a figure may lie besides: within `low` to `high` with 95 % confidence. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** 95 % intervals of the figures of a verification run; undefined where too few redrawn sets had both kinds of pairs. */
export interface VerificationIntervals {
  readonly areaUnderCurve: Interval | undefined;
  readonly equalErrorRate: Interval | undefined;
  /** Of the true accept rate at each false accept rate asked for, in that order. */
  readonly trueAcceptRates: readonly (Interval | undefined)[];
}

export interface BootstrapOptions {
  /** False accept rates, each in [0, 1]. */
  readonly falseAcceptRates?: readonly number[];
  /** How often people are drawn anew; default 1,000. */
  readonly rounds?: number;
  /** Default 0. */
  readonly seed?: number;
  readonly progress?: ProgressListener;
  readonly signal?: AbortSignal;
}

/**
 * Confidence intervals by drawing people anew. Pairs that share a face, or a person, are not independent, so
 * people are drawn with replacement, as many as there are (Bolle, Ratha and Pankanti 2004); a person drawn w
 * times counts w times: pairs of one person weigh w, pairs of two people w·w′ (as in Owen's pigeonhole bootstrap,
 * 2007). The interval goes from the 2.5th to the 97.5th percentile of the redrawn figures,
 * with linear interpolation, as NumPy's `quantile`. Same seed, same numbers. O(rounds · pairs).
 * @throws VisageError `EVALUATION_INVALID`, `INTERRUPTED`
 */
export async function verificationIntervals(
  pairs: PeoplePairs,
  options: BootstrapOptions = {},
): Promise<VerificationIntervals> {
  const { falseAcceptRates = [], rounds = 1000, seed = 0, progress, signal } = options;
  const sorted = sortPairs(pairs);
  const random = new Random(seed).fork('people');
  const weights = new Uint32Array(sorted.peopleCount);
  const [areas, errors]: [number[], number[]] = [[], []];
  const rates: number[][] = falseAcceptRates.map(() => []);
  for (let round = 0; round < rounds; round++) {
    if (round % 20 === 0) {
      await new Promise((resolve) => setImmediate(resolve));
      if (signal?.aborted) throw visageError('INTERRUPTED', { kept: 'what was measured is kept' });
      progress?.({ stage: 'drawing people anew', done: round, total: rounds });
    }
    weights.fill(0);
    for (let i = 0; i < weights.length; i++) weights[random.integer(weights.length)]!++;
    const figures = weighted(sorted, weights, falseAcceptRates);
    if (figures === undefined) continue;
    areas.push(figures.areaUnderCurve);
    errors.push(figures.equalErrorRate);
    for (const [i, list] of rates.entries()) list.push(figures.trueAcceptRates[i]!);
  }
  progress?.({ stage: 'drawing people anew', done: rounds, total: rounds });
  const interval = (values: number[]): Interval | undefined =>
    values.length * 2 < rounds || values.length === 0
      ? undefined
      : { low: quantile(values, 0.025), high: quantile(values, 0.975) };
  return {
    areaUnderCurve: interval(areas),
    equalErrorRate: interval(errors),
    trueAcceptRates: rates.map(interval),
  };
}

/** The pairs by distance, nearest first. */
interface SortedPairs {
  readonly same: Uint8Array;
  readonly first: Uint32Array;
  readonly second: Uint32Array;
  /** 1 for a pair after which the distance changes: only there a threshold can lie. */
  readonly ends: Uint8Array;
  readonly peopleCount: number;
}

function sortPairs(pairs: PeoplePairs): SortedPairs {
  const owner = 'verificationIntervals';
  checkPairs(owner, pairs);
  const { distances, same, firstPeople, secondPeople } = pairs;
  const count = distances.length;
  const fail = (reason: string, advice: string): never => {
    throw visageError('EVALUATION_INVALID', { owner, reason, advice });
  };
  if (firstPeople.length !== count || secondPeople.length !== count) {
    fail(
      `there are ${count} pairs and ${firstPeople.length} and ${secondPeople.length} people`,
      'Give every pair its two people.',
    );
  }
  const order = Uint32Array.from({ length: count }, (_, i) => i).sort(
    (a, b) => distances[a]! - distances[b]!,
  );
  let peopleCount = 0;
  for (let i = 0; i < count; i++) {
    const [first, second] = [firstPeople[i]!, secondPeople[i]!];
    const fits = Number.isInteger(first) && Number.isInteger(second) && Math.min(first, second) >= 0;
    if (!fits || (first === second) !== Boolean(same[i])) {
      fail(
        `pair ${i} is said to show ${same[i] ? 'one person' : 'two people'}, numbers ${first} and ${second}`,
        'Number people from 0; both numbers are equal exactly where the pair shows one person.',
      );
    }
    peopleCount = Math.max(peopleCount, first + 1, second + 1);
  }
  return {
    same: Uint8Array.from(order, (i) => (same[i] ? 1 : 0)),
    first: Uint32Array.from(order, (i) => firstPeople[i]!),
    second: Uint32Array.from(order, (i) => secondPeople[i]!),
    ends: Uint8Array.from(order, (i, place) => {
      const next = order[place + 1];
      return next === undefined || distances[next] !== distances[i] ? 1 : 0;
    }),
    peopleCount,
  };
}

/** The figures of {@link VerificationIntervals} for one drawing of people; undefined where a kind of pair is missing. */
function weighted(
  { same, first, second, ends }: SortedPairs,
  weights: Uint32Array,
  falseAcceptRates: readonly number[],
): { areaUnderCurve: number; equalErrorRate: number; trueAcceptRates: number[] } | undefined {
  let [sameTotal, differentTotal] = [0, 0];
  for (let i = 0; i < same.length; i++) {
    if (same[i]) sameTotal += weights[first[i]!]!;
    else differentTotal += weights[first[i]!]! * weights[second[i]!]!;
  }
  if (sameTotal === 0 || differentTotal === 0) return undefined;
  const trueAcceptRates = falseAcceptRates.map(() => 0);
  let [acceptedSame, acceptedDifferent, area, equalError] = [0, 0, 0, -1];
  let [far, tar] = [0, 0];
  for (let i = 0; i < same.length; i++) {
    if (same[i]) acceptedSame += weights[first[i]!]!;
    else acceptedDifferent += weights[first[i]!]! * weights[second[i]!]!;
    if (!ends[i]) continue;
    const [nextFar, nextTar] = [acceptedDifferent / differentTotal, acceptedSame / sameTotal];
    area += ((nextFar - far) * (nextTar + tar)) / 2;
    const excess = nextFar + nextTar - 1;
    if (equalError < 0 && excess >= 0) {
      const before = far + tar - 1;
      equalError = far + (-before / (excess - before)) * (nextFar - far);
    }
    for (let r = 0; r < falseAcceptRates.length; r++)
      if (nextFar <= falseAcceptRates[r]!) trueAcceptRates[r] = nextTar;
    [far, tar] = [nextFar, nextTar];
  }
  return { areaUnderCurve: area, equalErrorRate: equalError, trueAcceptRates };
}

/** The `share` quantile with linear interpolation between neighbours (NumPy's default). Sorts `values`. */
function quantile(values: number[], share: number): number {
  values.sort((a, b) => a - b);
  const place = (values.length - 1) * share;
  const low = Math.floor(place);
  const next = values[low + 1] ?? values[low]!;
  return values[low]! + (place - low) * (next - values[low]!);
}
