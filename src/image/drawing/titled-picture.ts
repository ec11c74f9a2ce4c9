import { encodePicture } from '../encode.ts';
import { resizeNative } from '../native.ts';
import type { Raster } from '../raster.ts';
import { type Canvas, paintMask } from './canvas.ts';
import { renderText } from './typeface.ts';

/** Width of the enlarged picture. */
const pictureSidePx = 480;
const marginPx = 40;
const titleSizePx = 24;

/**
 * A picture, enlarged, on white with a title above it, as a PNG: what the original system showed
 * with matplotlib. A long title is broken into lines.
 */
export async function titledPicture(raster: Raster, title: string): Promise<Uint8Array> {
  const scale = pictureSidePx / Math.max(raster.width, raster.height);
  const width = Math.max(1, Math.round(raster.width * scale));
  const height = Math.max(1, Math.round(raster.height * scale));
  const picture = await resizeNative(raster, width, height);
  const fullWidth = pictureSidePx + 2 * marginPx;
  const text = await renderText(title, {
    sizePx: titleSizePx,
    weight: 'regular',
    maxWidthPx: fullWidth - marginPx,
    wrap: true,
  });
  const top = marginPx / 2 + text.height + marginPx / 2;
  const fullHeight = top + height + marginPx;
  const canvas: Canvas = {
    data: new Uint8Array(fullWidth * fullHeight * 3).fill(255),
    width: fullWidth,
    height: fullHeight,
  };
  paintMask(canvas, text, Math.round((fullWidth - text.width) / 2), marginPx / 2, [0, 0, 0]);
  const left = Math.round((fullWidth - width) / 2);
  for (let y = 0; y < height; y++) {
    const row = picture.data.subarray(y * width * 3, (y + 1) * width * 3);
    canvas.data.set(row, ((top + y) * fullWidth + left) * 3);
  }
  return encodePicture(canvas, { format: 'png' });
}
