import { compareCodePoints } from '../kernel/index.ts';

/** How many rows a person has in one split. */
export interface PersonCount {
  readonly name: string;
  readonly count: number;
}

/** The people of a split by code point, with their counts. */
export function countPeople(names: readonly string[]): PersonCount[] {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts]
    .map(([name, count]) => ({ name, count }))
    .sort((a, b) => compareCodePoints(a.name, b.name));
}

/** People of `val` that nothing is learnt about. */
export function untrainedPeople(train: readonly string[], val: readonly string[]): string[] {
  const known = new Set(train);
  return countPeople(val)
    .map(({ name }) => name)
    .filter((name) => !known.has(name));
}
