import { checkOptions, visageError, type OptionSchema, type Vector } from '../../kernel/index.ts';
import { FittedSVC } from './fitted-svc.ts';
import { Gram } from './gram.ts';
import { settleGamma, type KernelFunction } from './kernel-function.ts';
import { KernelRows } from './kernel-rows.ts';
import { fitPairs, type Watch } from './one-vs-one.ts';
import type { StoppingRule } from './sequential-minimal-optimizer.ts';
import { makeTrainingSet, type TrainingSet } from './training-set.ts';

/** Constraints and defaults of the plain options of {@link SVC}; names and defaults after scikit-learn. */
export const svcOptions = {
  kernel: {
    type: 'choice',
    choices: ['rbf', 'linear'],
    default: 'rbf',
    description: 'How two embeddings are compared.',
  },
  C: { type: 'number', default: 1, exclusiveMin: 0, description: 'Cost of a sample on the wrong side.' },
  tolerance: {
    type: 'number',
    default: 1e-3,
    exclusiveMin: 0,
    description: 'Largest violation of the optimality conditions at which the optimizer stops.',
  },
  shrinking: {
    type: 'boolean',
    default: true,
    description: 'Whether samples at a bound are left out early.',
  },
  maxIterations: {
    type: 'number',
    default: -1,
    min: -1,
    integer: true,
    description: 'Limit for each pair of classes; -1: the larger of 10 million and 100 per sample.',
  },
  cacheSizeMb: {
    type: 'number',
    default: 200,
    exclusiveMin: 0,
    description: 'Memory for kernel values, in megabytes.',
  },
} as const satisfies OptionSchema;

/** Options of {@link SVC}. */
export interface SVCOptions {
  /** `rbf` (default): exp(−gamma·‖x − z‖²); `linear`: x·z. */
  readonly kernel?: 'linear' | 'rbf';
  /** Cost of a sample on the wrong side, above 0; default 1. */
  readonly C?: number;
  /**
   * Of the RBF kernel: a number above 0, `scale` (default): 1 / (dimension · variance of all numbers),
   * or `auto`: 1 / dimension.
   */
  readonly gamma?: number | 'scale' | 'auto';
  /** Where the optimizer stops; default 1e-3. */
  readonly tolerance?: number;
  /** Default true. */
  readonly shrinking?: boolean;
  /**
   * Factors on C by class: one number above 0 for each class, or `balanced`:
   * n / (classes · samples of the class). Default null: 1 for all.
   */
  readonly classWeight?: 'balanced' | readonly number[] | null;
  /** Per pair of classes; default −1: the larger of 10 million and 100 per sample, as libsvm. */
  readonly maxIterations?: number;
  /** Memory for kernel values in megabytes; default 200. */
  readonly cacheSizeMb?: number;
}

/**
 * The kernel matrix of the last fits, so that a calibration that follows at once need not compute it
 * again. Weak on both sides: it keeps neither the classifier nor the matrix alive.
 */
const gramOf = new WeakMap<FittedSVC, WeakRef<Gram>>();

/** What fitting and calibrating share: checked samples and the kernel between them. */
export interface Training {
  readonly set: TrainingSet;
  readonly kernelFunction: KernelFunction;
  readonly gram: Gram;
  readonly kernel: KernelRows;
  /** C of each sample: C · weight of its class · its own weight. */
  readonly bounds: Float64Array;
  readonly rule: StoppingRule;
}

/**
 * A support vector classifier that is yet to learn: C-SVC with one machine per pair of classes, as
 * libsvm and scikit-learn's `SVC` define it. The same data give the same support vectors and, but for
 * rounding, the same decision values as theirs.
 *
 * The constructor stores; {@link fit} checks, learns and returns what it learned.
 * @example
 * const fitted = new SVC({ kernel: 'linear' }).fit(embeddings, labels);
 * fitted.predict(embedding);
 */
export class SVC {
  readonly options: SVCOptions;

  constructor(options: SVCOptions = {}) {
    this.options = options;
  }

  /**
   * @param rows n vectors of one length. RBF and linear kernels want numbers of like size: bring
   *   embeddings to unit length and standardise measurements first.
   * @param labels n class indexes; every class from 0 to the highest occurs.
   * @param sampleWeight n factors on C, at least 0; a sample of weight 0 takes no part.
   * @param watch hears of progress; aborting its signal (from the listener) ends the fit.
   * @throws VisageError `OPTION_INVALID`, `OPTION_UNKNOWN`, `FIT_INVALID`, `INTERRUPTED`
   */
  fit(
    rows: readonly Vector[],
    labels: ArrayLike<number>,
    sampleWeight?: ArrayLike<number>,
    watch: Watch = {},
  ): FittedSVC {
    const training = prepareTraining(this, rows, labels, sampleWeight);
    const { set, kernelFunction, kernel, bounds, rule } = training;
    const fitted = FittedSVC.fromPairs(set, kernelFunction, fitPairs(set, bounds, kernel, rule, watch));
    gramOf.set(fitted, new WeakRef(training.gram));
    return fitted;
  }
}

/**
 * Checks options and data and sets up the kernel.
 * @param fitted what was fitted on the same data before, if anything.
 */
export function prepareTraining(
  svc: SVC,
  rows: readonly Vector[],
  labels: ArrayLike<number>,
  sampleWeight: ArrayLike<number> | undefined,
  fitted?: FittedSVC,
): Training {
  const { gamma = 'scale', classWeight = null, ...plain } = svc.options;
  const options = checkOptions('SVC', svcOptions, plain);
  checkGamma(gamma);
  const set = makeTrainingSet(rows, labels, sampleWeight);
  const classFactors = settleClassWeight(classWeight, set);
  const kernelFunction: KernelFunction =
    options.kernel === 'linear' ? { name: 'linear' } : { name: 'rbf', gamma: settleGamma(gamma, rows) };
  const bounds = new Float64Array(set.count);
  for (let c = 0; c < set.classCount; c++) {
    for (let s = set.classStart[c]!; s < set.classStart[c + 1]!; s++) {
      bounds[s] = set.weights[s]! * options.C * classFactors[c]!;
    }
  }
  // The whole matrix is float64, the rows of a pair float32: two thirds and one third.
  const budgetBytes = options.cacheSizeMb * 2 ** 20;
  const earlier = fitted && gramOf.get(fitted)?.deref();
  const gram = earlier?.matches(kernelFunction, set.values, set.dimension)
    ? earlier
    : new Gram(kernelFunction, set.values, set.dimension, (budgetBytes * 2) / 3);
  return { set, kernelFunction, gram, kernel: new KernelRows(gram, budgetBytes / 3), bounds, rule: options };
}

const isPositive = (value: unknown): boolean =>
  typeof value === 'number' && Number.isFinite(value) && value > 0;

function checkGamma(gamma: unknown): void {
  if (gamma === 'scale' || gamma === 'auto') return;
  if (isPositive(gamma)) return;
  throw visageError('OPTION_INVALID', {
    owner: 'SVC',
    option: 'gamma',
    got: typeof gamma === 'number' ? gamma : (JSON.stringify(gamma) ?? typeof gamma),
    allowed: 'scale, auto, a number above 0',
  });
}

function settleClassWeight(
  classWeight: 'balanced' | readonly number[] | null,
  { classCount, givenCounts }: TrainingSet,
): Float64Array {
  if (classWeight === null) return new Float64Array(classCount).fill(1);
  if (classWeight === 'balanced') {
    const total = givenCounts.reduce((sum, count) => sum + count, 0);
    return Float64Array.from(givenCounts, (count) => total / (classCount * count));
  }
  if (Array.isArray(classWeight) && classWeight.length === classCount && classWeight.every(isPositive)) {
    return Float64Array.from(classWeight);
  }
  throw visageError('OPTION_INVALID', {
    owner: 'SVC',
    option: 'classWeight',
    got: JSON.stringify(classWeight) ?? typeof classWeight,
    allowed: `balanced, null, ${classCount} numbers above 0`,
  });
}
