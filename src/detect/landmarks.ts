import type { Raster } from '../image/index.ts';
import { warpSimilarity } from '../image/index.ts';
import type { Box, Point } from '../kernel/index.ts';
import { landmarkCount, landmarksInputSizePx as cropSizePx } from '../nets/index.ts';
import { Batcher, type InferencePool, type ModelFile } from '../runtime/index.ts';
import type { FivePoints } from './face.ts';

/** The average of points `from` to `to`, the end left out. */
function centre(points: readonly Point[], from: number, to: number): Point {
  let [x, y] = [0, 0];
  for (const point of points.slice(from, to)) {
    x += point.x;
    y += point.y;
  }
  return { x: x / (to - from), y: y / (to - from) };
}

/**
 * The five points of a face from the 68 of the iBUG 300-W scheme: eyes are the centres of their six
 * points (36–41, 42–47), the nose tip is point 30, the mouth corners are points 48 and 54.
 */
export function fivePointsOf(points: readonly Point[]): FivePoints {
  return [centre(points, 36, 42), centre(points, 42, 48), points[30]!, points[48]!, points[54]!];
}

/** Finds 68 landmarks in faces, batched across photos. */
export class LandmarkFinder {
  readonly #batcher: Batcher;

  constructor(pool: InferencePool, model: ModelFile) {
    this.#batcher = new Batcher(pool, model, { input: 'image' });
  }

  /**
   * @param box of the face, in pixels of `raster`; may reach outside
   * @returns 68 points in pixels of `raster`
   */
  async find(raster: Raster, box: Box, signal?: AbortSignal): Promise<Point[]> {
    const side = Math.max(box.width, box.height);
    const scale = cropSizePx / side;
    const left = box.x + box.width / 2 - side / 2;
    const top = box.y + box.height / 2 - side / 2;
    const crop = warpSimilarity(raster, { a: scale, b: 0, tx: -left * scale, ty: -top * scale }, cropSizePx);
    const outputs = await this.#batcher.run(crop.data, [cropSizePx, cropSizePx, 3], signal);
    const shares = outputs['landmarks']!.data as Float32Array;
    return Array.from({ length: landmarkCount }, (_, i) => ({
      x: left + shares[2 * i]! * side,
      y: top + shares[2 * i + 1]! * side,
    }));
  }
}
