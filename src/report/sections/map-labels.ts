interface Place {
  readonly person: number;
  readonly x: number;
  readonly y: number;
}

/** Width of a letter and height of a line of the labels, in units of the map. */
const letterPx = 8.4;
const linePx = 18;
const abovePx = 16;

/**
 * A place for the name of each person: above the middle of the person's faces, moved up or down in
 * lines until it covers no label placed before. Positions are baselines of text centred on x.
 */
export function placeLabels(
  points: readonly Place[],
  names: readonly string[],
  { widthPx = 1000, heightPx = 640 } = {},
): Place[] {
  const placed: (Place & { half: number })[] = [];
  for (const [person, name] of names.entries()) {
    const own = points.filter((point) => point.person === person);
    if (own.length === 0) continue;
    const half = (Math.min(name.length, 24) * letterPx) / 2;
    const middle = own.map(({ x }) => x).sort((a, b) => a - b)[own.length >> 1]!;
    const x = Math.min(widthPx - half - 4, Math.max(half + 4, middle));
    const top = Math.min(...own.filter((point) => Math.abs(point.x - middle) < 60).map((point) => point.y));
    const free = (y: number): boolean =>
      y > linePx &&
      y < heightPx - 4 &&
      placed.every(
        (other) => Math.abs(other.x - x) > other.half + half + 4 || Math.abs(other.y - y) >= linePx,
      );
    const steps = [0, 1, -1, 2, -2, 3, -3, 4, -4, 5, -5, 6, -6, 7, -7, 8, -8];
    const y =
      steps.map((step) => top - abovePx - step * linePx).find(free) ?? Math.max(linePx, top - abovePx);
    placed.push({ person, x, y, half });
  }
  return placed.map(({ person, x, y }) => ({ person, x: Math.round(x), y: Math.round(y) }));
}
