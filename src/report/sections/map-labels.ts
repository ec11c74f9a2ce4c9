interface Place {
  readonly person: number;
  readonly x: number;
  readonly y: number;
}

/** A label or marker as a rectangle around its middle. */
interface Taken {
  readonly x: number;
  readonly y: number;
  readonly halfWidth: number;
  readonly halfHeight: number;
}

/** Width of a letter and height of a line of the labels, and reach of a marker, in units of the map. */
const letterPx = 8.4;
const linePx = 18;
const markerPx = 8;
/** From the middle of a line down to its baseline. */
const baselinePx = 5;
const mostLetters = 24;
const rings = 6;

const meet = (a: Taken, b: Taken): boolean =>
  Math.abs(a.x - b.x) < a.halfWidth + b.halfWidth && Math.abs(a.y - b.y) < a.halfHeight + b.halfHeight;

const middle = (sorted: readonly number[]): number => sorted[sorted.length >> 1]!;

/** Places around the middle of a person's faces, nearest first: above, below, right, left, and farther. */
function* placesAround(x: number, y: number, halfWidth: number): Generator<readonly [number, number]> {
  for (let ring = 1; ring <= rings; ring++) {
    const down = linePx * ring;
    const across = halfWidth + markerPx + (linePx * (ring - 1)) / 2 + 4;
    for (const dx of [0, -halfWidth * 0.6, halfWidth * 0.6]) {
      yield [x + dx, y - down];
      yield [x + dx, y + down];
    }
    for (const dy of [0, -linePx / 2, linePx / 2]) {
      yield [x + across, y + dy];
      yield [x - across, y + dy];
    }
  }
}

/**
 * A place for the name of each person close to the middle of the person's faces, such that it covers
 * no other name and, where possible, no face. Positions are baselines of text centred on x.
 */
export function placeLabels(
  points: readonly Place[],
  names: readonly string[],
  { widthPx = 1000, heightPx = 640 } = {},
): Place[] {
  const markers = points.map(({ x, y }) => ({ x, y, halfWidth: markerPx, halfHeight: markerPx }));
  const labels: (Taken & { readonly person: number })[] = [];
  for (const [person, name] of names.entries()) {
    const own = points.filter((point) => point.person === person);
    if (own.length === 0) continue;
    const halfWidth = (Math.min(name.length, mostLetters) * letterPx) / 2;
    const x = middle(own.map((point) => point.x).sort((a, b) => a - b));
    const y = middle(own.map((point) => point.y).sort((a, b) => a - b));
    const inside = [...placesAround(x, y, halfWidth)]
      .map(([atX, atY]) => ({ x: atX, y: atY, halfWidth, halfHeight: linePx / 2, person }))
      .filter(
        (label) =>
          label.x - halfWidth > 2 &&
          label.x + halfWidth < widthPx - 2 &&
          label.y > linePx / 2 &&
          label.y < heightPx - linePx / 2,
      );
    const apart = inside.filter((label) => !labels.some((other) => meet(label, other)));
    const free = apart.find((label) => !markers.some((marker) => meet(label, marker)));
    const chosen = free ?? apart[0] ?? inside[0];
    if (chosen !== undefined) labels.push(chosen);
  }
  return labels.map((label) => ({
    person: label.person,
    x: Math.round(label.x),
    y: Math.round(label.y + baselinePx),
  }));
}
