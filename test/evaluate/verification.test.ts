import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import * as fc from 'fast-check';
import {
  areaUnderCurve,
  bestThreshold,
  equalErrorRate,
  foldAccuracy,
  pointAtFalseAcceptRate,
  rocCurve,
  verificationReport,
} from '../../src/evaluate/index.ts';
import { Random } from '../../src/kernel/index.ts';
import { inRepository } from '../support/repository.ts';

interface Golden {
  readonly distances: number[];
  readonly same: number[];
  readonly falseAcceptRate: number[];
  readonly trueAcceptRate: number[];
  readonly distanceThresholds: number[];
  readonly areaUnderCurve: number;
  readonly tarAtFar: { far: number; tar: number }[];
}
const goldens = JSON.parse(await readFile(inRepository('test/evaluate/goldens/evaluate.json'), 'utf8')) as {
  readonly verification: Golden[];
};

const close = (actual: number, expected: number, tolerance = 1e-12): void => {
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected}`);
};

for (const [i, golden] of goldens.verification.entries()) {
  test(`the ROC curve of golden set ${i} is scikit-learn's`, () => {
    const curve = rocCurve(golden);
    assert.equal(curve.length, golden.falseAcceptRate.length);
    for (const [k, point] of curve.entries()) {
      close(point.falseAcceptRate, golden.falseAcceptRate[k]!);
      close(point.trueAcceptRate, golden.trueAcceptRate[k]!);
      // Ours lies at or above the distance that scikit-learn gives and below the next one.
      if (k > 0) assert.ok(point.threshold >= golden.distanceThresholds[k - 1]!);
      if (k < golden.distanceThresholds.length) assert.ok(point.threshold < golden.distanceThresholds[k]!);
    }
    close(areaUnderCurve(curve), golden.areaUnderCurve);
    for (const { far, tar } of golden.tarAtFar) close(pointAtFalseAcceptRate(curve, far).trueAcceptRate, tar);
  });
}

/** Pairs with many ties, both kinds in every fold. */
function someFolds(seed: number, folds: number, levels: number) {
  const random = new Random(seed);
  const distances: number[] = [];
  const same: boolean[] = [];
  const fold: number[] = [];
  for (let f = 0; f < folds; f++) {
    for (let i = 0; i < 12; i++) {
      same.push(i % 2 === 0);
      distances.push(Math.abs(Math.round((random.normal() * 0.3 + (i % 2 ? 1.2 : 0.6)) * levels) / levels));
      fold.push(f);
    }
  }
  return { distances, same, folds: fold };
}

/** Second route: tries every distance, and a value below all, as the threshold; counts pair by pair. */
function bruteForceFold(pairs: ReturnType<typeof someFolds>, fold: number): number {
  const rightAt = (threshold: number, inFold: boolean): number =>
    pairs.distances.filter(
      (distance, i) =>
        (pairs.folds[i] === fold) === inFold && (distance <= threshold ? pairs.same[i] : !pairs.same[i]),
    ).length;
  const others = [...new Set(pairs.distances.filter((_, i) => pairs.folds[i] !== fold))].sort(
    (a, b) => a - b,
  );
  let best = -1;
  let candidates: number[] = [];
  for (const [i, candidate] of [-1, ...others].entries()) {
    // Between two distances of the other folds those of this fold may lie: the rule is half-way.
    const next = others[i];
    const threshold = next === undefined ? candidate : (Math.max(candidate, 0) + next) / 2;
    const right = rightAt(next === 0 ? -1 : threshold, false);
    if (right > best) [best, candidates] = [right, [next === 0 ? -1 : threshold]];
  }
  return rightAt(candidates[0]!, true) / pairs.folds.filter((f) => f === fold).length;
}

test('fold accuracy agrees with counting by brute force, ties included', () => {
  for (let seed = 0; seed < 40; seed++) {
    const pairs = someFolds(seed, 2 + (seed % 9), seed % 2 ? 20 : 4);
    const result = foldAccuracy(pairs);
    const expected = result.folds.map((_, fold) => bruteForceFold(pairs, fold));
    assert.deepEqual(
      result.folds.map(({ accuracy }) => accuracy),
      expected,
    );
    const mean = expected.reduce((a, b) => a + b) / expected.length;
    close(result.mean, mean);
    const variance = expected.reduce((sum, a) => sum + (a - mean) ** 2, 0) / (expected.length - 1);
    close(result.standardError, Math.sqrt(variance / expected.length));
  }
});

test('a fold is judged at the threshold of the others, not its own', () => {
  // Folds 0 and 1 say 0.5; the pairs of fold 2 would need 1.5.
  const result = foldAccuracy({
    distances: [0.4, 0.6, 0.4, 0.6, 1.4, 1.6],
    same: [true, false, true, false, true, false],
    folds: [0, 0, 1, 1, 2, 2],
  });
  assert.equal(result.folds[2]!.threshold, 0.5);
  assert.equal(result.folds[2]!.accuracy, 0.5);
});

test('the best threshold is half-way, accepts what lies on it, and splits neighbouring doubles', () => {
  assert.deepEqual(bestThreshold({ distances: [0.2, 0.4, 0.6], same: [1, 1, 0] }), {
    threshold: 0.5,
    accuracy: 1,
  });
  const next = 1 + Number.EPSILON;
  const { threshold, accuracy } = bestThreshold({ distances: [1, next], same: [true, false] });
  assert.equal(accuracy, 1);
  assert.ok(threshold >= 1 && threshold < next);
  assert.equal(bestThreshold({ distances: [0, 0, 0], same: [false, false, true] }).threshold, -1);
});

test('the equal error rate lies where both errors are equal', () => {
  assert.equal(equalErrorRate(rocCurve({ distances: [0.1, 0.2, 0.8, 0.9], same: [1, 1, 0, 0] })), 0);
  assert.equal(equalErrorRate(rocCurve({ distances: [0.1, 0.2, 0.8, 0.9], same: [0, 0, 1, 1] })), 1);
  assert.equal(equalErrorRate(rocCurve({ distances: [0.5, 0.5], same: [1, 0] })), 0.5);
  close(
    equalErrorRate(rocCurve({ distances: [1, 2, 3, 4, 5, 6, 7, 8], same: [1, 1, 1, 0, 1, 0, 0, 0] })),
    0.25,
  );
});

const anyPairs = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 30 }), fc.boolean()), { minLength: 1, maxLength: 60 })
  // One pair of each kind is always there.
  .map((rows) =>
    rows.concat([
      [7, true],
      [9, false],
    ]),
  );
const split = (rows: readonly (readonly [number, boolean])[]) => ({
  distances: rows.map(([d]) => d / 16),
  same: rows.map(([, s]) => s),
});

test('figures do not depend on the order of the pairs', () => {
  fc.assert(
    fc.property(anyPairs, fc.integer(), (rows, seed) => {
      const shuffled = [...new Random(seed).permutation(rows.length)].map((i) => rows[i]!);
      const [a, b] = [rocCurve(split(rows)), rocCurve(split(shuffled))];
      assert.deepEqual(a, b);
      assert.deepEqual(bestThreshold(split(rows)), bestThreshold(split(shuffled)));
    }),
  );
});

test('the curve rises from (0, 0) to (1, 1); the area is the chance that one person is closer', () => {
  fc.assert(
    fc.property(anyPairs, (rows) => {
      const curve = rocCurve(split(rows));
      const [first, last] = [curve[0]!, curve.at(-1)!];
      assert.deepEqual([first.falseAcceptRate, first.trueAcceptRate], [0, 0]);
      assert.deepEqual([last.falseAcceptRate, last.trueAcceptRate], [1, 1]);
      for (let i = 1; i < curve.length; i++) {
        assert.ok(curve[i]!.threshold > curve[i - 1]!.threshold);
        assert.ok(curve[i]!.falseAcceptRate >= curve[i - 1]!.falseAcceptRate);
        assert.ok(curve[i]!.trueAcceptRate >= curve[i - 1]!.trueAcceptRate);
      }
      const positives = rows.filter(([, s]) => s);
      const negatives = rows.filter(([, s]) => !s);
      let wins = 0;
      for (const [p] of positives) for (const [n] of negatives) wins += p < n ? 1 : p === n ? 0.5 : 0;
      close(areaUnderCurve(curve), wins / positives.length / negatives.length, 1e-9);
      const rate = equalErrorRate(curve);
      assert.ok(rate >= 0 && rate <= 1);
    }),
  );
});

test('bad pairs are coded errors', () => {
  const bad: (() => unknown)[] = [
    () => rocCurve({ distances: [], same: [] }),
    () => rocCurve({ distances: [1], same: [true] }),
    () => rocCurve({ distances: [1, 2], same: [true] }),
    () => rocCurve({ distances: [1, Number.NaN], same: [true, false] }),
    () => bestThreshold({ distances: [1, Infinity], same: [true, false] }),
    () => foldAccuracy({ distances: [1, -1], same: [true, false], folds: [0, 1] }),
    () => foldAccuracy({ distances: [1, 1], same: [true, false], folds: [0, 0] }),
    () => foldAccuracy({ distances: [1, 1, 1], same: [true, false, true], folds: [0, 0, 2] }),
    () => foldAccuracy({ distances: [1, 1], same: [true, false], folds: [0, 1.5] }),
    () => foldAccuracy({ distances: [1, 1], same: [true, false], folds: [0] }),
    () => foldAccuracy({ distances: [1, 1], same: [true, true], folds: [0, 1] }),
  ];
  for (const attempt of bad) assert.throws(attempt, { code: 'EVALUATION_INVALID' });
  const curve = rocCurve({ distances: [1, 2], same: [true, false] });
  assert.throws(() => pointAtFalseAcceptRate(curve, 1.5), { code: 'OPTION_INVALID' });
});

test('a report holds the figures of its parts', () => {
  const pairs = someFolds(3, 10, 1000);
  const report = verificationReport(pairs);
  assert.deepEqual(report.accuracy, foldAccuracy(pairs));
  assert.equal(report.areaUnderCurve, areaUnderCurve(report.curve));
  assert.equal(report.points.length, 2);
  assert.ok(report.points[0]!.falseAcceptRate <= 0.01);
});
