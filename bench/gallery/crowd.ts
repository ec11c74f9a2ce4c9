import type { Enrolment } from '../../src/gallery/index.ts';
import { Random, unit } from '../../src/kernel/index.ts';

/** Invented people: unit vectors around a random direction each. */
export interface Crowd {
  readonly people: number;
  readonly examples: number;
  readonly dimension: number;
  /** Standard deviation of each number around the person's direction. */
  readonly spread: number;
  readonly seed: number;
}

const centerOf = ({ dimension, seed }: Crowd, person: number): { random: Random; center: Float32Array } => {
  const random = new Random(seed).fork(String(person));
  return { random, center: unit(Float32Array.from({ length: dimension }, () => random.normal())) };
};
const around = (center: Float32Array, random: Random, spread: number): Float32Array =>
  unit(center.map((value) => value + spread * random.normal()));

/** Everybody's examples, one person after another. */
export function* enrolments(crowd: Crowd): Generator<Enrolment> {
  for (let person = 0; person < crowd.people; person++) {
    const { random, center } = centerOf(crowd, person);
    const examples = Array.from({ length: crowd.examples }, () => ({
      embedding: around(center, random, crowd.spread),
    }));
    yield { name: `person ${person}`, examples };
  }
}

/** A new face of each of `count` people, spread over the crowd. */
export function probes(crowd: Crowd, count: number): { name: string; embedding: Float32Array }[] {
  return Array.from({ length: count }, (_, i) => {
    const person = Math.floor((i * crowd.people) / count);
    const { center } = centerOf(crowd, person);
    const random = new Random(crowd.seed).fork(`probe ${person}`);
    return { name: `person ${person}`, embedding: around(center, random, crowd.spread) };
  });
}
