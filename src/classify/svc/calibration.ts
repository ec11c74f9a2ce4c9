import { checkOptions, Random, visageError, type OptionSchema, type Vector } from '../../kernel/index.ts';
import type { FittedSVC } from './fitted-svc.ts';
import { forEachPair, pairCount, type Watch } from './one-vs-one.ts';
import { ProbabilisticSVC } from './probabilistic-svc.ts';
import { SequentialMinimalOptimizer } from './sequential-minimal-optimizer.ts';
import { fitSigmoid } from './sigmoid.ts';
import { prepareTraining, type SVC, type Training } from './svc.ts';

/** Constraints and defaults of the plain options of {@link calibrateSVC}. */
export const calibrationOptions = {
  folds: {
    type: 'number',
    default: 5,
    min: 2,
    integer: true,
    description: 'Parts into which the samples of a pair are shuffled; each is held out once.',
  },
  seed: { type: 'number', default: 0, description: 'Of the shuffling.' },
} as const satisfies OptionSchema;

/** Options of {@link calibrateSVC}. */
export interface CalibrationOptions extends Watch {
  /** Default 5, as libsvm. */
  readonly folds?: number;
  /** Of the shuffling; the same seed gives the same probabilities. */
  readonly seed: number;
  /**
   * The fold of each row, from 0 to `folds` − 1, for all pairs alike, instead of shuffling. Rows that
   * belong together, such as several crops of one photo, should share a fold.
   */
  readonly foldOf?: ArrayLike<number>;
  /**
   * Instead of the seeded shuffling: the numbers 0 … count − 1 in random order, asked for once per pair
   * of classes; the samples of a pair are numbered those of the first class first.
   */
  readonly shuffle?: (count: number) => ArrayLike<number>;
  /** The weights that `fit` was given. */
  readonly sampleWeight?: ArrayLike<number>;
}

/**
 * Gives a fitted SVC probabilities: for every pair of classes a sigmoid (Platt), fitted to decision
 * values of machines that did not see the sample, exactly as libsvm's `-b 1` does. Fold f of a pair
 * covers places ⌊f·l/folds⌋ up to ⌊(f + 1)·l/folds⌋ of its l shuffled samples; where the rest has one
 * class only, the decision values are ±1, where nothing is left 0.
 * @param svc the options with which `fitted` was fitted.
 * @param rows, labels the data on which it was fitted.
 * @throws VisageError `OPTION_INVALID`, `FIT_INVALID`, `INTERRUPTED`
 */
export function calibrateSVC(
  svc: SVC,
  fitted: FittedSVC,
  rows: readonly Vector[],
  labels: ArrayLike<number>,
  { foldOf, shuffle, sampleWeight, progress, signal, ...plain }: CalibrationOptions,
): ProbabilisticSVC {
  const { folds, seed } = checkOptions('calibrateSVC', calibrationOptions, plain);
  const training = prepareTraining(svc, rows, labels, sampleWeight, fitted);
  const { set, kernel } = training;
  if (set.classCount !== fitted.classCount || set.dimension !== fitted.dimension) {
    throw visageError('FIT_INVALID', {
      owner: 'calibrateSVC',
      reason:
        `the rows have ${set.classCount} classes of ${set.dimension} numbers, ` +
        `the classifier ${fitted.classCount} of ${fitted.dimension}`,
      advice: 'Calibrate with the rows and labels that the classifier was fitted on.',
    });
  }
  if (foldOf !== undefined) checkFolds(foldOf, rows.length, folds);
  const random = new Random(seed);
  const order = new Int32Array(set.count);
  const slopes = new Float64Array(pairCount(set.classCount));
  const offsets = new Float64Array(slopes.length);
  const crossValidation = new CrossValidation(training, folds);
  forEachPair(set, kernel, 'calibrating probabilities', { progress, signal }, (pair, first) => {
    const count = kernel.count;
    if (foldOf !== undefined) {
      crossValidation.assign((s) => foldOf[set.sourceIndex[kernel.sampleOf(s)]!]!, count);
    } else {
      crossValidation.shuffle(shuffle?.(count) ?? permute(random, order.subarray(0, count)), count);
    }
    const positives = set.classStart[first + 1]! - set.classStart[first]!;
    const sigmoid = fitSigmoid(crossValidation.decide(positives, count), count, positives);
    slopes[pair] = sigmoid.slope;
    offsets[pair] = sigmoid.offset;
  });
  return new ProbabilisticSVC(fitted, { slopes, offsets });
}

/** Fills `order` with 0 … length − 1 in random order (Fisher–Yates); a new array for each pair would cost more. */
function permute(random: Random, order: Int32Array): Int32Array {
  for (let i = 0; i < order.length; i++) {
    const j = random.integer(i + 1);
    order[i] = order[j]!;
    order[j] = i;
  }
  return order;
}

function checkFolds(foldOf: ArrayLike<number>, rows: number, folds: number): void {
  const isFold = (fold: number): boolean => Number.isInteger(fold) && fold >= 0 && fold < folds;
  if (foldOf.length === rows && Array.from(foldOf).every(isFold)) return;
  throw visageError('OPTION_INVALID', {
    owner: 'calibrateSVC',
    option: 'foldOf',
    got: `${foldOf.length} values`,
    allowed: `${rows} whole numbers from 0 to ${folds - 1}`,
  });
}

/** Held-out decision values within one pair of classes; holds scratch memory. */
class CrossValidation {
  readonly #training: Training;
  readonly #folds: number;
  readonly #optimizer = new SequentialMinimalOptimizer();
  /** The pair's samples in the order in which the machines see them, and the fold of each place. */
  readonly #order: Int32Array;
  readonly #fold: Int32Array;
  readonly #samples: Int32Array;
  readonly #bounds: Float64Array;
  readonly #values: Float64Array;

  constructor(training: Training, folds: number) {
    const { count } = training.set;
    this.#training = training;
    this.#folds = folds;
    this.#order = new Int32Array(count);
    this.#fold = new Int32Array(count);
    this.#samples = new Int32Array(count);
    this.#bounds = new Float64Array(count);
    this.#values = new Float64Array(count);
  }

  /** Folds are stretches of a random order. */
  shuffle(permutation: ArrayLike<number>, count: number): void {
    for (let fold = 0; fold < this.#folds; fold++) {
      const end = Math.floor(((fold + 1) * count) / this.#folds);
      for (let place = Math.floor((fold * count) / this.#folds); place < end; place++) {
        this.#order[place] = permutation[place]!;
        this.#fold[place] = fold;
      }
    }
  }

  /** Folds are given. */
  assign(foldOf: (sample: number) => number, count: number): void {
    for (let place = 0; place < count; place++) {
      this.#order[place] = place;
      this.#fold[place] = foldOf(place);
    }
  }

  /** The decision value of each sample by a machine that was fitted without its fold. */
  decide(positives: number, count: number): Float64Array {
    for (let fold = 0; fold < this.#folds; fold++) this.#decideFold(fold, positives, count);
    return this.#values;
  }

  #decideFold(fold: number, positives: number, count: number): void {
    const { kernel, bounds, rule } = this.#training;
    // Both classes in the order of the shuffling, the first class first.
    let seen = 0;
    let seenPositives = 0;
    for (const wantsPositive of [true, false]) {
      for (let place = 0; place < count; place++) {
        const sample = this.#order[place]!;
        if (this.#fold[place] === fold || sample < positives !== wantsPositive) continue;
        this.#samples[seen] = sample;
        this.#bounds[seen++] = bounds[kernel.sampleOf(sample)]!;
      }
      if (wantsPositive) seenPositives = seen;
    }
    const isOneSided = seenPositives === 0 || seenPositives === seen;
    if (!isOneSided) this.#optimizer.solve(kernel, this.#samples, seen, seenPositives, this.#bounds, rule);
    const { coefficients, intercept } = this.#optimizer;
    for (let place = 0; place < count; place++) {
      if (this.#fold[place] !== fold) continue;
      const sample = this.#order[place]!;
      if (isOneSided) {
        this.#values[sample] = seen === 0 ? 0 : seenPositives > 0 ? 1 : -1;
        continue;
      }
      this.#values[sample] = kernel.weightedSum(this.#samples, coefficients, seen, sample) + intercept;
    }
  }
}
