/**
 * Whether a number of trials can say anything about a rate.
 * - `firm`: at least 30 errors are expected, by the "rule of 30" enough to trust the rate within ±30 % at 90 %
 *   confidence (Doddington et al. 2000; ISO/IEC 19795-1, annex B)
 * - `rough`: between 1 and 30
 * - `none`: not even one error is expected; what is seen at this rate is what is seen at 0
 */
export type RateSupport = 'firm' | 'rough' | 'none';

// Products such as 10,000 · 1e-4 fall a hair short of the whole number.
const slack = 1e-9;

/**
 * @param rate the error rate in question, in [0, 1]
 * @param trials comparisons in which the error could happen
 */
export function rateSupport(rate: number, trials: number): RateSupport {
  const expected = rate * trials + slack;
  if (expected < 1) return 'none';
  return expected < 30 ? 'rough' : 'firm';
}

/** The least number of trials in which a rate can be seen at all: one error. */
export const trialsNeeded = (rate: number): number => Math.ceil(1 / rate - slack);
