import { fitOnto } from './fit/native.ts';
import type { Raster } from './raster.ts';

/** A picture fitted into a canvas, at its top left corner; the rest of the canvas is black. */
export interface Letterboxed {
  readonly raster: Raster;
  /** Canvas pixels per pixel of the picture, by axis; they differ by the rounding to whole pixels only. */
  readonly scaleX: number;
  readonly scaleY: number;
}

/**
 * Fits `raster` into a canvas of `width` × `height` pixels, keeping its shape. Shrinking is
 * anti-aliased (a triangle filter as wide as the shrink factor), enlarging bilinear. Runs in native
 * code off the main thread.
 */
export async function letterbox(raster: Raster, width: number, height: number): Promise<Letterboxed> {
  const scale = Math.min(width / raster.width, height / raster.height);
  const fitted = {
    width: Math.min(width, Math.max(1, Math.round(raster.width * scale))),
    height: Math.min(height, Math.max(1, Math.round(raster.height * scale))),
  };
  return {
    raster: await fitOnto(raster, fitted, { width, height }),
    scaleX: fitted.width / raster.width,
    scaleY: fitted.height / raster.height,
  };
}

/** Half the size by averaging 2 × 2 pixels; of an odd side the last column or row is left out. */
export function halve({ data, width: fullWidth, height: fullHeight }: Raster): Raster {
  const width = fullWidth >> 1;
  const height = fullHeight >> 1;
  const halved = new Uint8Array(width * height * 3);
  const rowBytes = fullWidth * 3;
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0, p = 2 * y * rowBytes; x < width; x++, p += 6, to += 3) {
      const q = p + rowBytes;
      halved[to] = (data[p]! + data[p + 3]! + data[q]! + data[q + 3]! + 2) >> 2;
      halved[to + 1] = (data[p + 1]! + data[p + 4]! + data[q + 1]! + data[q + 4]! + 2) >> 2;
      halved[to + 2] = (data[p + 2]! + data[p + 5]! + data[q + 2]! + data[q + 5]! + 2) >> 2;
    }
  }
  return { data: halved, width, height };
}
