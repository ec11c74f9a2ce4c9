import type { Random } from '../../kernel/index.ts';
import { squaredDistances, type LabelledEmbeddings } from './distances.ts';

/** How triplets are chosen out of a batch; see {@link mineTriplets}. */
export const miningRules = ['batch-all', 'batch-hard', 'semi-hard', 'davidsandberg'] as const;
export type MiningRule = (typeof miningRules)[number];

/** Rows of anchor, positive and negative, three numbers a triplet. */
export type Triplets = Uint32Array;

/** Calls `visit` for every anchor and every other photo of the same person. */
function eachPair(people: ArrayLike<number>, visit: (anchor: number, positive: number) => void): void {
  for (let a = 0; a < people.length; a++) {
    for (let p = 0; p < people.length; p++) if (a !== p && people[a] === people[p]) visit(a, p);
  }
}

/** Every triplet of the batch. */
function all({ people }: LabelledEmbeddings): number[] {
  const triplets: number[] = [];
  eachPair(people, (a, p) => {
    for (let n = 0; n < people.length; n++) if (people[n] !== people[a]) triplets.push(a, p, n);
  });
  return triplets;
}

/** For each anchor the farthest photo of the same person and the nearest of another. */
function hard({ people }: LabelledEmbeddings, distances: Float64Array): number[] {
  const count = people.length;
  const triplets: number[] = [];
  for (let a = 0; a < count; a++) {
    let [positive, negative] = [-1, -1];
    for (let other = 0; other < count; other++) {
      const distance = distances[a * count + other]!;
      if (people[other] !== people[a]) {
        if (negative < 0 || distance < distances[a * count + negative]!) negative = other;
      } else if (other !== a && (positive < 0 || distance > distances[a * count + positive]!)) {
        positive = other;
      }
    }
    if (positive >= 0 && negative >= 0) triplets.push(a, positive, negative);
  }
  return triplets;
}

/** For each pair of one person the nearest photo of another that is farther than the pair is apart. */
function semiHard({ people }: LabelledEmbeddings, distances: Float64Array): number[] {
  const count = people.length;
  const triplets: number[] = [];
  eachPair(people, (a, p) => {
    const apart = distances[a * count + p]!;
    let negative = -1;
    for (let n = 0; n < count; n++) {
      const distance = distances[a * count + n]!;
      if (people[n] === people[a] || distance <= apart) continue;
      if (negative < 0 || distance < distances[a * count + negative]!) negative = n;
    }
    if (negative >= 0) triplets.push(a, p, negative);
  });
  return triplets;
}

/** For each pair of one person (once, not both ways) any photo of another that violates the margin. */
function violating(
  { people }: LabelledEmbeddings,
  distances: Float64Array,
  margin: number,
  random: Random,
): number[] {
  const count = people.length;
  const triplets: number[] = [];
  eachPair(people, (a, p) => {
    if (p < a) return;
    const bound = distances[a * count + p]! + margin;
    const negatives: number[] = [];
    for (let n = 0; n < count; n++) {
      if (people[n] !== people[a] && distances[a * count + n]! < bound) negatives.push(n);
    }
    if (negatives.length > 0) triplets.push(a, p, random.choice(negatives));
  });
  return random.permutation(triplets.length / 3).reduce<number[]>((shuffled, i) => {
    shuffled.push(triplets[3 * i]!, triplets[3 * i + 1]!, triplets[3 * i + 2]!);
    return shuffled;
  }, []);
}

/**
 * Chooses triplets (anchor, positive, negative) out of a batch of unit embeddings.
 *
 * - `batch-all`: every valid triplet (Hermans, Beyer and Leibe 2017)
 * - `batch-hard`: for each anchor the farthest positive and the nearest negative (the same)
 * - `semi-hard`: for each anchor and positive the nearest negative that is farther from the anchor than the
 *   positive (Schroff, Kalenichenko and Philbin 2015, FaceNet, section 3.2); a pair without one is left out
 * - `davidsandberg`: for each anchor and positive, each pair once, a random negative nearer than the
 *   positive plus the margin (davidsandberg/facenet, src/train_tripletloss.py, `select_triplets`), in
 *   random order
 *
 * @param margin only `davidsandberg` looks at it
 * @param random only `davidsandberg` draws
 */
export function mineTriplets(
  batch: LabelledEmbeddings,
  rule: MiningRule,
  margin: number,
  random: Random,
): Triplets {
  if (rule === 'batch-all') return Uint32Array.from(all(batch));
  const distances = squaredDistances(batch);
  if (rule === 'batch-hard') return Uint32Array.from(hard(batch, distances));
  if (rule === 'semi-hard') return Uint32Array.from(semiHard(batch, distances));
  return Uint32Array.from(violating(batch, distances, margin, random));
}
