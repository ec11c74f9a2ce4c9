import type { Random, Tensor } from '../kernel/index.ts';

/** What the centres of the people are called among the weights of a training. */
export const centresName = 'arcface/centres';

/** Centres [dimension, people] in random directions, of length about 1. */
export function initialCentres(dimension: number, people: number, random: Random): Tensor<'float32'> {
  const data = Float32Array.from(
    { length: dimension * people },
    () => random.normal() / Math.sqrt(dimension),
  );
  return { type: 'float32', dims: [dimension, people], data };
}

/** Puts the centre of each person that has embeddings into the middle of them, at length 1. */
export function placeCentres(
  { dims, data }: Tensor<'float32'>,
  embeddings: Float32Array,
  people: ArrayLike<number>,
): void {
  const [dimension, count] = dims as [number, number];
  const sums = new Float64Array(dimension * count);
  for (let i = 0; i < people.length; i++) {
    for (let k = 0; k < dimension; k++) sums[k * count + people[i]!]! += embeddings[i * dimension + k]!;
  }
  for (let person = 0; person < count; person++) {
    let square = 0;
    for (let k = 0; k < dimension; k++) square += sums[k * count + person]! ** 2;
    const length = Math.sqrt(square);
    if (length === 0) continue;
    for (let k = 0; k < dimension; k++) data[k * count + person] = sums[k * count + person]! / length;
  }
}
