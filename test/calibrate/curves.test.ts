import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import * as fc from 'fast-check';
import {
  fitFalseMatchCurve,
  fitLogOdds,
  logFalseMatchRate,
  scoreAtFalseMatchRate,
} from '../../src/calibrate/index.ts';
import { inRepository } from '../support/repository.ts';

interface Goldens {
  readonly logOdds: { same: number[]; different: number[]; slope: number; offset: number }[];
  readonly curves: {
    scores: number[];
    tailScale: number;
    lastScore: number;
    lastRate: number;
    at: number[];
    rates: number[];
    beyond: number;
    beyondLogRate: number;
  }[];
}
const goldens = JSON.parse(
  await readFile(inRepository('test/calibrate/goldens/calibrate.json'), 'utf8'),
) as Goldens;

const close = (actual: number, expected: number, tolerance: number): void => {
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected}`);
};

for (const [i, golden] of goldens.logOdds.entries()) {
  test(`log-odds of golden set ${i} are those of scikit-learn's LogisticRegression`, () => {
    const { slope, offset } = fitLogOdds(Float64Array.from(golden.same), Float64Array.from(golden.different));
    close(slope / golden.slope, 1, 1e-4);
    close(offset, golden.offset, 1e-3 * (1 + Math.abs(golden.offset)));
  });
}

for (const [i, golden] of goldens.curves.entries()) {
  test(`the false match curve of golden set ${i} has NumPy's rates and tail`, () => {
    const curve = fitFalseMatchCurve(Float64Array.from(golden.scores));
    close(curve.scores.at(-1)!, golden.lastScore, 1e-12);
    close(curve.tailScale, golden.tailScale, 1e-12);
    close(Math.exp(curve.logRates.at(-1)!), golden.lastRate, 1e-12);
    close(logFalseMatchRate(curve, golden.beyond), golden.beyondLogRate, 1e-9);
    // Between its points the curve is only near the shares that were counted.
    for (const [k, score] of golden.at.entries()) {
      close(logFalseMatchRate(curve, score), Math.log(golden.rates[k]!), 0.2);
    }
  });
}

const someScores = fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 1, maxLength: 200 });

test('the false match rate falls as the score rises, and its inverse brings the score back', () => {
  fc.assert(
    fc.property(someScores, fc.double({ min: -4, max: 4, noNaN: true }), (scores, at) => {
      const curve = fitFalseMatchCurve(Float64Array.from(scores));
      const rate = logFalseMatchRate(curve, at);
      assert.ok(rate <= 0);
      assert.ok(logFalseMatchRate(curve, at + 0.5) <= rate);
      const back = scoreAtFalseMatchRate(curve, rate);
      close(logFalseMatchRate(curve, back), rate, 1e-6 * (1 + Math.abs(rate)));
    }),
  );
});

test('the order of the scores does not matter', () => {
  fc.assert(
    fc.property(someScores, (scores) => {
      const one = fitFalseMatchCurve(Float64Array.from(scores));
      assert.deepEqual(fitFalseMatchCurve(Float64Array.from(scores.toReversed())), one);
    }),
  );
});

test('scores that are all equal give a rate that falls at once', () => {
  const curve = fitFalseMatchCurve(new Float64Array(100).fill(0.25));
  assert.equal(logFalseMatchRate(curve, 0.25), 0);
  assert.ok(logFalseMatchRate(curve, 0.26) < -1000);
});

test('kinds that do not overlap give finite log-odds that rise with the score', () => {
  const { slope, offset } = fitLogOdds(Float64Array.of(0.9, 0.95), Float64Array.of(0, 0.1));
  assert.ok(slope > 0 && Number.isFinite(slope) && Number.isFinite(offset));
  assert.ok(slope * 0.9 + offset > 0 && slope * 0.1 + offset < 0);
});
