import { decodePhoto, encodePicture, mirror, warpSimilarity, type Raster } from '../image/index.ts';
import { checkOptions, type OptionsOf, type Random } from '../kernel/index.ts';

/** Options of {@link augment}. */
export const augmentationOptions = {
  mirror: { type: 'number', default: 0.5, min: 0, max: 1, description: 'share of photos that are mirrored' },
  shift: {
    type: 'number',
    default: 0.04,
    min: 0,
    max: 0.5,
    description: 'largest shift, as a share of the side',
  },
  zoom: {
    type: 'number',
    default: 0.08,
    min: 0,
    max: 0.5,
    description: 'largest change of size, as a share',
  },
  turnDegrees: { type: 'number', default: 6, min: 0, max: 45, description: 'largest turn, in degrees' },
  light: {
    type: 'number',
    default: 0.3,
    min: 0,
    max: 1,
    description: 'largest change of contrast and brightness',
  },
  blur: { type: 'number', default: 0.2, min: 0, max: 1, description: 'share of photos that are blurred' },
  jpeg: {
    type: 'number',
    default: 0,
    min: 0,
    max: 1,
    description: 'share of photos that are compressed again',
  },
} as const;

export type AugmentationOptions = Partial<OptionsOf<typeof augmentationOptions>>;

/** The middle square of `sizePx` pixels, as it is. */
export function centreCrop({ data, width, height }: Raster, sizePx: number): Raster {
  const [left, top] = [Math.floor((width - sizePx) / 2), Math.floor((height - sizePx) / 2)];
  const crop = new Uint8Array(sizePx * sizePx * 3);
  for (let y = 0; y < sizePx; y++) {
    const from = ((y + top) * width + left) * 3;
    crop.set(data.subarray(from, from + sizePx * 3), y * sizePx * 3);
  }
  return { data: crop, width: sizePx, height: sizePx };
}

/** Contrast about the middle grey, then brightness, then gamma: one table for all colours. */
function relight({ data, width, height }: Raster, amount: number, random: Random): Raster {
  const contrast = 1 + random.between(-amount, amount);
  const shift = 255 * 0.5 * random.between(-amount, amount);
  const gamma = 2 ** random.between(-amount, amount);
  const table = Uint8Array.from({ length: 256 }, (_, level) => {
    const value = Math.min(Math.max((level - 127.5) * contrast + 127.5 + shift, 0), 255);
    return Math.round(255 * (value / 255) ** gamma);
  });
  return { data: data.map((level) => table[level]!), width, height };
}

/** Each pixel the mean of itself and its four neighbours, those at the edge repeated. */
function soften({ data, width, height }: Raster): Raster {
  const soft = new Uint8Array(data.length);
  const row = width * 3;
  for (let y = 0, at = 0; y < height; y++) {
    const up = y === 0 ? 0 : -row;
    const down = y === height - 1 ? 0 : row;
    for (let x = 0; x < width; x++) {
      const left = x === 0 ? 0 : -3;
      const right = x === width - 1 ? 0 : 3;
      for (let c = 0; c < 3; c++, at++) {
        const around = data[at + up]! + data[at + down]! + data[at + left]! + data[at + right]!;
        soft[at] = (around + data[at]! + 2.5) / 5;
      }
    }
  }
  return { data: soft, width, height };
}

/**
 * Another photo of the same face: mirrored, shifted, turned, zoomed, lit, blurred and compressed at random,
 * cut to the middle `sizePx` pixels. The same random state gives the same pixels.
 * @param crop larger than `sizePx` where shifts are to bring in pixels instead of black
 * @throws VisageError `OPTION_INVALID`, `OPTION_UNKNOWN`
 */
export async function augment(
  crop: Raster,
  sizePx: number,
  random: Random,
  options: AugmentationOptions = {},
): Promise<Raster> {
  const settings = checkOptions('augment', augmentationOptions, options);
  const scale = 1 + random.between(-settings.zoom, settings.zoom);
  const angle = (random.between(-settings.turnDegrees, settings.turnDegrees) * Math.PI) / 180;
  const [a, b] = [scale * Math.cos(angle), scale * Math.sin(angle)];
  const reach = settings.shift * sizePx;
  const [dx, dy] = [random.between(-reach, reach), random.between(-reach, reach)];
  const [fromX, fromY] = [crop.width / 2, crop.height / 2];
  // The middle of the crop goes to the middle of the result, and from there by the shift.
  const transform = {
    a,
    b,
    tx: sizePx / 2 + dx - (a * fromX - b * fromY),
    ty: sizePx / 2 + dy - (b * fromX + a * fromY),
  };
  let face = warpSimilarity(crop, transform, sizePx);
  if (random.next() < settings.mirror) face = mirror(face);
  if (settings.light > 0) face = relight(face, settings.light, random);
  if (random.next() < settings.blur) face = soften(face);
  if (random.next() < settings.jpeg) {
    const bytes = await encodePicture(face, { format: 'jpeg', quality: 40 + random.integer(56) });
    face = (await decodePhoto({ name: 'augmented', bytes })).raster;
  }
  return face;
}
