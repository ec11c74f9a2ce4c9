import { unit, type JsonNode } from '../kernel/index.ts';
import { exactFloat32s } from './exact-numbers.ts';

/** The sum of the rows of each class and how many there are. */
export interface ClassSums {
  readonly sums: readonly Float64Array[];
  readonly counts: Uint32Array;
}

/** @param labels class numbers 0…classCount−1 */
export function sumClasses(
  rows: readonly Float32Array[],
  labels: ArrayLike<number>,
  classCount: number,
): ClassSums {
  const sums = Array.from({ length: classCount }, () => new Float64Array(rows[0]!.length));
  const counts = new Uint32Array(classCount);
  for (const [i, row] of rows.entries()) {
    const sum = sums[labels[i]!]!;
    counts[labels[i]!]!++;
    for (let j = 0; j < sum.length; j++) sum[j]! += row[j]!;
  }
  return { sums, counts };
}

/**
 * The mean of each class brought to unit length. Of unit embeddings that is the direction in which
 * the class lies; without this step a person whose photos differ more would have a shorter mean, which
 * lies nearer to every face, and would win faces of others (scikit-learn's `NearestCentroid` takes the
 * plain mean). A unit mean also keeps every distance within [0, 2].
 */
export function unitMeans(
  rows: readonly Float32Array[],
  labels: ArrayLike<number>,
  classCount: number,
): Float32Array[] {
  return sumClasses(rows, labels, classCount).sums.map((sum) => unit(sum));
}

export const writeMeans = (means: readonly Float32Array[]): number[][] => means.map(exactFloat32s);

export const readMeans = (json: JsonNode, classCount: number, dimension: number): Float32Array[] =>
  json
    .at('means')
    .items(classCount)
    .map((mean) => mean.float32s(dimension));
