import { type Random, type Vector, dot, mean, norm } from '../kernel/index.ts';

/** The top eigenvector of rowsᵀ·rows, orthogonal to `against`, by power iteration. */
function leadingDirection(rows: readonly Float64Array[], against: Float64Array | undefined, random: Random) {
  const dimension = rows[0]!.length;
  let direction = Float64Array.from({ length: dimension }, () => random.normal());
  // 100 rounds: enough for a picture; an exact eigenvector is not needed.
  for (let round = 0; round < 100; round++) {
    const next = new Float64Array(dimension);
    for (const row of rows) {
      const score = dot(row, direction);
      for (let j = 0; j < dimension; j++) next[j]! += score * row[j]!;
    }
    // Last of all, so that the two directions are orthogonal even where neither is exact.
    if (against !== undefined) {
      const overlap = dot(next, against);
      for (let j = 0; j < dimension; j++) next[j]! -= overlap * against[j]!;
    }
    const length = norm(next);
    if (length < 1e-12) return direction.fill(0);
    direction = next.map((value) => value / length);
  }
  return direction;
}

/**
 * Coordinates of `vectors` on their first two principal components (Pearson 1901); (0, 0) for all
 * where they do not differ. Signs are such that the largest coordinate of each direction is positive.
 */
export function principalCoordinates(vectors: readonly Vector[], random: Random): { x: number; y: number }[] {
  if (vectors.length === 0) return [];
  const centre = mean(vectors);
  const rows = vectors.map((vector) => Float64Array.from(vector, (value, j) => value - centre[j]!));
  const first = orient(leadingDirection(rows, undefined, random));
  const second = orient(leadingDirection(rows, first, random));
  return rows.map((row) => ({ x: dot(row, first), y: dot(row, second) }));
}

function orient(direction: Float64Array): Float64Array {
  let largest = 0;
  for (const value of direction) if (Math.abs(value) > Math.abs(largest)) largest = value;
  return largest < 0 ? direction.map((value) => -value) : direction;
}
