import { resizeConvolving } from '../filters/pillow.ts';
import { placeOnCanvas } from '../place-on-canvas.ts';
import type { Raster } from '../raster.ts';

/**
 * The picture at the size `fitted`, at the top left of a black canvas. Shrinking is anti-aliased (a triangle
 * filter as wide as the shrink factor), enlarging bilinear. The page is built with this in place of
 * `./native.ts`, as no browser has libvips.
 * @param fitted at most as large as `canvas`
 */
export const fitOnto = async (
  raster: Raster,
  fitted: Omit<Raster, 'data'>,
  canvas: Omit<Raster, 'data'>,
): Promise<Raster> =>
  placeOnCanvas(
    resizeConvolving(raster, fitted.width, fitted.height, 'bilinear'),
    canvas.width,
    canvas.height,
  );
