import { checkOptions, type OptionSchema } from '../../kernel/index.ts';
import { encodePicture } from '../encode.ts';
import { resizeNative } from '../native.ts';
import type { Raster } from '../raster.ts';
import { type Canvas, type Colour, type Mask, paintMask } from './canvas.ts';
import { renderText } from './typeface.ts';

/** A picture with a line or two below it. */
export interface CaptionedPicture {
  readonly raster: Raster;
  readonly caption: string;
  /** Said more quietly below the caption. */
  readonly note?: string;
}

const schema = {
  columns: {
    type: 'number',
    integer: true,
    min: 1,
    max: 64,
    default: 6,
    description: 'Pictures beside each other.',
  },
  sidePx: {
    type: 'number',
    integer: true,
    min: 32,
    max: 1024,
    default: 160,
    description: 'Longer side of a picture.',
  },
} as const satisfies OptionSchema;

const gapPx = 16;
const [titleSizePx, captionSizePx, noteSizePx] = [24, 16, 14];
const [black, grey]: readonly [Colour, Colour] = [
  [0, 0, 0],
  [96, 96, 96],
];

/** More pixels than this are refused by what shows pictures; further rows are left out. */
const mostRows = 200;

/**
 * Pictures in rows, on white, with a title above them and captions below, as a PNG. Long captions are cut
 * off, a long title is broken into lines. Rows beyond the 200th are left out.
 * @throws VisageError `OPTION_INVALID`, `OPTION_UNKNOWN`
 */
export async function pictureGrid(
  title: string,
  pictures: readonly CaptionedPicture[],
  options: { readonly columns?: number; readonly sidePx?: number } = {},
): Promise<Uint8Array> {
  const { columns: most, sidePx } = checkOptions('pictureGrid', schema, { ...options });
  const columns = Math.max(1, Math.min(most, pictures.length));
  const shown = pictures.slice(0, columns * mostRows);
  const cell = sidePx + gapPx;
  const width = Math.max(columns * cell + gapPx, 2 * cell + gapPx);
  const heading = await renderText(title, { sizePx: titleSizePx, maxWidthPx: width - 2 * gapPx, wrap: true });
  const top = heading.height === 0 ? gapPx : heading.height + 2 * gapPx;
  const lineHeights = [captionSizePx, noteSizePx].map((size) => Math.ceil(size * 1.5));
  const rowHeight = sidePx + gapPx + lineHeights[0]! + lineHeights[1]!;
  const height = top + Math.ceil(shown.length / columns) * rowHeight;
  const canvas: Canvas = { data: new Uint8Array(width * height * 3).fill(255), width, height };
  paintMask(canvas, heading, Math.round((width - heading.width) / 2), gapPx, black);
  const left = Math.round((width - columns * cell + gapPx) / 2);
  for (const [i, picture] of shown.entries()) {
    const x = left + (i % columns) * cell;
    const y = top + Math.floor(i / columns) * rowHeight;
    await paintPicture(canvas, picture.raster, x, y, sidePx);
    const captionStyle = { sizePx: captionSizePx, maxWidthPx: sidePx } as const;
    const noteStyle = { sizePx: noteSizePx, maxWidthPx: sidePx, weight: 'regular' } as const;
    paintBelow(canvas, await renderText(picture.caption, captionStyle), x, y + sidePx + 4, sidePx, black);
    const noteTop = y + sidePx + 4 + lineHeights[0]!;
    paintBelow(canvas, await renderText(picture.note ?? '', noteStyle), x, noteTop, sidePx, grey);
  }
  return encodePicture(canvas, { format: 'png' });
}

function paintBelow(canvas: Canvas, text: Mask, x: number, y: number, sidePx: number, colour: Colour): void {
  paintMask(canvas, text, x + Math.round((sidePx - text.width) / 2), y, colour);
}

/** In the middle of a square cell. */
async function paintPicture(
  canvas: Canvas,
  raster: Raster,
  x: number,
  y: number,
  sidePx: number,
): Promise<void> {
  const scale = sidePx / Math.max(raster.width, raster.height);
  const width = Math.max(1, Math.round(raster.width * scale));
  const height = Math.max(1, Math.round(raster.height * scale));
  const { data } = await resizeNative(raster, width, height);
  const left = x + ((sidePx - width) >> 1);
  const top = y + ((sidePx - height) >> 1);
  for (let row = 0; row < height; row++) {
    const from = data.subarray(row * width * 3, (row + 1) * width * 3);
    canvas.data.set(from, ((top + row) * canvas.width + left) * 3);
  }
}
