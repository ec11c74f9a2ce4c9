import { Random } from '../../../src/kernel/index.ts';

export interface People {
  /** Not of unit length, as a network gives them. */
  readonly embeddings: Float32Array[];
  readonly names: string[];
  /** One more face of each person. */
  readonly probes: Float32Array[];
  readonly probeNames: string[];
}

/**
 * Made-up people: embeddings scattered round a centre of each person.
 * @param faces how many of each person
 * @param spread of the scatter, in lengths of the centres' components
 */
export function makePeople(
  faces: readonly number[],
  dimension: number = 32,
  seed: number = 1,
  spread: number = 0.5,
): People {
  const random = new Random(seed);
  const people: People = { embeddings: [], names: [], probes: [], probeNames: [] };
  for (const [person, count] of faces.entries()) {
    const centre = Array.from({ length: dimension }, () => random.normal());
    const face = (): Float32Array => Float32Array.from(centre, (value) => value + spread * random.normal());
    for (let i = 0; i < count; i++) {
      people.embeddings.push(face());
      people.names.push(`person ${person}`);
    }
    people.probes.push(face());
    people.probeNames.push(`person ${person}`);
  }
  return people;
}
