import type { Random } from '../../kernel/index.ts';

/** One two-class problem. The rows belong to the caller and are only read. */
export interface BinaryProblem {
  /** All rows behind one another. */
  readonly values: Float32Array;
  readonly dimension: number;
  /** ‖row‖² of each row, without the bias. */
  readonly squaredNorms: Float64Array;
  /** The rows that take part. */
  readonly members: Uint32Array;
  /** +1 or −1 for each row. */
  readonly signs: Int8Array;
  /** C of the rows of each sign. */
  readonly costPositive: number;
  readonly costNegative: number;
}

export interface DescentSettings {
  readonly squaredHinge: boolean;
  /** Constant appended to each row; 0 for a hyperplane through the origin. */
  readonly bias: number;
  /** Largest spread of projected gradients at the end. */
  readonly tolerance: number;
  readonly maxIterations: number;
  readonly shrinking: boolean;
}

/** A start, and after {@link descend} the solution. */
export interface DualState {
  /** α of each row, 0 for those that take no part. */
  readonly alphas: Float64Array;
  /** Σ αᵢ·signᵢ·rowᵢ, and behind it the same of the bias constants: `dimension` + 1 numbers. */
  readonly weights: Float64Array;
}

/**
 * Minimises ½·wᵀw + Σ Cᵢ·loss(signᵢ·w·xᵢ), loss(m) = max(0, 1 − m) or its square, by dual coordinate
 * descent with shrinking: Hsieh, Chang, Lin, Keerthi and Sundararajan, "A Dual Coordinate Descent Method
 * for Large-scale Linear SVM" (ICML 2008), algorithm 3, with the stopping rule of LIBLINEAR.
 * @returns whether the tolerance was reached within `maxIterations` passes.
 */
export function descend(
  problem: BinaryProblem,
  settings: DescentSettings,
  state: DualState,
  random: Random,
): boolean {
  const { values, dimension, squaredNorms, signs, costPositive, costNegative } = problem;
  const { squaredHinge, bias, tolerance, shrinking } = settings;
  const { alphas, weights } = state;
  const active = problem.members.slice();
  let activeCount = active.length;
  // The projected gradients of the last pass bound those that may still move.
  let highest = Infinity;
  let lowest = -Infinity;

  for (let pass = 0; pass < settings.maxIterations; pass++) {
    let newHighest = -Infinity;
    let newLowest = Infinity;
    for (let i = 0; i < activeCount; i++) swap(active, i, i + random.integer(activeCount - i));

    for (let at = 0; at < activeCount; at++) {
      const row = active[at]!;
      const sign = signs[row]!;
      const cost = sign > 0 ? costPositive : costNegative;
      const diagonal = squaredHinge ? 0.5 / cost : 0;
      const upper = squaredHinge ? Infinity : cost;
      const alpha = alphas[row]!;
      const offset = row * dimension;

      const decision = weights[dimension]! * bias + dotAt(weights, values, offset, dimension);
      const gradient = sign * decision - 1 + alpha * diagonal;

      let projected = gradient;
      if (alpha === 0) {
        if (shrinking && gradient > highest) {
          swap(active, at--, --activeCount);
          continue;
        }
        projected = Math.min(gradient, 0);
      } else if (alpha === upper) {
        if (shrinking && gradient < lowest) {
          swap(active, at--, --activeCount);
          continue;
        }
        projected = Math.max(gradient, 0);
      }
      if (projected > newHighest) newHighest = projected;
      if (projected < newLowest) newLowest = projected;

      // LIBLINEAR's bound for "cannot move".
      if (Math.abs(projected) <= 1e-12) continue;
      const curvature = squaredNorms[row]! + bias * bias + diagonal;
      const moved = curvature > 0 ? alpha - gradient / curvature : upper;
      const newAlpha = Math.min(Math.max(moved, 0), upper);
      alphas[row] = newAlpha;
      const step = (newAlpha - alpha) * sign;
      addAt(weights, step, values, offset, dimension);
      weights[dimension]! += step * bias;
    }

    if (newHighest - newLowest <= tolerance || activeCount === 0) {
      if (activeCount === active.length) return true;
      // Every row must agree, also those that were set aside.
      activeCount = active.length;
      highest = Infinity;
      lowest = -Infinity;
      continue;
    }
    highest = newHighest <= 0 ? Infinity : newHighest;
    lowest = newLowest >= 0 ? -Infinity : newLowest;
  }
  return false;
}

/** weights · the row at `offset`. Four sums let the processor overlap the additions. */
function dotAt(weights: Float64Array, values: Float32Array, offset: number, dimension: number): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let j = 0;
  for (; j + 3 < dimension; j += 4) {
    s0 += weights[j]! * values[offset + j]!;
    s1 += weights[j + 1]! * values[offset + j + 1]!;
    s2 += weights[j + 2]! * values[offset + j + 2]!;
    s3 += weights[j + 3]! * values[offset + j + 3]!;
  }
  for (; j < dimension; j++) s0 += weights[j]! * values[offset + j]!;
  return s0 + s1 + s2 + s3;
}

/** weights += step · the row at `offset`. */
function addAt(
  weights: Float64Array,
  step: number,
  values: Float32Array,
  offset: number,
  dimension: number,
): void {
  let j = 0;
  for (; j + 3 < dimension; j += 4) {
    weights[j]! += step * values[offset + j]!;
    weights[j + 1]! += step * values[offset + j + 1]!;
    weights[j + 2]! += step * values[offset + j + 2]!;
    weights[j + 3]! += step * values[offset + j + 3]!;
  }
  for (; j < dimension; j++) weights[j]! += step * values[offset + j]!;
}

function swap(list: Uint32Array, a: number, b: number): void {
  const kept = list[a]!;
  list[a] = list[b]!;
  list[b] = kept;
}
