import { checkOptions, type OptionSchema, visageError } from '../kernel/index.ts';

/** The answers whose probability falls into one stretch of [0, 1]. */
export interface ReliabilityBin {
  /** The stretch: from `low`, below `high`; the last one includes 1. */
  readonly low: number;
  readonly high: number;
  readonly count: number;
  /** Mean of the probabilities that were stated; 0 where the bin is empty. */
  readonly stated: number;
  /** Share of the answers that were right; 0 where the bin is empty. */
  readonly observed: number;
}

/** How far stated probabilities can be believed. */
export interface Reliability {
  readonly bins: readonly ReliabilityBin[];
  /** Expected calibration error: Σ count/n · |stated − observed|, in [0, 1] (Naeini, Cooper and Hauskrecht 2015). */
  readonly expectedError: number;
  /** Largest |stated − observed| of a bin that holds anything, in [0, 1]. */
  readonly maximumError: number;
  /** Mean of (probability − outcome)², in [0, 1] (Brier 1950); 0 is perfect, 0.25 is what "50 %" always gets. */
  readonly brierScore: number;
}

const schema = {
  bins: {
    type: 'number',
    default: 10,
    integer: true,
    min: 1,
    max: 1000,
    description: 'Number of stretches of equal width that [0, 1] is cut into.',
  },
} as const satisfies OptionSchema;

/**
 * The reliability diagram of stated probabilities: bins of equal width as scikit-learn's
 * `calibration_curve(strategy='uniform')` cuts them, Brier score as its `brier_score_loss`.
 * @param probabilities one an answer, in [0, 1]
 * @param outcomes whether each answer was right
 * @throws VisageError `EVALUATION_INVALID`, `OPTION_INVALID`
 */
export function reliability(
  probabilities: ArrayLike<number>,
  outcomes: ArrayLike<boolean | number>,
  bins: number = schema.bins.default,
): Reliability {
  checkOptions('reliability', schema, { bins });
  const total = probabilities.length;
  if (total === 0 || outcomes.length !== total) {
    throw visageError('EVALUATION_INVALID', {
      owner: 'reliability',
      reason: `there are ${total} probabilities and ${outcomes.length} outcomes`,
      advice: 'Give one probability and one outcome for every answer, at least one.',
    });
  }
  const counts = new Float64Array(bins);
  const stated = new Float64Array(bins);
  const right = new Float64Array(bins);
  let squares = 0;
  for (let i = 0; i < total; i++) {
    const probability = probabilities[i]!;
    if (!(probability >= 0 && probability <= 1)) {
      throw visageError('EVALUATION_INVALID', {
        owner: 'reliability',
        reason: `probability ${i} is ${probability}`,
        advice: 'Probabilities lie in [0, 1].',
      });
    }
    const outcome = outcomes[i] ? 1 : 0;
    const bin = binOf(probability, bins);
    counts[bin]!++;
    stated[bin]! += probability;
    right[bin]! += outcome;
    squares += (probability - outcome) ** 2;
  }
  const made = Array.from(counts, (count, bin) => ({
    low: bin / bins,
    high: (bin + 1) / bins,
    count,
    stated: count === 0 ? 0 : stated[bin]! / count,
    observed: count === 0 ? 0 : right[bin]! / count,
  }));
  const gaps = made.map((bin) => Math.abs(bin.stated - bin.observed));
  return {
    bins: made,
    expectedError: gaps.reduce((sum, gap, bin) => sum + (gap * counts[bin]!) / total, 0),
    maximumError: Math.max(...gaps),
    brierScore: squares / total,
  };
}

/** The bin of a probability; its bounds are the doubles `bin / bins`, which multiplication alone can miss. */
function binOf(probability: number, bins: number): number {
  let bin = Math.min(bins - 1, Math.floor(probability * bins));
  if (probability < bin / bins) bin--;
  else if (bin + 1 < bins && probability >= (bin + 1) / bins) bin++;
  return bin;
}
