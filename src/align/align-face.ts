import type { FivePoints } from '../detect/index.ts';
import { type Photo, type Raster, warpSimilarity } from '../image/index.ts';
import type { LandmarkAlignment } from '../packs/index.ts';
import { fitSimilarity } from './fit-similarity.ts';

/**
 * Cuts out one face so that its landmarks come to lie where the template of the pack has them.
 * @param landmarks in pixels of the upright photo
 * @returns a square crop of `settings.cropSizePx`; black where the photo ends
 */
export function alignFace(photo: Photo, landmarks: FivePoints, settings: LandmarkAlignment): Raster {
  const inRaster = landmarks.map(({ x, y }) => ({ x: x / photo.scale, y: y / photo.scale }));
  const transform = fitSimilarity(inRaster, settings.template);
  return warpSimilarity(photo.raster, transform, settings.cropSizePx);
}
