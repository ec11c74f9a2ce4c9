/** P(positive | f) = 1 / (1 + exp(slope·f + offset)); Platt's A and B. */
export interface Sigmoid {
  readonly slope: number;
  readonly offset: number;
}

/** The probability that a decision value means. */
export function sigmoidProbability({ slope, offset }: Sigmoid, decision: number): number {
  const z = slope * decision + offset;
  // Only powers below 1: nothing overflows.
  return z >= 0 ? Math.exp(-z) / (1 + Math.exp(-z)) : 1 / (1 + Math.exp(z));
}

/**
 * Fits the sigmoid by maximum likelihood with Platt's smoothed targets: Newton's method with
 * backtracking of Lin, Lin and Weng, "A note on Platt's probabilistic outputs for support vector
 * machines" (2007), their algorithm and constants.
 */
export function fitSigmoid(decisions: ArrayLike<number>, positives: ArrayLike<boolean>): Sigmoid {
  const count = decisions.length;
  let positiveCount = 0;
  for (let i = 0; i < count; i++) if (positives[i]) positiveCount++;
  const negativeCount = count - positiveCount;
  const highTarget = (positiveCount + 1) / (positiveCount + 2);
  const lowTarget = 1 / (negativeCount + 2);
  const [maxSteps, minStep, ridge, tolerance, decrease] = [100, 1e-10, 1e-12, 1e-5, 1e-4];

  const loss = (a: number, b: number): number => {
    let sum = 0;
    for (let i = 0; i < count; i++) {
      const target = positives[i] ? highTarget : lowTarget;
      const z = decisions[i]! * a + b;
      sum += z >= 0 ? target * z + Math.log1p(Math.exp(-z)) : (target - 1) * z + Math.log1p(Math.exp(z));
    }
    return sum;
  };

  let slope = 0;
  let offset = Math.log((negativeCount + 1) / (positiveCount + 1));
  let value = loss(slope, offset);
  for (let iteration = 0; iteration < maxSteps; iteration++) {
    let [h11, h22, h21, g1, g2] = [ridge, ridge, 0, 0, 0];
    for (let i = 0; i < count; i++) {
      const decision = decisions[i]!;
      const p = sigmoidProbability({ slope, offset }, decision);
      const curvature = p * (1 - p);
      h11 += decision * decision * curvature;
      h22 += curvature;
      h21 += decision * curvature;
      const difference = (positives[i] ? highTarget : lowTarget) - p;
      g1 += decision * difference;
      g2 += difference;
    }
    if (Math.abs(g1) < tolerance && Math.abs(g2) < tolerance) break;
    const determinant = h11 * h22 - h21 * h21;
    const slopeStep = -(h22 * g1 - h21 * g2) / determinant;
    const offsetStep = -(h11 * g2 - h21 * g1) / determinant;
    const descent = g1 * slopeStep + g2 * offsetStep;
    let step = 1;
    while (step >= minStep) {
      const newValue = loss(slope + step * slopeStep, offset + step * offsetStep);
      if (newValue < value + decrease * step * descent) {
        slope += step * slopeStep;
        offset += step * offsetStep;
        value = newValue;
        break;
      }
      step /= 2;
    }
    if (step < minStep) break;
  }
  return { slope, offset };
}
