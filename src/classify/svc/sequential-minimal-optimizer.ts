import type { KernelRows } from './kernel-rows.ts';

/** Stands in for a curvature that is not positive (libsvm's TAU). */
const tau = 1e-12;

/** When the optimizer stops, and whether it shrinks. */
export interface StoppingRule {
  /** Stop when the most violating pair violates the optimality conditions by less; above 0. */
  readonly tolerance: number;
  /** Leave samples that seem to stay at a bound out of the work until the end. */
  readonly shrinking: boolean;
  /** −1: as libsvm, the larger of 10 million and 100 per sample. */
  readonly maxIterations: number;
}

/**
 * Sequential minimal optimization of one two-class C-SVC:
 * minimise ½ βᵀKβ − yᵀβ, subject to Σβ = 0 and 0 ≤ yᵢβᵢ ≤ Cᵢ.
 *
 * The working set is chosen with second-order information, after Fan, Chen and Lin, "Working set
 * selection using second order information for training SVM", JMLR 6 (2005); shrinking and the order
 * of ties follow libsvm (Chang and Lin, 2011, section 5). libsvm's α is yβ; signed coefficients make
 * every case distinction on y disappear: a step adds to one β what it takes from another.
 *
 * The object is nothing but scratch memory, used again for every problem.
 */
export class SequentialMinimalOptimizer {
  /** βᵢ of the last problem, by position in its `samples`. */
  coefficients: Float64Array = new Float64Array(0);
  /** The decision value of x is Σ βᵢ·K(xᵢ, x) + intercept. */
  intercept = 0;
  converged = true;
  iterations = 0;

  // What follows is by position in the working order, in which shrinking swaps; `#active` come first.
  #capacity = 0;
  #count = 0;
  #active = 0;
  #unshrunk = false;
  #beta = new Float64Array(0);
  /** −∇: yᵢ − Σ βⱼ·K(i, j). */
  #ascent = new Float64Array(0);
  #low = new Float64Array(0);
  #high = new Float64Array(0);
  /** 0 where β may still grow, else −∞: added to the ascent it rules a sample out without a branch. */
  #ceiling = new Float64Array(0);
  /** 0 where β may still fall, else ∞. */
  #floor = new Float64Array(0);
  #diagonal = new Float64Array(0);
  /** Row and column of the kernel. */
  #column = new Int32Array(0);
  /** Position in the caller's order. */
  #origin = new Int32Array(0);

  /**
   * @param samples rows of `kernel` that take part, those with y = +1 first.
   * @param positives how many have y = +1; at least one sample is on either side.
   * @param bounds Cᵢ of each, above 0.
   */
  solve(
    kernel: KernelRows,
    samples: Int32Array,
    count: number,
    positives: number,
    bounds: Float64Array,
    rule: StoppingRule,
  ): void {
    this.#begin(kernel, samples, count, positives, bounds);
    const limit = rule.maxIterations < 0 ? Math.max(10_000_000, 100 * count) : rule.maxIterations;
    const period = Math.min(count, 1000);
    let untilShrink = period + 1;
    let first = this.#steepest();
    let iterations = 0;
    this.converged = true;
    // Problems of a few dozen samples come by the ten thousand, so everything below stays in one function.
    const { values } = kernel;
    const beta = this.#beta;
    const ascent = this.#ascent;
    const ceiling = this.#ceiling;
    const floor = this.#floor;
    const low = this.#low;
    const high = this.#high;
    const diagonal = this.#diagonal;
    const column = this.#column;
    const tolerance = rule.tolerance;
    let active = count;
    for (;;) {
      if (iterations >= limit) {
        this.converged = false;
        break;
      }
      if (--untilShrink === 0) {
        untilShrink = period;
        if (rule.shrinking) {
          active = this.#shrink(kernel, tolerance);
          first = this.#steepest();
        }
      }

      // The partner whose step together with `first` promises the largest gain, by second-order information.
      const row = kernel.row(column[first]!);
      const firstDiagonal = diagonal[first]!;
      const steepest = ascent[first]! + ceiling[first]!;
      let second = -1;
      let best = 0;
      for (let t = 0; t < active; t++) {
        const violation = steepest - (ascent[t]! + floor[t]!);
        const curvature = firstDiagonal + diagonal[t]! - 2 * values[row + column[t]!]!;
        // Signed, so that no branch has to leave out those that violate nothing.
        const gain = (violation * Math.abs(violation)) / (curvature > 0 ? curvature : tau);
        if (gain >= best) {
          best = gain;
          second = t;
        }
      }
      if (second < 0 || (steepest - ascent[second]! < tolerance && !this.#violates(steepest, tolerance))) {
        if (active === count) break;
        // Optimal among the active ones only: look again at all, and shrink after the next step.
        active = this.#unshrink(kernel);
        first = this.#steepest();
        untilShrink = 2;
        continue;
      }

      // One β takes from the other what it lacks, as far as the optimum or a bound.
      iterations++;
      const otherRow = kernel.row(column[second]!);
      const curvature = firstDiagonal + diagonal[second]! - 2 * values[row + column[second]!]!;
      const length = (steepest - ascent[second]!) / (curvature > 0 ? curvature : tau);
      const before = beta[first]!;
      const otherBefore = beta[second]!;
      const sum = before + otherBefore;
      let after = before + length;
      let otherAfter = otherBefore - length;
      // Whichever bound is nearer stops both; landing on it exactly is what makes a sample shrinkable.
      const bound = high[first]!;
      const otherBound = low[second]!;
      if (bound + otherBound < sum) {
        if (after > bound) {
          after = bound;
          otherAfter = sum - bound;
        }
      } else if (otherAfter < otherBound) {
        otherAfter = otherBound;
        after = sum - otherBound;
      }
      const change = after - before;
      const otherChange = otherAfter - otherBefore;
      // Float64 can't express so small a step: there is nothing more to gain.
      if (change === 0 && otherChange === 0) break;
      beta[first] = after;
      beta[second] = otherAfter;
      ceiling[first] = after < bound ? 0 : -Infinity;
      floor[first] = after > low[first]! ? 0 : Infinity;
      ceiling[second] = otherAfter < high[second]! ? 0 : -Infinity;
      floor[second] = otherAfter > otherBound ? 0 : Infinity;

      // The new gradient, and in the same pass the next `first`: the largest −∇ of those that may grow.
      let largest = -Infinity;
      for (let t = 0; t < active; t++) {
        const c = column[t]!;
        const slope = ascent[t]! - (values[row + c]! * change + values[otherRow + c]! * otherChange);
        ascent[t] = slope;
        const limited = slope + ceiling[t]!;
        if (limited >= largest) {
          largest = limited;
          first = t;
        }
      }
    }
    this.iterations = iterations;
    this.#unshrink(kernel);
    this.intercept = 0 - this.#threshold();
    for (let t = 0; t < count; t++) this.coefficients[this.#origin[t]!] = beta[t]!;
  }

  #begin(
    kernel: KernelRows,
    samples: Int32Array,
    count: number,
    positives: number,
    bounds: Float64Array,
  ): void {
    if (this.#capacity < count) {
      this.#capacity = count;
      this.coefficients = new Float64Array(count);
      this.#beta = new Float64Array(count);
      this.#ascent = new Float64Array(count);
      this.#low = new Float64Array(count);
      this.#high = new Float64Array(count);
      this.#ceiling = new Float64Array(count);
      this.#floor = new Float64Array(count);
      this.#diagonal = new Float64Array(count);
      this.#column = new Int32Array(count);
      this.#origin = new Int32Array(count);
    }
    this.#count = count;
    this.#active = count;
    this.#unshrunk = false;
    for (let t = 0; t < count; t++) {
      const isPositive = t < positives;
      this.#beta[t] = 0;
      this.#ascent[t] = isPositive ? 1 : -1;
      this.#low[t] = isPositive ? 0 : -bounds[t]!;
      this.#high[t] = isPositive ? bounds[t]! : 0;
      this.#ceiling[t] = isPositive ? 0 : -Infinity;
      this.#floor[t] = isPositive ? Infinity : 0;
      this.#column[t] = samples[t]!;
      this.#diagonal[t] = kernel.diagonal[samples[t]!]!;
      this.#origin[t] = t;
    }
  }

  /** The active sample with the largest −∇ among those that may grow; one of them always may. */
  #steepest(): number {
    const active = this.#active;
    const ascent = this.#ascent;
    const ceiling = this.#ceiling;
    let first = 0;
    let steepest = -Infinity;
    for (let t = 0; t < active; t++) {
      const slope = ascent[t]! + ceiling[t]!;
      if (slope >= steepest) {
        steepest = slope;
        first = t;
      }
    }
    return first;
  }

  /** Whether an active sample violates the conditions together with one of −∇ = `steepest`. */
  #violates(steepest: number, tolerance: number): boolean {
    for (let t = 0; t < this.#active; t++) {
      if (steepest - (this.#ascent[t]! + this.#floor[t]!) >= tolerance) return true;
    }
    return false;
  }

  /**
   * Takes samples out of the active ones that stand at a bound and strictly want to stay there.
   * @returns how many are active now.
   */
  #shrink(kernel: KernelRows, tolerance: number): number {
    const first = this.#steepest();
    const steepest = this.#ascent[first]! + this.#ceiling[first]!;
    let flattest = Infinity;
    for (let t = 0; t < this.#active; t++) {
      const slope = this.#ascent[t]! + this.#floor[t]!;
      if (slope < flattest) flattest = slope;
    }
    if (!this.#unshrunk && steepest - flattest <= tolerance * 10) {
      // Close to the end, wrongly shrunk samples come back once before the final round of shrinking.
      this.#unshrunk = true;
      this.#unshrink(kernel);
    }
    for (let t = 0; t < this.#active; t++) {
      if (!this.#isSettled(t, steepest, flattest)) continue;
      this.#active--;
      for (; this.#active > t; this.#active--) {
        if (!this.#isSettled(this.#active, steepest, flattest)) {
          this.#swap(t, this.#active);
          break;
        }
      }
    }
    return this.#active;
  }

  #isSettled(t: number, steepest: number, flattest: number): boolean {
    const slope = this.#ascent[t]!;
    return (this.#ceiling[t] !== 0 && slope > steepest) || (this.#floor[t] !== 0 && slope < flattest);
  }

  /**
   * Makes every sample active again; the gradient of those that were not is computed afresh.
   * @returns how many are active now: all.
   */
  #unshrink(kernel: KernelRows): number {
    const [active, count] = [this.#active, this.#count];
    if (active === count) return count;
    const column = this.#column;
    const ascent = this.#ascent;
    for (let t = active; t < count; t++) ascent[t] = this.#high[t]! > 0 ? 1 : -1;
    for (let i = 0; i < count; i++) {
      const coefficient = this.#beta[i]!;
      if (coefficient === 0) continue;
      const row = kernel.row(column[i]!);
      const { values } = kernel;
      for (let t = active; t < count; t++) ascent[t]! -= coefficient * values[row + column[t]!]!;
    }
    this.#active = count;
    return count;
  }

  #swap(a: number, b: number): void {
    for (const array of [
      this.#beta,
      this.#ascent,
      this.#low,
      this.#high,
      this.#ceiling,
      this.#floor,
      this.#diagonal,
    ]) {
      [array[a], array[b]] = [array[b]!, array[a]!];
    }
    for (const array of [this.#column, this.#origin]) [array[a], array[b]] = [array[b]!, array[a]!];
  }

  /** libsvm's ρ: the mean gradient of the free samples, or the middle of what the bounded ones allow. */
  #threshold(): number {
    let [free, sum] = [0, 0];
    let [upper, lower] = [Infinity, -Infinity];
    for (let t = 0; t < this.#count; t++) {
      const gradient = -this.#ascent[t]!;
      if (this.#beta[t]! >= this.#high[t]!) lower = Math.max(lower, gradient);
      else if (this.#beta[t]! <= this.#low[t]!) upper = Math.min(upper, gradient);
      else {
        free++;
        sum += gradient;
      }
    }
    return free > 0 ? sum / free : (upper + lower) / 2;
  }
}
