import { halve, letterbox, type Photo, placeOnCanvas, type Raster } from '../image/index.ts';
import { ssdSizeStepPx } from '../nets/index.ts';
import type { Look } from '../packs/index.ts';

/** The photo at one size, at the top left of a canvas the network takes. */
export interface Sight {
  readonly look: Look;
  readonly canvas: Raster;
  /** Canvas pixels per pixel of the raster, by axis. */
  readonly scaleX: number;
  readonly scaleY: number;
}

const canvasSide = (sizePx: number): number => Math.max(1, Math.ceil(sizePx / ssdSizeStepPx)) * ssdSizeStepPx;

/**
 * Makes the canvas of every look: one resize of the raster for the finest, exact halving for the rest.
 * Canvases are just large enough for the shape of the photo, which costs a third less than squares.
 */
export async function takeLooks({ raster, ...photo }: Photo, looks: readonly Look[]): Promise<Sight[]> {
  const photoSidePx = Math.max(photo.width, photo.height);
  const longSide = Math.max(raster.width, raster.height);
  const sights: Sight[] = [];
  for (const look of looks) {
    if (photoSidePx < (look.leastPhotoPx ?? 0)) continue;
    const finer = sights.at(-1);
    if (finer === undefined) {
      const scale = look.longSidePx / longSide;
      const [width, height] = [canvasSide(raster.width * scale), canvasSide(raster.height * scale)];
      const fitted = await letterbox(raster, width, height);
      sights.push({ look, canvas: fitted.raster, scaleX: fitted.scaleX, scaleY: fitted.scaleY });
    } else {
      const half = halve(finer.canvas);
      const canvas = placeOnCanvas(half, canvasSide(half.width), canvasSide(half.height));
      sights.push({ look, canvas, scaleX: finer.scaleX / 2, scaleY: finer.scaleY / 2 });
    }
  }
  return sights;
}
