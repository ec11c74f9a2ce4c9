import type { Pack } from '../../packs/index.ts';

/**
 * How a distance becomes a similarity: (tanh((centre − d) · slope) + 1) / 2, exactly 0.5 at `centre`, the
 * distance at which as many pairs of one person as of two are judged wrongly. The clients of CompreFace have
 * thresholds on this scale (CompreFace, `EuclideanDistanceClassifier`).
 */
export interface SimilarityScale {
  readonly centre: number;
  readonly slope: number;
}

/**
 * `bundled`: fitted by {@link fitSimilarityScale} to the 6,000 pairs of LFW, `npm run bench:lfw`.
 * The others are those that CompreFace itself has for the same weights (facenet.py,
 * `20180402-114759`, `20180408-102900`).
 */
const scales: Readonly<Record<string, SimilarityScale>> = {
  bundled: { centre: 0.419, slope: 37.5 },
  'facenet-512-vggface2': { centre: 1.1817961, slope: 5.291995557 },
  'facenet-512-casia': { centre: 1.1362496, slope: 5.803152427 },
};

/** For packs that nobody fitted: the threshold of the pack as centre, as steep as `bundled` in proportion. */
export function similarityScale({ name, embedder }: Pick<Pack, 'name' | 'embedder'>): SimilarityScale {
  const { centre, slope } = scales['bundled']!;
  return scales[name] ?? { centre: embedder.maxDistance, slope: (slope * centre) / embedder.maxDistance };
}

/** In [0, 1], to five decimals, halves up. @param distance between unit embeddings, in [0, 2] */
export function similarityOf(distance: number, { centre, slope }: SimilarityScale): number {
  return Math.floor(((Math.tanh((centre - distance) * slope) + 1) / 2) * 1e5 + 0.5) / 1e5;
}

/**
 * The scale of a pack: its centre where false accepts and false rejects are equally frequent, its slope the one
 * that makes the answers likeliest when a similarity is read as the probability of one person (logistic
 * regression with the midpoint given: similarity = 1 / (1 + exp(−2 · slope · (centre − d)))).
 */
export function fitSimilarityScale(distances: readonly number[], same: readonly boolean[]): SimilarityScale {
  const centre = equalErrorDistance(distances, same);
  let slope = 1 / centre;
  // Newton's method on a concave function of one variable: a dozen steps are more than enough.
  for (let step = 0; step < 50; step++) {
    let [gradient, curvature] = [0, 0];
    for (const [i, distance] of distances.entries()) {
      const margin = 2 * (centre - distance) * (same[i]! ? 1 : -1);
      const wrong = 1 / (1 + Math.exp(slope * margin));
      gradient += wrong * margin;
      curvature += wrong * (1 - wrong) * margin * margin;
    }
    const change = gradient / curvature;
    slope += change;
    if (Math.abs(change) < 1e-9 * slope) break;
  }
  return { centre, slope };
}

/** Half-way between the two distances around which accepting fewer or more errs equally on both sides. */
function equalErrorDistance(distances: readonly number[], same: readonly boolean[]): number {
  const order = distances.map((_, i) => i).sort((a, b) => distances[a]! - distances[b]!);
  const samePairs = same.filter(Boolean).length;
  let [rejected, accepted] = [samePairs, 0];
  for (const [place, i] of order.entries()) {
    if (same[i]!) rejected--;
    else accepted++;
    if (accepted / (same.length - samePairs) >= rejected / samePairs) {
      return (distances[i]! + distances[order[place + 1] ?? i]!) / 2;
    }
  }
  return distances[order.at(-1)!]!;
}
