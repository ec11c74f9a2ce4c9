import type { Raster } from './raster.ts';

/** A black canvas with `raster` at (`left`, `top`), whole pixels; what reaches outside is cut off. */
export function placeOnCanvas(raster: Raster, width: number, height: number, left = 0, top = 0): Raster {
  const data = new Uint8Array(width * height * 3);
  const xFrom = Math.max(0, -left);
  const xTo = Math.min(raster.width, width - left);
  if (xTo > xFrom) {
    for (let y = Math.max(0, -top); y < Math.min(raster.height, height - top); y++) {
      const from = y * raster.width * 3;
      const pixels = raster.data.subarray(from + xFrom * 3, from + xTo * 3);
      data.set(pixels, ((top + y) * width + left + xFrom) * 3);
    }
  }
  return { data, width, height };
}
