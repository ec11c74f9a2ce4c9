import type { Box } from '../../kernel/index.ts';

interface Edges {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

const edgesOf = ({ x, y, width, height }: Box): Edges => ({
  left: x,
  top: y,
  right: x + width,
  bottom: y + height,
});

const meet = (a: Edges, b: Edges): boolean =>
  a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

const areaOf = ({ left, top, right, bottom }: Edges): number => (right - left) * (bottom - top);

/** `area` without `other`, keeping as much as possible and all of `face`; unchanged where the two meet. */
function stepAside(area: Edges, face: Edges, other: Edges): Edges {
  const ways: Edges[] = [];
  if (other.right <= face.left) ways.push({ ...area, left: other.right });
  if (other.left >= face.right) ways.push({ ...area, right: other.left });
  if (other.bottom <= face.top) ways.push({ ...area, top: other.bottom });
  if (other.top >= face.bottom) ways.push({ ...area, bottom: other.top });
  let best = area;
  let mostLeft = 0;
  for (const way of ways) if (areaOf(way) > mostLeft) [best, mostLeft] = [way, areaOf(way)];
  return best;
}

/**
 * The part of a photo to cut out around a face, in whole pixels: the box with `margin` times its sides
 * added all around, kept inside the photo and off the boxes of the other faces, so that the face is
 * the only whole one in its cut-out. The box itself is always in it, as far as it lies in the photo.
 */
export function cutOut(
  box: Box,
  others: readonly Box[],
  photo: { readonly width: number; readonly height: number },
  margin: number,
): Box {
  const face = edgesOf(box);
  let area: Edges = {
    left: face.left - margin * box.width,
    top: face.top - margin * box.height,
    right: face.right + margin * box.width,
    bottom: face.bottom + margin * box.height,
  };
  for (const other of others.map(edgesOf)) if (meet(area, other)) area = stepAside(area, face, other);
  const x = Math.max(0, Math.round(area.left));
  const y = Math.max(0, Math.round(area.top));
  return {
    x,
    y,
    width: Math.min(photo.width, Math.round(area.right)) - x,
    height: Math.min(photo.height, Math.round(area.bottom)) - y,
  };
}
