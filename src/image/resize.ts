import { resizeArea } from './filters/opencv-area.ts';
import { resizeConvolving, resizeNearest } from './filters/pillow.ts';
import type { Raster } from './raster.ts';

/** `area` as OpenCV's INTER_AREA; the others as Pillow's filters of these names. */
export type ResizeFilter = 'area' | 'bilinear' | 'bicubic' | 'nearest';

/**
 * Resizes with the exact rules of the libraries that published results were made with; axes may be
 * scaled differently.
 * @param width at least 1, as `height`
 */
export function resizeRaster(raster: Raster, width: number, height: number, filter: ResizeFilter): Raster {
  if (filter === 'nearest') return resizeNearest(raster, width, height);
  if (filter !== 'area') return resizeConvolving(raster, width, height, filter);
  const exact = resizeArea(raster.data, raster.width, raster.height, width, height);
  const data = new Uint8Array(exact.length);
  // The sums are exact to 1e-12; a half that floating point left just below is a half all the same.
  for (let i = 0; i < exact.length; i++) data[i] = exact[i]! + 0.5 + 1e-9;
  return { data, width, height };
}
