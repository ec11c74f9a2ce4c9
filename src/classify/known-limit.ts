/**
 * How far from the mean of a person's `faces` examples a new face of that person may lie, when two
 * faces of one person may be `maxDistance` apart.
 *
 * A mean is nearer to a new face than its examples are: if faces scatter around a centre with variance
 * σ², two of them are √(2σ²) apart and one is √((1 + 1/n)·σ²) from the mean of n others. With one example
 * the limit is `maxDistance` itself; with many it falls to 0.71 of it, for strangers come nearer too.
 * Seen on the reference data set (bundled pack, 18 examples a person on average): limit 0.31, its 30
 * validation faces lie within it, and 1 of 2,000 faces of strangers.
 * @param maxDistance Euclidean, between unit embeddings
 * @param faces at least 1
 */
export function limitFromMean(maxDistance: number, faces: number): number {
  // Farthest apart that unit embeddings can be: whoever allows that wants everybody named.
  if (maxDistance >= 2) return 2;
  return maxDistance * Math.sqrt((1 + 1 / faces) / 2);
}
