import { placeOnCanvas, resizeRaster, type Photo, type Raster } from '../image/index.ts';
import { visageError, type Box } from '../kernel/index.ts';
import type { BoxAlignment, BoxMargin } from '../packs/index.ts';

/** What a side of a box grows by, in pixels of the photo. */
function growth({ unit, value }: BoxMargin, sidePx: number, cropSizePx: number): number {
  if (unit === 'photo-pixels') return value;
  return unit === 'share' ? value * sidePx : (value * sidePx) / (cropSizePx - value);
}

/** Whole pixels from `start` to `end`, the end left out, of one axis of a photo. */
function span(start: number, side: number, limit: number, grown: number, corner: BoxAlignment['corner']) {
  const from = start - grown / 2;
  const low = corner === 'absolute' ? Math.abs(from) : Math.max(0, from);
  const high = corner === 'absolute' ? low + side + grown : from + side + grown;
  return { from: Math.trunc(low), to: Math.trunc(Math.min(limit, high)) };
}

/**
 * Cuts out the box of a face with the border, the shape and the filter that `settings` state. Sides are
 * cut to whole pixels towards 0 (davidsandberg/facenet, align_dataset_mtcnn.py; facenet-pytorch,
 * `extract_face`).
 * @param box in pixels of the upright photo; may reach outside
 * @returns a square crop of `settings.cropSizePx`
 * @throws VisageError `CROP_EMPTY` for a box with no pixel in the photo
 */
export function cropBox({ raster, scale }: Photo, box: Box, settings: BoxAlignment): Raster {
  const { cropSizePx, margin, corner, fit, filter } = settings;
  const axis = (start: number, side: number, limit: number) =>
    span(start / scale, side / scale, limit, growth(margin, side, cropSizePx) / scale, corner);
  const x = axis(box.x, box.width, raster.width);
  const y = axis(box.y, box.height, raster.height);
  const [width, height] = [x.to - x.from, y.to - y.from];
  if (!(width > 0 && height > 0)) {
    const got = [box.x, box.y, box.width, box.height].map((value) => value.toFixed(1)).join(', ');
    throw visageError('CROP_EMPTY', { got, width: raster.width, height: raster.height });
  }
  const part = placeOnCanvas(raster, width, height, -x.from, -y.from);
  if (fit === 'stretch') return resizeRaster(part, cropSizePx, cropSizePx, filter);
  // Padding as serengil/deepface has it: the smaller half before, the larger behind.
  const factor = Math.min(cropSizePx / width, cropSizePx / height);
  const fitted = [width, height].map((side) => Math.max(1, Math.trunc(side * factor + 1e-9)));
  const [fittedWidth, fittedHeight] = fitted as [number, number];
  const [left, top] = [(cropSizePx - fittedWidth) >> 1, (cropSizePx - fittedHeight) >> 1];
  const resized = resizeRaster(part, fittedWidth, fittedHeight, filter);
  return placeOnCanvas(resized, cropSizePx, cropSizePx, left, top);
}
