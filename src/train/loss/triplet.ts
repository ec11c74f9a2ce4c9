import { checkOptions, type OptionsOf, type Random } from '../../kernel/index.ts';
import type { LabelledEmbeddings } from './distances.ts';
import { mineTriplets, miningRules, type Triplets } from './mining.ts';

/** Options of the triplet losses. */
export const tripletOptions = {
  margin: {
    type: 'number',
    default: 0.2,
    exclusiveMin: 0,
    max: 4,
    description: 'by how much a stranger must be farther away, in squared distance (0.2 in FaceNet)',
  },
  mining: {
    type: 'choice',
    choices: miningRules,
    default: 'semi-hard',
    description: 'which triplets of a batch count',
  },
  softMargin: {
    type: 'boolean',
    default: false,
    description: 'ln(1 + eˣ) instead of max(0, x + margin): pulls on, ever more weakly, beyond any margin',
  },
} as const;

export type TripletOptions = Partial<OptionsOf<typeof tripletOptions>>;

/** What a loss says about a batch. */
export interface LossOfBatch {
  readonly loss: number;
  /** dL/dembedding, row by row, like the embeddings. */
  readonly gradient: Float32Array;
  readonly triplets: number;
  /** Triplets that still push: those with a gradient that is not 0 (all of them with a soft margin). */
  readonly active: number;
}

/**
 * The loss of chosen triplets: the mean of max(0, |a − p|² − |a − n|² + margin), and its gradient. The mean
 * goes over all triplets, with `activeOnly` over those that are not 0 (the batch-all loss of Hermans et al.
 * 2017, which would fade among its many easy triplets).
 */
export function lossOfTriplets(
  { embeddings, dimension }: LabelledEmbeddings,
  triplets: Triplets,
  options: { readonly margin: number; readonly softMargin: boolean; readonly activeOnly: boolean },
): LossOfBatch {
  const sums = new Float64Array(embeddings.length);
  let [loss, active] = [0, 0];
  for (let t = 0; t < triplets.length; t += 3) {
    const [a, p, n] = [triplets[t]! * dimension, triplets[t + 1]! * dimension, triplets[t + 2]! * dimension];
    let difference = 0;
    for (let k = 0; k < dimension; k++) {
      const near = embeddings[a + k]! - embeddings[p + k]!;
      const far = embeddings[a + k]! - embeddings[n + k]!;
      difference += near * near - far * far;
    }
    let slope = 1;
    if (options.softMargin) {
      loss += Math.max(difference, 0) + Math.log1p(Math.exp(-Math.abs(difference)));
      slope = 1 / (1 + Math.exp(-difference));
    } else {
      if (difference + options.margin <= 0) continue;
      loss += difference + options.margin;
    }
    active++;
    // d(|a − p|² − |a − n|²): 2(n − p) for a, 2(p − a) for p, 2(a − n) for n
    for (let k = 0; k < dimension; k++) {
      const [anchor, positive, negative] = [embeddings[a + k]!, embeddings[p + k]!, embeddings[n + k]!];
      sums[a + k]! += 2 * slope * (negative - positive);
      sums[p + k]! += 2 * slope * (positive - anchor);
      sums[n + k]! += 2 * slope * (anchor - negative);
    }
  }
  const count = triplets.length / 3;
  const share = Math.max(options.activeOnly ? active : count, 1);
  return {
    loss: loss / share,
    gradient: Float32Array.from(sums, (sum) => sum / share),
    triplets: count,
    active,
  };
}

/**
 * Triplet loss of a batch of unit embeddings: mines, then {@link lossOfTriplets}.
 * @throws VisageError `OPTION_INVALID`, `OPTION_UNKNOWN`
 */
export function tripletLoss(
  batch: LabelledEmbeddings,
  random: Random,
  options: TripletOptions = {},
): LossOfBatch {
  const { margin, mining, softMargin } = checkOptions('tripletLoss', tripletOptions, options);
  const triplets = mineTriplets(batch, mining, margin, random);
  return lossOfTriplets(batch, triplets, {
    margin,
    softMargin,
    activeOnly: mining === 'batch-all' && !softMargin,
  });
}
