/** Rows of unit length that a network gave, and whose they are. */
export interface LabelledEmbeddings {
  /** Row by row, `count`·`dimension` numbers. */
  readonly embeddings: Float32Array;
  readonly dimension: number;
  /** One number a person. */
  readonly people: ArrayLike<number>;
}

/** Squared Euclidean distances between all rows, [count, count], in float64. */
export function squaredDistances({ embeddings, dimension, people }: LabelledEmbeddings): Float64Array {
  const count = people.length;
  const distances = new Float64Array(count * count);
  for (let i = 0; i < count; i++) {
    for (let j = i + 1; j < count; j++) {
      let sum = 0;
      for (let k = 0, a = i * dimension, b = j * dimension; k < dimension; k++, a++, b++) {
        const difference = embeddings[a]! - embeddings[b]!;
        sum += difference * difference;
      }
      distances[i * count + j] = sum;
      distances[j * count + i] = sum;
    }
  }
  return distances;
}
