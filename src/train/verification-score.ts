import { pointAtFalseAcceptRate, rocCurve, type RocPoint } from '../evaluate/index.ts';
import { squaredDistances, type LabelledEmbeddings } from './loss/distances.ts';

/** Every pair of unit embeddings, judged. */
export interface AllPairs {
  /** Euclidean, in [0, 2]. */
  readonly distances: number[];
  readonly same: boolean[];
}

/** Distances of all pairs of photos. */
export function allPairs(faces: LabelledEmbeddings): AllPairs {
  const { people } = faces;
  const count = people.length;
  const squared = squaredDistances(faces);
  const pairs: AllPairs = { distances: [], same: [] };
  for (let i = 0; i < count; i++) {
    for (let j = i + 1; j < count; j++) {
      pairs.distances.push(Math.sqrt(squared[i * count + j]!));
      pairs.same.push(people[i] === people[j]);
    }
  }
  return pairs;
}

/**
 * The share of pairs of one person that are accepted where one pair of two people in a thousand is, over all
 * pairs of these faces; the curve beside it.
 * @throws VisageError `EVALUATION_INVALID` unless there are pairs of both kinds
 */
export function trueAcceptRate(
  faces: LabelledEmbeddings,
  falseAcceptRate = 1e-3,
): { readonly rate: number; readonly threshold: number; readonly curve: readonly RocPoint[] } {
  const curve = rocCurve(allPairs(faces));
  const { trueAcceptRate, threshold } = pointAtFalseAcceptRate(curve, falseAcceptRate);
  return { rate: trueAcceptRate, threshold, curve };
}
