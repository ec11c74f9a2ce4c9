import type { Point, Similarity } from '../kernel/index.ts';

/**
 * The similarity that brings `from` closest to `to` in the least-squares sense (Umeyama, 1991, in
 * two dimensions and without reflection, where it has this closed form).
 * @param from at least two points that do not all coincide
 * @param to as many points
 */
export function fitSimilarity(from: readonly Point[], to: readonly Point[]): Similarity {
  const count = from.length;
  let [fromX, fromY, toX, toY] = [0, 0, 0, 0];
  for (let i = 0; i < count; i++) {
    fromX += from[i]!.x / count;
    fromY += from[i]!.y / count;
    toX += to[i]!.x / count;
    toY += to[i]!.y / count;
  }
  let [along, across, spread] = [0, 0, 0];
  for (let i = 0; i < count; i++) {
    const [x, y] = [from[i]!.x - fromX, from[i]!.y - fromY];
    const [u, v] = [to[i]!.x - toX, to[i]!.y - toY];
    along += x * u + y * v;
    across += x * v - y * u;
    spread += x * x + y * y;
  }
  const [a, b] = [along / spread, across / spread];
  return { a, b, tx: toX - (a * fromX - b * fromY), ty: toY - (b * fromX + a * fromY) };
}
