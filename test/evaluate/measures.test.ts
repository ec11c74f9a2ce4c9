import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import * as fc from 'fast-check';
import {
  detCurve,
  distanceHistogram,
  type Interval,
  normalDeviate,
  rateSupport,
  reliability,
  rocCurve,
  trialsNeeded,
  verificationIntervals,
} from '../../src/evaluate/index.ts';
import { inRepository } from '../support/repository.ts';

interface Goldens {
  readonly bootstrap: readonly {
    distances: number[];
    same: number[];
    firstPeople: number[];
    secondPeople: number[];
    rounds: number;
    seed: number;
    falseAcceptRates: number[];
    areaUnderCurve: Interval;
    equalErrorRate: Interval;
    trueAcceptRates: Interval[];
  }[];
  readonly reliability: readonly {
    probabilities: number[];
    outcomes: number[];
    bins: number;
    observed: number[];
    stated: number[];
    counts: number[];
    onBounds: number;
    brierScore: number;
  }[];
  readonly det: readonly { distances: number[]; same: number[]; points: [number, number][] }[];
  readonly histogram: readonly {
    distances: number[];
    same: number[];
    edges: number[];
    counts: { same: number[]; different: number[] };
  }[];
  readonly normalDeviate: readonly { probability: number; deviate: number }[];
}
const goldens = JSON.parse(
  await readFile(inRepository('test/evaluate/goldens/measures.json'), 'utf8'),
) as Goldens;

const close = (actual: number, expected: number, tolerance = 1e-12): void => {
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected}`);
};
const closeInterval = (actual: Interval | undefined, expected: Interval): void => {
  assert.ok(actual !== undefined);
  close(actual.low, expected.low);
  close(actual.high, expected.high);
};

for (const [i, golden] of goldens.bootstrap.entries()) {
  test(`bootstrap set ${i}: the intervals are those of scikit-learn's weighted curves and NumPy's quantiles`, async () => {
    const intervals = await verificationIntervals(golden, golden);
    closeInterval(intervals.areaUnderCurve, golden.areaUnderCurve);
    closeInterval(intervals.equalErrorRate, golden.equalErrorRate);
    for (const [r, expected] of golden.trueAcceptRates.entries())
      closeInterval(intervals.trueAcceptRates[r], expected);
  });
}

test('the bootstrap refuses people that contradict the pairs, and stops when told to', async () => {
  const pairs = { distances: [0.1, 0.9], same: [1, 0], firstPeople: [0, 0], secondPeople: [0, 0] };
  await assert.rejects(verificationIntervals(pairs), { code: 'EVALUATION_INVALID' });
  await assert.rejects(verificationIntervals({ ...pairs, secondPeople: [0] }), {
    code: 'EVALUATION_INVALID',
  });
  const fine = { ...pairs, secondPeople: [0, 1] };
  await assert.rejects(verificationIntervals(fine, { signal: AbortSignal.abort() }), { code: 'INTERRUPTED' });
});

test('with two people most drawings lack a kind of pair, and no interval is given', async () => {
  const pairs = { distances: [0.1, 0.9], same: [1, 0], firstPeople: [0, 0], secondPeople: [0, 1] };
  const { areaUnderCurve } = await verificationIntervals(pairs, { rounds: 60 });
  // Both people must be drawn once each: half of the drawings at best.
  assert.ok(areaUnderCurve === undefined || areaUnderCurve.low === 1);
});

for (const [i, golden] of goldens.reliability.entries()) {
  test(`reliability set ${i}: bins and Brier score are scikit-learn's`, () => {
    assert.equal(golden.onBounds, 0);
    const { bins, brierScore, expectedError, maximumError } = reliability(
      golden.probabilities,
      golden.outcomes,
      golden.bins,
    );
    assert.deepEqual(
      bins.map(({ count }) => count),
      golden.counts,
    );
    const filled = bins.filter(({ count }) => count > 0);
    assert.equal(filled.length, golden.observed.length);
    for (const [b, bin] of filled.entries()) {
      close(bin.observed, golden.observed[b]!);
      close(bin.stated, golden.stated[b]!);
    }
    close(brierScore, golden.brierScore);
    const gaps = golden.observed.map((observed, b) => Math.abs(observed - golden.stated[b]!));
    const counts = golden.counts.filter((count) => count > 0);
    const weightedGaps = gaps.map((gap, b) => gap * counts[b]!);
    close(expectedError, weightedGaps.reduce((a, b) => a + b) / golden.outcomes.length);
    close(maximumError, Math.max(...gaps));
  });
}

test('a probability on a bound belongs to the bin above it, 1 to the last', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 60 }), (count) => {
      const bounds = Array.from({ length: count + 1 }, (_, i) => i / count);
      const { bins } = reliability(bounds, bounds, count);
      const expected = bins.map((_, i) => (i === count - 1 ? 2 : 1));
      assert.deepEqual(
        bins.map((bin) => bin.count),
        expected,
      );
    }),
  );
});

test('reliability refuses what are no probabilities', () => {
  for (const [probabilities, outcomes] of [
    [[], []],
    [[0.5], []],
    [[1.1], [1]],
    [[Number.NaN], [1]],
  ])
    assert.throws(() => reliability(probabilities!, outcomes!), { code: 'EVALUATION_INVALID' });
  assert.throws(() => reliability([0.5], [1], 0), { code: 'OPTION_INVALID' });
});

for (const [i, golden] of goldens.det.entries()) {
  test(`DET set ${i}: every point of scikit-learn's curve lies on ours`, () => {
    const ours = new Set(
      detCurve(rocCurve(golden)).map(
        ({ falseAcceptRate, falseRejectRate }) =>
          `${falseAcceptRate.toFixed(10)} ${falseRejectRate.toFixed(10)}`,
      ),
    );
    for (const [far, frr] of golden.points) {
      const key = `${far.toFixed(10)} ${frr.toFixed(10)}`;
      assert.ok(ours.has(key), key);
    }
  });
}

test('normal deviates are those of Python’s statistics, and of opposite sign on the other side', () => {
  for (const { probability, deviate } of goldens.normalDeviate) {
    close(normalDeviate(probability), deviate, 1e-12 * Math.max(1, Math.abs(deviate)));
  }
  assert.equal(normalDeviate(0), -Infinity);
  assert.equal(normalDeviate(1), Infinity);
  for (const p of [0.01, 0.2, 0.3, 0.49]) close(normalDeviate(p), -normalDeviate(1 - p), 1e-12);
});

for (const [i, golden] of goldens.histogram.entries()) {
  test(`histogram set ${i} is NumPy's`, () => {
    const { edges, same, different } = distanceHistogram(golden, golden.edges.length - 1);
    for (const [e, edge] of edges.entries()) close(edge, golden.edges[e]!);
    assert.deepEqual({ same, different }, golden.counts);
  });
}

const sum = (list: readonly number[]): number => list.reduce((a, b) => a + b);

test('a histogram of equal distances has them in one bin', () => {
  const { same, different } = distanceHistogram({ distances: [0.3, 0.3, 0.3], same: [1, 0, 0] }, 5);
  assert.deepEqual([sum(same), sum(different), Math.max(...different)], [1, 2, 2]);
});

test('a rate is firm from 30 expected errors on, and beyond reach below one', () => {
  assert.equal(rateSupport(0.01, 3000), 'firm');
  assert.equal(rateSupport(0.001, 3000), 'rough');
  assert.equal(rateSupport(0.0001, 3000), 'none');
  assert.equal(rateSupport(0.0001, 10_000), 'rough');
  assert.equal(trialsNeeded(0.0001), 10_000);
  assert.equal(trialsNeeded(0.001), 1000);
});
