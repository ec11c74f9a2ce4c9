import { equalErrorRate, pointAtFalseAcceptRate, rocCurve, type RocPoint } from '../evaluate/index.ts';

/** Pairs of photos to be told apart, by their places in a list. */
export interface VerificationTrials {
  readonly first: Uint32Array;
  readonly second: Uint32Array;
  /** 1 where both show one person. */
  readonly same: Uint8Array;
}

/** Embeddings of unit length, [photos, dimension], of some places in the list of photos. */
export interface PlacedEmbeddings {
  readonly embeddings: Float32Array;
  readonly dimension: number;
  /** The row of a place in the list. */
  readonly rows: ReadonlyMap<number, number>;
}

function trialsOf(pairs: Iterable<readonly [number, number]>, people: ArrayLike<number>): VerificationTrials {
  const [first, second]: [number[], number[]] = [[], []];
  for (const [a, b] of pairs) {
    first.push(a);
    second.push(b);
  }
  return {
    first: Uint32Array.from(first),
    second: Uint32Array.from(second),
    same: Uint8Array.from(first, (a, i) => Number(people[a] === people[second[i]!])),
  };
}

/** Every photo with every other. `people` is that of each place in the list. */
export function trialsAmong(photos: readonly number[], people: ArrayLike<number>): VerificationTrials {
  function* pairs(): Generator<readonly [number, number]> {
    for (const [i, first] of photos.entries()) {
      for (let j = i + 1; j < photos.length; j++) yield [first, photos[j]!];
    }
  }
  return trialsOf(pairs(), people);
}

/** Each of some photos with each of some others. */
export function trialsBetween(
  photos: readonly number[],
  others: readonly number[],
  people: ArrayLike<number>,
): VerificationTrials {
  function* pairs(): Generator<readonly [number, number]> {
    for (const first of photos) for (const second of others) yield [first, second];
  }
  return trialsOf(pairs(), people);
}

/** Whether there are pairs of one person and pairs of two. */
export const hasBothKinds = ({ same }: VerificationTrials): boolean => same.includes(1) && same.includes(0);

/** Euclidean, in [0, 2], one a pair. */
export function trialDistances(
  { first, second }: VerificationTrials,
  { embeddings, dimension, rows }: PlacedEmbeddings,
): Float64Array {
  return Float64Array.from(first, (place, i) => {
    const a = rows.get(place)! * dimension;
    const b = rows.get(second[i]!)! * dimension;
    let sum = 0;
    for (let k = 0; k < dimension; k++) {
      const difference = embeddings[a + k]! - embeddings[b + k]!;
      sum += difference * difference;
    }
    return Math.sqrt(sum);
  });
}

/** How well pairs are told apart. */
export interface TrialOutcome {
  /** True accept rate at a false accept rate of 1e-3, in [0, 1]. */
  readonly rate: number;
  readonly equalErrorRate: number;
  /** Decidability index d′ (Daugman 2000): means of the two kinds apart, in standard deviations. */
  readonly decidability: number;
  readonly curve: readonly RocPoint[];
  readonly distances: Float64Array;
}

/** @throws VisageError `EVALUATION_INVALID` unless there are pairs of both kinds */
export function judgeTrials(trials: VerificationTrials, placed: PlacedEmbeddings): TrialOutcome {
  const distances = trialDistances(trials, placed);
  const curve = rocCurve({ distances, same: trials.same });
  return {
    rate: pointAtFalseAcceptRate(curve, 1e-3).trueAcceptRate,
    equalErrorRate: equalErrorRate(curve),
    decidability: decidability(distances, trials.same),
    curve,
    distances,
  };
}

function decidability(distances: Float64Array, same: Uint8Array): number {
  const moments = [0, 1].map((kind) => {
    let [count, sum, squares] = [0, 0, 0];
    for (const [i, distance] of distances.entries()) {
      if (same[i] !== kind) continue;
      count++;
      sum += distance;
      squares += distance * distance;
    }
    const mean = sum / count;
    return { mean, variance: Math.max(0, squares / count - mean * mean) };
  });
  const [different, own] = moments as [(typeof moments)[0], (typeof moments)[0]];
  const spread = Math.sqrt((different.variance + own.variance) / 2);
  return (different.mean - own.mean) / Math.max(spread, 1e-9);
}
