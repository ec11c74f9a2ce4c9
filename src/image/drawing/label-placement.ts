import { type Box, overlapArea } from '../../kernel/index.ts';

/** A plate to be placed beside the box it belongs to. */
export interface Plate {
  readonly anchor: Box;
  readonly width: number;
  readonly height: number;
}

/** How bad it is to cover a pixel of another plate, of the own face, and of another face. */
const cost = { plate: 20, ownFace: 1.5, otherFace: 3 };

/**
 * Top left corners for the plates, in their order. Each goes where it hides least: above its box,
 * below it, inside its edges, beside it, or pushed along these. No plate leaves the picture if it
 * fits into it at all; plates overlap only where every place tried would.
 * @param gap distance between a box and a plate outside it, in pixels
 */
export function placeLabels(
  plates: readonly Plate[],
  pictureWidth: number,
  pictureHeight: number,
  gap: number,
): { x: number; y: number }[] {
  const placed: Box[] = [];
  for (const [index, plate] of plates.entries()) {
    let best: Box | undefined;
    let least = Infinity;
    for (const [rank, place] of places(plate, gap).entries()) {
      const spot: Box = {
        x: Math.round(Math.max(0, Math.min(pictureWidth - plate.width, place.x))),
        y: Math.round(Math.max(0, Math.min(pictureHeight - plate.height, place.y))),
        width: plate.width,
        height: plate.height,
      };
      // The rank breaks ties: earlier places read more naturally.
      const badness = coveredCost(spot, index, plates, placed) + rank * 0.01 * plate.width * plate.height;
      if (badness < least) {
        least = badness;
        best = spot;
      }
    }
    placed.push(best!);
  }
  return placed.map(({ x, y }) => ({ x, y }));
}

function places({ anchor, width, height }: Plate, gap: number): { x: number; y: number }[] {
  const above = anchor.y - height - gap;
  const below = anchor.y + anchor.height + gap;
  const left = anchor.x;
  const centre = anchor.x + (anchor.width - width) / 2;
  const right = anchor.x + anchor.width - width;
  const rows = [above, below].flatMap((y) => [left, centre, right].map((x) => ({ x, y })));
  const beside = [anchor.x + anchor.width + gap, anchor.x - width - gap].flatMap((x) =>
    [anchor.y, anchor.y + anchor.height - height].map((y) => ({ x, y })),
  );
  const inside = [anchor.y + anchor.height - height, anchor.y].map((y) => ({ x: centre, y }));
  const farther = [above - height - gap, below + height + gap].flatMap((y) =>
    [left, right].map((x) => ({ x, y })),
  );
  return [...rows, ...inside, ...beside, ...farther];
}

function coveredCost(spot: Box, index: number, plates: readonly Plate[], placed: readonly Box[]): number {
  let sum = 0;
  for (const other of placed) sum += cost.plate * overlapArea(spot, other);
  for (const [i, { anchor }] of plates.entries()) {
    sum += (i === index ? cost.ownFace : cost.otherFace) * overlapArea(spot, anchor);
  }
  return sum;
}
