import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { Random, type Vector } from '../../src/kernel/index.ts';
import {
  calibrateSVC,
  FittedSVC,
  ProbabilisticSVC,
  SVC,
  type SVCOptions,
} from '../../src/classify/svc/index.ts';
import { largestDifference, makeClusters, type Labelled } from './svc-data.ts';

const tight = { tolerance: 1e-8 };
const problem = fc
  .record({
    seed: fc.nat(),
    counts: fc.array(fc.integer({ min: 3, max: 9 }), { minLength: 2, maxLength: 4 }),
    dimension: fc.integer({ min: 1, max: 6 }),
    spread: fc.double({ min: 0.1, max: 0.8, noNaN: true }),
    unit: fc.boolean(),
  })
  .map((clusters) => makeClusters(clusters));
const kernel = fc.constantFrom<SVCOptions>(
  { kernel: 'linear', C: 0.5 },
  { kernel: 'linear', C: 5 },
  { kernel: 'rbf', C: 1, gamma: 0.7 },
);
const probes = (dimension: number): Float64Array[] => {
  const random = new Random(9);
  return Array.from({ length: 5 }, () =>
    Float64Array.from({ length: dimension }, () => random.between(-2, 2)),
  );
};
const valuesOf = (fitted: FittedSVC): number[] =>
  probes(fitted.dimension).flatMap((row) => Array.from(fitted.decisionValues(row)));
const runs = { numRuns: 25 };

test('the order of the samples does not matter', () => {
  fc.assert(
    fc.property(problem, kernel, fc.nat(), ({ rows, labels }, options, seed) => {
      const order = [...new Random(seed).permutation(rows.length)];
      const svc = new SVC({ ...options, ...tight });
      const straight = svc.fit(rows, labels);
      const shuffled = svc.fit(
        order.map((r) => rows[r]!),
        order.map((r) => labels[r]!),
      );
      assert.ok(largestDifference(valuesOf(straight), valuesOf(shuffled)) < 1e-5);
    }),
    runs,
  );
});

test('a row given twice weighs as much as one of weight 2; weight 0 leaves it out', () => {
  fc.assert(
    fc.property(problem, kernel, fc.nat(), ({ rows, labels }, options, seed) => {
      const random = new Random(seed);
      // The first row of each class keeps its class alive.
      const weights = labels.map((label, r) => (label === labels[r - 1] ? random.integer(3) : 1));
      const repeated = weights.flatMap((weight, r) => Array<number>(weight).fill(r));
      const svc = new SVC({ ...options, ...tight });
      const weighted = svc.fit(rows, labels, weights);
      const copied = svc.fit(
        repeated.map((r) => rows[r]!),
        repeated.map((r) => labels[r]!),
      );
      assert.ok(largestDifference(valuesOf(weighted), valuesOf(copied)) < 1e-5);
      assert.ok(weighted.supportIndices.every((r) => weights[r]! > 0));
    }),
    runs,
  );
});

test('linear: rows s times as long with C / s² give the same decisions', () => {
  fc.assert(
    fc.property(problem, fc.constantFrom(0.25, 0.5, 2), ({ rows, labels }, scale) => {
      const plain = new SVC({ kernel: 'linear', ...tight }).fit(rows, labels);
      const scaled = new SVC({ kernel: 'linear', C: 1 / scale ** 2, ...tight }).fit(
        rows.map((row) => row.map((value) => value * scale)),
        labels,
      );
      for (const probe of probes(plain.dimension)) {
        const values = scaled.decisionValues(probe.map((value) => value * scale));
        assert.ok(largestDifference(plain.decisionValues(probe), values) < 1e-5);
      }
    }),
    runs,
  );
});

test('class weights are sample weights; balanced is n / (classes · count)', () => {
  fc.assert(
    fc.property(problem, kernel, ({ rows, labels }, options) => {
      const counts = new Map<number, number>();
      for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
      const factors = [...counts.values()].map((count) => rows.length / (counts.size * count));
      const balanced = valuesOf(new SVC({ ...options, classWeight: 'balanced' }).fit(rows, labels));
      const listed = new SVC({ ...options, classWeight: factors }).fit(rows, labels);
      const weighted = new SVC(options).fit(
        rows,
        labels,
        labels.map((label) => factors[label]!),
      );
      assert.deepEqual(valuesOf(listed), balanced);
      assert.ok(largestDifference(valuesOf(weighted), balanced) < 1e-9);
    }),
    runs,
  );
});

test('the solution satisfies the optimality conditions of every pair', () => {
  fc.assert(
    fc.property(
      problem,
      kernel,
      fc.boolean(),
      fc.constantFrom(200, 1e-4),
      (data, options, shrinking, cacheSizeMb) => {
        const { rows, labels } = data;
        const tolerance = 1e-6;
        const fitted = new SVC({ ...options, tolerance, shrinking, cacheSizeMb }).fit(rows, labels);
        const C = options.C!;
        const coefficientOf = new Map([...fitted.supportIndices].map((r, s) => [r, s]));
        let pair = 0;
        for (let i = 0; i < fitted.classCount; i++) {
          for (let j = i + 1; j < fitted.classCount; j++) {
            let sum = 0;
            for (const [r, row] of rows.entries()) {
              if (labels[r] !== i && labels[r] !== j) continue;
              const sign = labels[r] === i ? 1 : -1;
              const s = coefficientOf.get(r);
              const beta = s === undefined ? 0 : fitted.dualCoefficients[sign > 0 ? j - 1 : i]![s]!;
              sum += beta;
              const alpha = sign * beta;
              assert.ok(alpha >= 0 && alpha <= C);
              const margin = sign * fitted.decisionValues(row)[pair]!;
              if (alpha < C) assert.ok(margin > 1 - 1e-4, `free or outside, margin ${margin}`);
              if (alpha > 0) assert.ok(margin < 1 + 1e-4, `support vector, margin ${margin}`);
            }
            assert.ok(Math.abs(sum) < 1e-9);
            pair++;
          }
        }
      },
    ),
    runs,
  );
});

test('many classes: predicting by support vectors and by weight vectors comes to the same', () => {
  // 20 classes of 2 × 128 numbers: here support vectors are cheaper.
  const { rows, labels } = makeClusters({
    seed: 5,
    counts: Array(20).fill(2),
    dimension: 128,
    spread: 0.4,
    unit: true,
  });
  const fitted = new SVC({ kernel: 'linear' }).fit(rows, labels);
  const probe = makeClusters({ seed: 6, counts: [1], dimension: 128, spread: 0.4, unit: true }).rows[0]!;
  const starts = [0];
  for (const count of fitted.supportCounts) starts.push(starts.at(-1)! + count);
  const expected: number[] = [];
  for (let i = 0; i < 20; i++) {
    for (let j = i + 1; j < 20; j++) {
      let value = fitted.intercepts[expected.length]!;
      for (const [c, line] of [
        [i, j - 1],
        [j, i],
      ] as const) {
        for (let s = starts[c]!; s < starts[c + 1]!; s++) {
          const support = fitted.supportVectors[s]!;
          const product = support.reduce((sum, number, d) => sum + number * probe[d]!, 0);
          value += fitted.dualCoefficients[line]![s]! * product;
        }
      }
      expected.push(value);
    }
  }
  assert.ok(largestDifference(fitted.decisionValues(probe), expected) < 1e-12);
});

const calibrated = ({ rows, labels }: Labelled, options: SVCOptions, seed = 1): ProbabilisticSVC => {
  const svc = new SVC(options);
  return calibrateSVC(svc, svc.fit(rows, labels), rows, labels, { seed });
};

test('probabilities lie in [0, 1] and sum to 1; the same seed gives the same', () => {
  fc.assert(
    fc.property(problem, kernel, fc.nat(), (data, options, seed) => {
      const first = calibrated(data, options, seed);
      const second = calibrated(data, options, seed);
      for (const probe of probes(first.fitted.dimension)) {
        const probability = first.predictProbability(probe);
        assert.ok(Math.abs(probability.reduce((sum, p) => sum + p, 0) - 1) < 1e-12);
        assert.ok(probability.every((p) => p >= 0 && p <= 1));
        assert.deepEqual(second.predictProbability(probe), probability);
      }
    }),
    runs,
  );
});

test('JSON brings back the very same classifier', () => {
  fc.assert(
    fc.property(problem, kernel, fc.boolean(), (data, options, isFloat32) => {
      const rows: Vector[] = isFloat32
        ? data.rows
        : data.rows.map((row) => Float64Array.from(row, (x) => x / 3));
      const original = calibrated({ rows, labels: data.labels }, options);
      const text = JSON.stringify(original);
      const read = ProbabilisticSVC.fromJSON(JSON.parse(text));
      assert.equal(JSON.stringify(read), text);
      assert.deepEqual(read.fitted.supportValues, original.fitted.supportValues);
      for (const probe of probes(original.fitted.dimension)) {
        assert.deepEqual(read.fitted.decisionValues(probe), original.fitted.decisionValues(probe));
        assert.deepEqual(read.predictProbability(probe), original.predictProbability(probe));
      }
    }),
    runs,
  );
});

test('given folds: the sigmoid comes from machines that did not see the fold', () => {
  const { rows, labels } = makeClusters({ seed: 7, counts: [12, 9], dimension: 2, spread: 0.6, unit: false });
  const svc = new SVC({ kernel: 'linear', ...tight });
  const foldOf = rows.map((_, r) => r % 3);
  const machine = calibrateSVC(svc, svc.fit(rows, labels), rows, labels, { seed: 0, folds: 3, foldOf });
  const held = rows.map((row, r) => {
    const kept = rows.flatMap((_, s) => (foldOf[s] === foldOf[r] ? [] : [s]));
    return svc
      .fit(
        kept.map((s) => rows[s]!),
        kept.map((s) => labels[s]!),
      )
      .decisionValues(row)[0]!;
  });
  // Second route to the sigmoid: the gradient of its cross-entropy vanishes there.
  const [slope, offset] = [machine.sigmoids.slopes[0]!, machine.sigmoids.offsets[0]!];
  let [slopeGradient, offsetGradient] = [0, 0];
  for (const [r, value] of held.entries()) {
    const target = labels[r] === 0 ? 13 / 14 : 1 / 11;
    const residual = target - 1 / (1 + Math.exp(value * slope + offset));
    slopeGradient += value * residual;
    offsetGradient += residual;
  }
  assert.ok(Math.abs(slopeGradient) < 1e-4 && Math.abs(offsetGradient) < 1e-4);
});

test('shrinking and a small cache change nothing but the way', () => {
  const data = makeClusters({ seed: 8, counts: [90, 80], dimension: 5, spread: 1.2, unit: false });
  const [plain, noShrinking, smallCache] = [{}, { shrinking: false }, { cacheSizeMb: 0.01 }].map((extra) =>
    valuesOf(new SVC({ kernel: 'rbf', C: 10, ...tight, ...extra }).fit(data.rows, data.labels)),
  );
  assert.ok(largestDifference(plain!, noShrinking!) < 1e-6);
  assert.ok(largestDifference(plain!, smallCache!) < 1e-6);
});
