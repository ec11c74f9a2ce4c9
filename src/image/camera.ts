import type { Random, Similarity } from '../kernel/index.ts';
import { decodePhoto } from './decode.ts';
import { encodePicture } from './encode.ts';
import type { Raster } from './raster.ts';
import { warpOnto } from './warp.ts';

/** How a camera held by hand might have taken the same picture another time. */
export interface CameraSettings {
  /** Clockwise, in radians. */
  readonly angle: number;
  /** Enlargement beyond what turning and shifting need to leave no empty corner, ≥ 1. */
  readonly zoom: number;
  /** Shift as a share of the picture's sides. */
  readonly shiftX: number;
  readonly shiftY: number;
  /** Brightness in stops: +1 doubles the light. */
  readonly exposure: number;
  /** Gain of red and inverse gain of blue, in light; above 1 is warmer. */
  readonly warmth: number;
  /** Standard deviation of the blur as a share of the long side. */
  readonly blur: number;
  /** Standard deviation of the sensor noise of a mid-grey pixel, in levels of 255. */
  readonly noise: number;
  /** JPEG quality. */
  readonly quality: number;
}

const degrees = Math.PI / 180;

/** Settings drawn evenly from the range of ordinary snapshots. */
export function drawCameraSettings(random: Random): CameraSettings {
  return {
    angle: random.between(-8, 8) * degrees,
    zoom: random.between(1, 1.08),
    shiftX: random.between(-0.03, 0.03),
    shiftY: random.between(-0.03, 0.03),
    exposure: random.between(-0.7, 0.6),
    warmth: random.between(0.88, 1.14),
    blur: Math.max(0, random.between(-0.003, 0.006)),
    noise: random.between(0, 6),
    quality: 40 + random.integer(56),
  };
}

/**
 * Another shot of the same picture: turned, shifted, lit, blurred and compressed a little
 * differently, of the same size. Up to about a sixth of each edge may be lost; leave room around
 * what matters. The same random state gives the same pixels on the same machine.
 */
export async function cameraVariation(raster: Raster, random: Random): Promise<Raster> {
  return takeAgain(raster, drawCameraSettings(random), random);
}

/** As {@link cameraVariation}, with settings given; `random` makes the noise. */
export async function takeAgain(raster: Raster, settings: CameraSettings, random: Random): Promise<Raster> {
  const { width, height } = raster;
  const framed = warpOnto(raster, framing(width, height, settings), width, height);
  const lit = relight(framed, settings);
  const sigma = settings.blur * Math.max(width, height);
  const blurred = sigma > 0 ? blur(lit, sigma) : lit;
  addNoise(blurred, settings.noise, random);
  const bytes = await encodePicture(blurred, { format: 'jpeg', quality: settings.quality });
  return (await decodePhoto({ name: 'variation', bytes })).raster;
}

/** Turns about the shifted centre, enlarged so that every corner of the result lies inside the picture. */
function framing(width: number, height: number, settings: CameraSettings): Similarity {
  const { angle, shiftX, shiftY } = settings;
  const [cos, sin] = [Math.abs(Math.cos(angle)), Math.abs(Math.sin(angle))];
  const needed = Math.max(
    (width * cos + height * sin) / (width * (1 - 2 * Math.abs(shiftX))),
    (width * sin + height * cos) / (height * (1 - 2 * Math.abs(shiftY))),
  );
  const scale = needed * settings.zoom;
  const a = scale * Math.cos(angle);
  const b = scale * Math.sin(angle);
  const [fromX, fromY] = [width * (0.5 + shiftX), height * (0.5 + shiftY)];
  return { a, b, tx: width / 2 - (a * fromX - b * fromY), ty: height / 2 - (b * fromX + a * fromY) };
}

/** Exposure and white balance act on light, so through the sRGB curve and back (IEC 61966-2-1). */
function relight({ data, width, height }: Raster, { exposure, warmth }: CameraSettings): Raster {
  const tables = [warmth, 1, 1 / warmth].map((gain) =>
    Uint8Array.from({ length: 256 }, (_, level) => {
      const value = level / 255;
      const light = value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
      const bright = Math.min(1, light * gain * 2 ** exposure);
      const encoded = bright <= 0.0031308 ? bright * 12.92 : 1.055 * bright ** (1 / 2.4) - 0.055;
      return Math.round(encoded * 255);
    }),
  ) as [Uint8Array, Uint8Array, Uint8Array];
  const [red, green, blue] = tables;
  const lit = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i += 3) {
    lit[i] = red[data[i]!]!;
    lit[i + 1] = green[data[i + 1]!]!;
    lit[i + 2] = blue[data[i + 2]!]!;
  }
  return { data: lit, width, height };
}

/** Gaussian blur, along rows and then columns; the edge pixel is repeated. */
function blur({ data, width, height }: Raster, sigma: number): Raster {
  const rowBytes = width * 3;
  const across = blurLines(new Float32Array(data), sigma, width, 3, height, rowBytes);
  const both = blurLines(across, sigma, height, rowBytes, width, 3);
  const blurred = new Uint8Array(both.length);
  for (let i = 0; i < both.length; i++) blurred[i] = both[i]! + 0.5;
  return { data: blurred, width, height };
}

/** Blurs `lines` lines of `length` pixels, `step` numbers from pixel to pixel and `lineStep` from line to line. */
function blurLines(
  from: Float32Array,
  sigma: number,
  length: number,
  step: number,
  lines: number,
  lineStep: number,
): Float32Array {
  const reach = Math.ceil(3 * sigma);
  const taps = 2 * reach + 1;
  const weights = Float64Array.from({ length: taps }, (_, i) =>
    Math.exp(-((i - reach) ** 2) / (2 * sigma * sigma)),
  );
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const offsets = Int32Array.from(
    { length: length + 2 * reach },
    (_, i) => Math.min(length - 1, Math.max(0, i - reach)) * step,
  );
  const to = new Float32Array(from.length);
  for (let line = 0; line < lines; line++) {
    for (let channel = 0; channel < 3; channel++) {
      const start = line * lineStep + channel;
      for (let i = 0; i < length; i++) {
        let sum = 0;
        for (let k = 0; k < taps; k++) sum += weights[k]! * from[start + offsets[i + k]!]!;
        to[start + i * step] = sum / total;
      }
    }
  }
  return to;
}

/** Photon noise grows with the root of the light, read noise does not: here a third of the whole. */
function addNoise({ data }: Raster, noise: number, random: Random): void {
  const deviations = Float64Array.from(
    { length: 256 },
    (_, level) => noise * Math.sqrt((1 + (2 * level) / 128) / 3),
  );
  for (let i = 0; i < data.length; i++) {
    const level = data[i]!;
    const noisy = level + deviations[level]! * random.normal();
    data[i] = Math.min(255, Math.max(0, Math.round(noisy)));
  }
}
