import { fitSimilarity } from '../align/index.ts';
import type { FivePoints } from '../detect/index.ts';
import { type Photo, type Raster, warpSimilarity } from '../image/index.ts';

/** Side of the square that faces are judged in, in pixels. */
export const judgedSidePx = 112;

/** Where the landmarks lie in it: the template of ArcFace (insightface, utils/face_align.py, `arcface_dst`). */
export const judgedTemplate: FivePoints = [
  { x: 38.2946, y: 51.6963 },
  { x: 73.5318, y: 51.5014 },
  { x: 56.0252, y: 71.7366 },
  { x: 41.5493, y: 92.3655 },
  { x: 70.7299, y: 92.2041 },
];

/** Distance of the eyes in the template, in pixels. */
export const judgedEyeDistancePx = Math.hypot(
  judgedTemplate[1].x - judgedTemplate[0].x,
  judgedTemplate[1].y - judgedTemplate[0].y,
);

/** A face as it is judged: always the same size and upright, whatever the photo and the pack. */
export interface JudgedFace {
  /** Brightness in [0, 255] (ITU-R BT.601), row-major, {@link judgedSidePx} wide and high. */
  readonly luma: Float32Array;
  /** Pixels of the photo between the eyes of a face of this size that looks straight ahead. */
  readonly eyeDistancePx: number;
  /** Share of the square that lies inside the photo, in [0, 1]. */
  readonly inPhoto: number;
}

/**
 * @param landmarks in pixels of the upright photo
 * @returns undefined where the landmarks coincide or are no numbers
 */
export function judgedFace(photo: Photo, landmarks: FivePoints): JudgedFace | undefined {
  const { raster, scale } = photo;
  const inRaster = landmarks.map(({ x, y }) => ({ x: x / scale, y: y / scale }));
  const transform = fitSimilarity(inRaster, judgedTemplate);
  const factor = Math.hypot(transform.a, transform.b);
  if (!(factor > 0 && factor < Infinity)) return undefined;
  const crop = warpSimilarity(raster, transform, judgedSidePx);
  return {
    luma: lumaOf(crop),
    eyeDistancePx: (judgedEyeDistancePx / factor) * scale,
    inPhoto: shareInside(raster, transform, factor),
  };
}

/** Brightness as ITU-R BT.601 weighs the colours. */
export function lumaOf({ data, width, height }: Raster): Float32Array {
  const luma = new Float32Array(width * height);
  for (let i = 0, at = 0; i < luma.length; i++, at += 3) {
    luma[i] = 0.299 * data[at]! + 0.587 * data[at + 1]! + 0.114 * data[at + 2]!;
  }
  return luma;
}

function shareInside(
  { width, height }: Raster,
  { a, b, tx, ty }: { readonly a: number; readonly b: number; readonly tx: number; readonly ty: number },
  factor: number,
): number {
  const squared = factor * factor;
  let inside = 0;
  for (let j = 0; j < judgedSidePx; j++) {
    for (let i = 0; i < judgedSidePx; i++) {
      const [u, v] = [i + 0.5 - tx, j + 0.5 - ty];
      const x = (a * u + b * v) / squared;
      const y = (a * v - b * u) / squared;
      if (x >= 0 && y >= 0 && x <= width && y <= height) inside++;
    }
  }
  return inside / (judgedSidePx * judgedSidePx);
}
