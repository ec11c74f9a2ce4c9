import { visageError, type ProgressListener } from '../../kernel/index.ts';
import type { KernelRows } from './kernel-rows.ts';
import { SequentialMinimalOptimizer, type StoppingRule } from './sequential-minimal-optimizer.ts';
import type { TrainingSet } from './training-set.ts';

/** Who hears of long work and who may end it. The listener may itself abort the signal. */
export interface Watch {
  readonly progress?: ProgressListener | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The machines of all pairs of classes (i, j), i < j, in the order (0,1), (0,2), … (1,2), … */
export interface PairMachines {
  /**
   * `classCount − 1` rows over all samples, laid out as libsvm's `sv_coef`: for pair (i, j) the
   * samples of i have theirs in row j − 1, the samples of j in row i.
   */
  readonly coefficients: readonly Float64Array[];
  /** Per pair; libsvm's −ρ. */
  readonly intercepts: Float64Array;
  /** Whether every machine reached the tolerance. */
  readonly converged: boolean;
}

/** How many unordered pairs `classCount` classes make. */
export const pairCount = (classCount: number): number => (classCount * (classCount - 1)) / 2;

/**
 * Calls `visit` for every pair of classes in order, having turned `kernel` to its samples.
 * @throws VisageError `INTERRUPTED`
 */
export function forEachPair(
  set: TrainingSet,
  kernel: KernelRows,
  stage: string,
  { progress, signal }: Watch,
  visit: (pair: number, first: number, second: number) => void,
): void {
  const total = pairCount(set.classCount);
  const between = Math.max(1, Math.floor(total / 100));
  let pair = 0;
  for (let i = 0; i < set.classCount; i++) {
    for (let j = i + 1; j < set.classCount; j++) {
      if (signal?.aborted) throw visageError('INTERRUPTED', { kept: 'nothing was kept of the fit' });
      kernel.select(set.classStart[i]!, set.classStart[i + 1]!, set.classStart[j]!, set.classStart[j + 1]!);
      visit(pair++, i, j);
      if (pair % between === 0 || pair === total) progress?.({ stage, done: pair, total });
    }
  }
}

/**
 * Fits the machine of every pair of classes on the samples of these two.
 * @param bounds C of each sample.
 */
export function fitPairs(
  set: TrainingSet,
  bounds: Float64Array,
  kernel: KernelRows,
  rule: StoppingRule,
  watch: Watch,
): PairMachines {
  const coefficients = Array.from({ length: set.classCount - 1 }, () => new Float64Array(set.count));
  const intercepts = new Float64Array(pairCount(set.classCount));
  const everyRow = Int32Array.from({ length: set.count }, (_, s) => s);
  const pairBounds = new Float64Array(set.count);
  const optimizer = new SequentialMinimalOptimizer();
  let converged = true;
  forEachPair(set, kernel, 'fitting the support vector machine', watch, (pair, i, j) => {
    const [from, otherFrom] = [set.classStart[i]!, set.classStart[j]!];
    const positives = set.classStart[i + 1]! - from;
    for (let s = 0; s < kernel.count; s++) pairBounds[s] = bounds[kernel.sampleOf(s)]!;
    optimizer.solve(kernel, everyRow, kernel.count, positives, pairBounds, rule);
    const [firstRow, secondRow] = [coefficients[j - 1]!, coefficients[i]!];
    for (let s = 0; s < positives; s++) firstRow[from + s] = optimizer.coefficients[s]!;
    for (let s = positives; s < kernel.count; s++) {
      secondRow[otherFrom + s - positives] = optimizer.coefficients[s]!;
    }
    intercepts[pair] = optimizer.intercept;
    converged &&= optimizer.converged;
  });
  return { coefficients, intercepts, converged };
}
