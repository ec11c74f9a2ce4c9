import type { PersonCount } from '../dataset/index.ts';
import { printable } from './view/cells.ts';

/** How many faces each name has, in the order in which the names first appear. */
export function countNames(names: readonly string[]): PersonCount[] {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return Array.from(counts, ([name, count]) => ({ name, count }));
}

/** A shape as NumPy prints it: `(108, 150, 150, 3)`, `(108,)`. */
export function shapeText(dims: readonly number[]): string {
  return dims.length === 1 ? `(${dims[0]},)` : `(${dims.join(', ')})`;
}

/** One part of a data set as `--json` shows it. */
export function splitRecord(people: readonly PersonCount[], shape: readonly number[]): unknown {
  return { shape, counts: Object.fromEntries(people.map(({ name, count }) => [name, count])) };
}

/** The lines that the original prints while it loads one part of a data set. */
export function loadedLines(people: readonly PersonCount[], shape: readonly number[]): string[] {
  return [
    ...people.map(({ name, count }) => `>loaded ${count} examples for class: ${printable(name)}`),
    `${shapeText(shape)} ${shapeText(shape.slice(0, 1))}`,
  ];
}
