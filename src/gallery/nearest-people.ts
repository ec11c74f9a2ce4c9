import type { FaceMatch } from './live-faces.ts';

/** A person among the nearest examples. */
export interface NearPerson {
  readonly personId: string;
  readonly name: string;
  /** Mean squared distance of the nearest examples. */
  readonly score: number;
  /** Distance of the nearest example. */
  readonly nearest: number;
}

/**
 * The people of the nearest examples, those of least score first; of equal ones the nearest, then in the order of the
 * search. Examples that are spare do not count.
 * @param matches nearest first
 * @param neighbors how many examples of a person count
 */
export function nearestPeople(matches: readonly FaceMatch[], neighbors: number): NearPerson[] {
  const people = new Map<string, { name: string; nearest: number; count: number; sum: number; of: number }>();
  for (const { personId, name, distance, weight, spare } of matches) {
    if (spare) continue;
    let person = people.get(personId);
    if (person === undefined)
      people.set(personId, (person = { name, nearest: distance, count: 0, sum: 0, of: 0 }));
    if (person.count === neighbors) continue;
    person.count++;
    person.sum += weight * distance ** 2;
    person.of += weight;
  }
  return [...people]
    .map(([personId, { name, nearest, sum, of }]) => ({ personId, name, nearest, score: sum / of }))
    .sort((a, b) => a.score - b.score || a.nearest - b.nearest);
}
