import { checkOptions, type Box, type OptionSchema, type Point } from '../../kernel/index.ts';
import { encodePicture } from '../encode.ts';
import { resizeNative } from '../native.ts';
import type { Photo, Raster } from '../raster.ts';
import { type Canvas, type Colour, fillBox, fillCircle, paintMask, strokeBox } from './canvas.ts';
import { placeLabels } from './label-placement.ts';
import { renderText } from './typeface.ts';

/** A face to draw, in pixels of the photo (of the raster, where a raster is drawn on). */
export interface FaceMark {
  readonly box: Box;
  readonly label: string;
  /** Said more quietly behind the label, e.g. the probability. */
  readonly sublabel?: string;
  /** `known`: a blue frame; `unknown`: orange corners; `plain` (default): a thin white frame. */
  readonly tone?: 'known' | 'unknown' | 'plain';
  readonly landmarks?: readonly Point[];
}

const schema = {
  maxSidePx: {
    type: 'number',
    default: 1600,
    min: 64,
    max: 8192,
    integer: true,
    description: 'Long side of the drawn picture; larger photos are scaled down to it.',
  },
} as const satisfies OptionSchema;

/** Small pictures are enlarged to this, so that labels stay legible and hide little. */
const leastSidePx = 720;

/** Smaller letters cannot be read; more faces than this get smaller letters for their width. */
const leastTextPx = 13;
const crowd = 12;

const ink: Colour = [16, 20, 24];
/**
 * Sky blue and orange of Okabe and Ito's palette (2008), told apart with every kind of colour
 * blindness and both light enough for dark letters; the shapes differ as well.
 */
const tones = {
  known: { colour: [86, 180, 233], corners: false, weight: 1 },
  unknown: { colour: [230, 159, 0], corners: true, weight: 1.25 },
  plain: { colour: [245, 245, 245], corners: false, weight: 0.75 },
} as const satisfies Record<string, { colour: Colour; corners: boolean; weight: number }>;

/**
 * Draws boxes, names and landmarks onto a copy of a photo and gives it as a JPEG.
 * @throws VisageError `OPTION_INVALID`, `OPTION_UNKNOWN`
 */
export async function drawFaces(
  picture: Photo | Raster,
  faces: readonly FaceMark[],
  options: { readonly maxSidePx?: number } = {},
): Promise<Uint8Array> {
  const { maxSidePx } = checkOptions('drawFaces', schema, { ...options });
  const raster = 'raster' in picture ? picture.raster : picture;
  const canvas = await scaledCopy(raster, maxSidePx);
  const scaleX = canvas.width / picture.width;
  const scaleY = canvas.height / picture.height;
  const marks = faces.map((face) => ({
    ...face,
    tone: tones[face.tone ?? 'plain'],
    box: {
      x: face.box.x * scaleX,
      y: face.box.y * scaleY,
      width: Math.max(1, face.box.width * scaleX),
      height: Math.max(1, face.box.height * scaleY),
    },
    landmarks: (face.landmarks ?? []).map(({ x, y }) => ({ x: x * scaleX, y: y * scaleY })),
  }));
  const lineWidth = Math.max(2, Math.max(canvas.width, canvas.height) / 480);
  for (const { box, tone, landmarks } of marks) {
    drawFrame(canvas, box, tone, lineWidth * tone.weight);
    const radius = Math.min(2 * lineWidth, Math.max(1.5, box.width / 50));
    for (const { x, y } of landmarks) {
      fillCircle(canvas, x, y, radius + 1, ink, 0.6);
      fillCircle(canvas, x, y, radius, tone.colour);
    }
  }
  await drawLabels(canvas, marks, lineWidth);
  return encodePicture(canvas, { format: 'jpeg', quality: 90 });
}

async function scaledCopy(raster: Raster, maxSidePx: number): Promise<Canvas> {
  const side = Math.max(raster.width, raster.height);
  const wanted = Math.min(maxSidePx, Math.max(side, leastSidePx));
  if (wanted === side) return { ...raster, data: raster.data.slice() };
  const width = Math.max(1, Math.round((raster.width * wanted) / side));
  const height = Math.max(1, Math.round((raster.height * wanted) / side));
  return resizeNative(raster, width, height);
}

type Tone = (typeof tones)[keyof typeof tones];

function drawFrame(canvas: Canvas, box: Box, tone: Tone, lineWidth: number): void {
  const radius = Math.min(box.width, box.height) * 0.08 + lineWidth;
  const frame = { ...box, radius };
  const corner = tone.corners ? Math.max(4 * lineWidth, 0.26 * Math.min(box.width, box.height)) : Infinity;
  // A dark rim keeps the line visible on light and on coloured ground.
  strokeBox(canvas, frame, lineWidth + 2, ink, 0.55, corner + 1);
  strokeBox(canvas, frame, lineWidth, tone.colour, 1, corner);
}

async function drawLabels(
  canvas: Canvas,
  marks: readonly { box: Box; label: string; sublabel?: string; tone: Tone }[],
  lineWidth: number,
): Promise<void> {
  const widths = marks.map(({ box }) => box.width).sort((a, b) => a - b);
  const usual = widths[widths.length >> 1] ?? 0;
  const largest = Math.max(canvas.width, canvas.height) / 52;
  const share = marks.length > crowd ? 0.17 : 0.22;
  const sizePx = Math.round(Math.max(leastTextPx, Math.min(largest, usual * share)));
  const padding = Math.round(sizePx * 0.42);
  const gap = lineWidth * 1.5 + 1;
  const labels = await Promise.all(
    marks.map(async ({ label, sublabel, tone, box }) => {
      const room = Math.min(canvas.width - 4 * padding, Math.max(2.4 * box.width, 11 * sizePx));
      const quiet = await renderText(sublabel ?? '', { sizePx, weight: 'regular', maxWidthPx: room / 2 });
      const space = quiet.width > 0 ? Math.round(sizePx * 0.45) : 0;
      const loud = await renderText(label, { sizePx, maxWidthPx: room - quiet.width - space });
      return {
        tone,
        anchor: box,
        loud,
        quiet,
        width: loud.width + (loud.width > 0 ? space : 0) + quiet.width + 2 * padding,
        height: Math.max(loud.height, quiet.height) + padding,
      };
    }),
  );
  const shown = labels.filter(({ loud, quiet }) => loud.width + quiet.width > 0);
  const spots = placeLabels(shown, canvas.width, canvas.height, gap);
  for (const [index, { tone, loud, quiet, width, height }] of shown.entries()) {
    const { x, y } = spots[index]!;
    const radius = sizePx * 0.28;
    fillBox(
      canvas,
      { x: x - 1, y: y - 1, width: width + 2, height: height + 2, radius: radius + 1 },
      ink,
      0.45,
    );
    fillBox(canvas, { x, y, width, height, radius }, tone.colour, 0.96);
    const top = y + Math.round((height - Math.max(loud.height, quiet.height)) / 2);
    paintMask(canvas, loud, x + padding, top, ink);
    paintMask(canvas, quiet, x + width - padding - quiet.width, top, ink);
  }
}
