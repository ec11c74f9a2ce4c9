import type { Raster } from '../raster.ts';

/** Red, green, blue, 0–255. */
export type Colour = readonly [number, number, number];

/** A picture that is painted on. */
export interface Canvas extends Raster {
  readonly data: Uint8Array;
}

/** How much of each pixel something covers: 0–255, row-major. */
export interface Mask {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** A rectangle with round corners, in pixels. */
export interface RoundedBox {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly radius: number;
}

function blend(canvas: Canvas, x: number, y: number, colour: Colour, opacity: number): void {
  const at = (y * canvas.width + x) * 3;
  for (let c = 0; c < 3; c++) {
    canvas.data[at + c] = canvas.data[at + c]! + (colour[c]! - canvas.data[at + c]!) * opacity + 0.5;
  }
}

/** Distance from a point to the outline of a rounded box, negative inside (the usual signed distance). */
function signedDistance(box: RoundedBox, x: number, y: number): number {
  const radius = Math.min(box.radius, box.width / 2, box.height / 2);
  const qx = Math.abs(x - box.x - box.width / 2) - box.width / 2 + radius;
  const qy = Math.abs(y - box.y - box.height / 2) - box.height / 2 + radius;
  return Math.hypot(Math.max(qx, 0), Math.max(qy, 0)) + Math.min(Math.max(qx, qy), 0) - radius;
}

/** Visits the pixels of the canvas within `reach` of `box`. */
function eachPixel(
  canvas: Canvas,
  box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number },
  reach: number,
  visit: (x: number, y: number) => void,
): void {
  const right = Math.min(canvas.width, Math.ceil(box.x + box.width + reach));
  const bottom = Math.min(canvas.height, Math.ceil(box.y + box.height + reach));
  for (let y = Math.max(0, Math.floor(box.y - reach)); y < bottom; y++) {
    for (let x = Math.max(0, Math.floor(box.x - reach)); x < right; x++) visit(x, y);
  }
}

const clamp = (value: number): number => Math.min(1, Math.max(0, value));

/** Fills a rounded box, anti-aliased. */
export function fillBox(canvas: Canvas, box: RoundedBox, colour: Colour, opacity = 1): void {
  eachPixel(canvas, box, 1, (x, y) => {
    const covered = clamp(0.5 - signedDistance(box, x + 0.5, y + 0.5));
    if (covered > 0) blend(canvas, x, y, colour, covered * opacity);
  });
}

/**
 * Strokes the outline of a rounded box, anti-aliased, the line centred on it.
 * @param cornerLength where given, only the corners are drawn, this far along each side
 */
export function strokeBox(
  canvas: Canvas,
  box: RoundedBox,
  lineWidth: number,
  colour: Colour,
  opacity = 1,
  cornerLength = Infinity,
): void {
  eachPixel(canvas, box, lineWidth, (x, y) => {
    const [px, py] = [x + 0.5, y + 0.5];
    let covered = clamp(lineWidth / 2 + 0.5 - Math.abs(signedDistance(box, px, py)));
    if (covered > 0 && cornerLength !== Infinity) {
      const fromSide = Math.min(px - box.x, box.x + box.width - px);
      const fromEnd = Math.min(py - box.y, box.y + box.height - py);
      covered *= clamp(cornerLength + 0.5 - Math.max(fromSide, fromEnd));
    }
    if (covered > 0) blend(canvas, x, y, colour, covered * opacity);
  });
}

/** Fills a circle, anti-aliased. */
export function fillCircle(
  canvas: Canvas,
  centreX: number,
  centreY: number,
  radius: number,
  colour: Colour,
  opacity = 1,
): void {
  const box = { x: centreX - radius, y: centreY - radius, width: 2 * radius, height: 2 * radius, radius };
  fillBox(canvas, box, colour, opacity);
}

/** Paints `colour` through a mask whose top left pixel lies at (`left`, `top`), whole pixels. */
export function paintMask(canvas: Canvas, mask: Mask, left: number, top: number, colour: Colour): void {
  eachPixel(canvas, { x: left, y: top, width: mask.width, height: mask.height }, 0, (x, y) => {
    const covered = mask.data[(y - top) * mask.width + x - left]!;
    if (covered > 0) blend(canvas, x, y, colour, covered / 255);
  });
}
