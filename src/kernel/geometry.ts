/** A position in pixels: x to the right, y down, (0, 0) the outer corner of the first pixel. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A rectangle in pixels of the upright photo; may be fractional, may reach outside the photo. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * A rotation, uniform scaling and shift without reflection:
 * (x, y) ↦ (a·x − b·y + tx, b·x + a·y + ty). Its scale is √(a² + b²).
 */
export interface Similarity {
  readonly a: number;
  readonly b: number;
  readonly tx: number;
  readonly ty: number;
}

/** Where `transform` puts `point`. */
export function transformPoint(transform: Similarity, point: Point): Point {
  return {
    x: transform.a * point.x - transform.b * point.y + transform.tx,
    y: transform.b * point.x + transform.a * point.y + transform.ty,
  };
}

/** The transform that undoes `transform`, whose scale must not be 0. */
export function invertSimilarity({ a, b, tx, ty }: Similarity): Similarity {
  const squaredScale = a * a + b * b;
  const [ia, ib] = [a / squaredScale, -b / squaredScale];
  return { a: ia, b: ib, tx: -(ia * tx - ib * ty), ty: -(ib * tx + ia * ty) };
}

/** Area in square pixels; 0 for a box turned inside out. */
export function boxArea(box: Box): number {
  return Math.max(0, box.width) * Math.max(0, box.height);
}

/** Area that both boxes cover. */
export function overlapArea(a: Box, b: Box): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  return Math.max(0, width) * Math.max(0, height);
}

/** Intersection over union, in [0, 1]. */
export function intersectionOverUnion(a: Box, b: Box): number {
  const shared = overlapArea(a, b);
  const union = boxArea(a) + boxArea(b) - shared;
  return union > 0 ? shared / union : 0;
}

/** The part of `box` inside a picture of `width` × `height` pixels. */
export function clipBox(box: Box, width: number, height: number): Box {
  const left = Math.min(Math.max(box.x, 0), width);
  const top = Math.min(Math.max(box.y, 0), height);
  const right = Math.min(Math.max(box.x + box.width, 0), width);
  const bottom = Math.min(Math.max(box.y + box.height, 0), height);
  return { x: left, y: top, width: right - left, height: bottom - top };
}
