import { visageError } from '../kernel/index.ts';

/** A share of trials, and what it may be besides: with so few trials another share may be the true one. */
export interface Proportion {
  /** `hits` / `trials` */
  readonly share: number;
  /** The interval that holds the true share with 95 % confidence, within [0, 1]. */
  readonly low: number;
  readonly high: number;
}

/** 97.5 % of a standard normal variable lie below it. */
const normalQuantile = 1.959963984540054;

/**
 * The Wilson score interval of a share (Wilson 1927), 95 % two-sided; as SciPy's
 * `binomtest(hits, trials).proportion_ci(method='wilson')`. It holds for trials that do not hang together: comparisons
 * that share a face do, so of those the interval is the least that is uncertain.
 * @throws VisageError `EVALUATION_INVALID` unless 0 ≤ hits ≤ trials and trials ≥ 1
 */
export function proportion(hits: number, trials: number): Proportion {
  if (!(trials >= 1 && hits >= 0 && hits <= trials)) {
    throw visageError('EVALUATION_INVALID', {
      owner: 'proportion',
      reason: `there are ${hits} hits in ${trials} trials`,
      advice: 'Give at least one trial, and no more hits than trials.',
    });
  }
  const share = hits / trials;
  const squared = normalQuantile ** 2;
  const centre = (share + squared / (2 * trials)) / (1 + squared / trials);
  const spread = Math.sqrt((share * (1 - share)) / trials + squared / (4 * trials ** 2));
  const half = (normalQuantile * spread) / (1 + squared / trials);
  return {
    share,
    low: hits === 0 ? 0 : Math.max(0, centre - half),
    high: hits === trials ? 1 : Math.min(1, centre + half),
  };
}
