/** P(first class | decision value f) = 1 / (1 + exp(slope·f + offset)); Platt's A and B. */
export interface Sigmoid {
  /** Below 0 where larger decision values speak for the first class. */
  readonly slope: number;
  readonly offset: number;
}

// Constants of the pseudo-code in Lin, Lin and Weng, "A note on Platt's probabilistic outputs for
// support vector machines", Machine Learning 68 (2007), appendix C; libsvm has the same.
const maxIterations = 100;
const smallestStep = 1e-10;
const ridge = 1e-12;
const gradientTolerance = 1e-5;
const sufficientDecrease = 1e-4;

/**
 * Fits Platt's sigmoid to held-out decision values by Newton's method with backtracking.
 * @param values decision values; the first `positives` of them belong to the first class.
 */
export function fitSigmoid(values: Float64Array, count: number, positives: number): Sigmoid {
  const negatives = count - positives;
  const highTarget = (positives + 1) / (positives + 2);
  const lowTarget = 1 / (negatives + 2);
  // exp(−|z|) at the current point, kept between the function value and the derivatives.
  let exponentials = new Float64Array(count);
  let candidateExponentials = new Float64Array(count);
  const loss = (slope: number, offset: number, kept: Float64Array): number => {
    let sum = 0;
    for (let i = 0; i < count; i++) {
      const target = i < positives ? highTarget : lowTarget;
      const z = values[i]! * slope + offset;
      const exponential = Math.exp(-Math.abs(z));
      kept[i] = exponential;
      sum += (z >= 0 ? target * z : (target - 1) * z) + Math.log(1 + exponential);
    }
    return sum;
  };
  let slope = 0;
  let offset = Math.log((negatives + 1) / (positives + 1));
  let current = loss(slope, offset, exponentials);
  for (let iteration = 0; iteration < maxIterations; iteration++) {
    let [h11, h22, h21, g1, g2] = [ridge, ridge, 0, 0, 0];
    for (let i = 0; i < count; i++) {
      const value = values[i]!;
      const exponential = exponentials[i]!;
      const [large, small] = [1 / (1 + exponential), exponential / (1 + exponential)];
      const curvature = large * small;
      h11 += value * value * curvature;
      h22 += curvature;
      h21 += value * curvature;
      const residual =
        (i < positives ? highTarget : lowTarget) - (value * slope + offset >= 0 ? small : large);
      g1 += value * residual;
      g2 += residual;
    }
    if (Math.abs(g1) < gradientTolerance && Math.abs(g2) < gradientTolerance) break;
    const determinant = h11 * h22 - h21 * h21;
    const slopeStep = -(h22 * g1 - h21 * g2) / determinant;
    const offsetStep = -(-h21 * g1 + h11 * g2) / determinant;
    const descent = g1 * slopeStep + g2 * offsetStep;
    let size = 1;
    for (; size >= smallestStep; size /= 2) {
      const candidate = loss(slope + size * slopeStep, offset + size * offsetStep, candidateExponentials);
      if (candidate < current + sufficientDecrease * size * descent) {
        slope += size * slopeStep;
        offset += size * offsetStep;
        current = candidate;
        [exponentials, candidateExponentials] = [candidateExponentials, exponentials];
        break;
      }
    }
    if (size < smallestStep) break;
  }
  return { slope, offset };
}

/** The probability of the first class, in [0, 1]. */
export function sigmoidAt(value: number, slope: number, offset: number): number {
  const z = value * slope + offset;
  // Both forms are the same number; each is exact where it is used.
  return z >= 0 ? Math.exp(-z) / (1 + Math.exp(-z)) : 1 / (1 + Math.exp(z));
}
