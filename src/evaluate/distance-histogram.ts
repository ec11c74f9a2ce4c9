import { checkOptions, type OptionSchema } from '../kernel/index.ts';
import { checkPairs, type VerificationPairs } from './thresholds.ts';

/** How many pairs lie at each distance: bins of equal width from `low` to `high`. */
export interface DistanceHistogram {
  /** Bounds of the bins, ascending; one more than there are bins. Each bin holds its lower bound, the last one both. */
  readonly edges: readonly number[];
  /** Pairs of one person in each bin. */
  readonly same: readonly number[];
  /** Pairs of two people in each bin. */
  readonly different: readonly number[];
}

const schema = {
  bins: {
    type: 'number',
    default: 60,
    integer: true,
    min: 1,
    max: 10000,
    description: 'Number of bins.',
  },
} as const satisfies OptionSchema;

/**
 * Counts pairs by distance, both kinds in the same bins, from the smallest distance to the greatest (as NumPy's
 * `histogram`).
 * @throws VisageError `EVALUATION_INVALID`, `OPTION_INVALID`
 */
export function distanceHistogram(
  pairs: VerificationPairs,
  bins: number = schema.bins.default,
): DistanceHistogram {
  checkOptions('distanceHistogram', schema, { bins });
  checkPairs('distanceHistogram', pairs);
  const { distances, same } = pairs;
  let [low, high] = [Infinity, -Infinity];
  for (let i = 0; i < distances.length; i++) {
    low = Math.min(low, distances[i]!);
    high = Math.max(high, distances[i]!);
  }
  if (!(low < high)) {
    const middle = Number.isFinite(low) ? low : 0.5;
    [low, high] = [middle - 0.5, middle + 0.5];
  }
  const edges = Array.from({ length: bins + 1 }, (_, i) => low + ((high - low) * i) / bins);
  const none = (): number[] => Array.from({ length: bins }, () => 0);
  const counts = { same: none(), different: none() };
  for (let i = 0; i < distances.length; i++) {
    const distance = distances[i]!;
    let bin = Math.min(bins - 1, Math.floor(((distance - low) / (high - low)) * bins));
    if (distance < edges[bin]!) bin--;
    else if (bin + 1 < bins && distance >= edges[bin + 1]!) bin++;
    (same[i] ? counts.same : counts.different)[bin]!++;
  }
  return { edges, ...counts };
}
