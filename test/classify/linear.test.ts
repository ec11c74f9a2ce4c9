import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { fitCalibratedLinearSVC, LinearSVC, type LinearSVCOptions } from '../../src/classify/index.ts';
import { Random, unit } from '../../src/kernel/index.ts';
import { inRepository } from '../support/repository.ts';

interface Fit extends LinearSVCOptions {
  readonly decision: number[][];
  readonly predicted: number[];
}
interface Golden {
  readonly name: string;
  readonly rows: number[][];
  readonly labels: number[];
  readonly probes: number[][];
  readonly fits: Fit[];
  readonly folds: number[];
  readonly probability: number[][];
}
const goldens = JSON.parse(
  await readFile(inRepository('test/classify/goldens/linear.json'), 'utf8'),
) as Golden[];
const rowsOf = (rows: readonly number[][]): Float32Array[] => rows.map((row) => Float32Array.from(row));

for (const golden of goldens) {
  test(`decision values on ${golden.name} are those of scikit-learn's LinearSVC`, () => {
    for (const { decision, predicted, ...options } of golden.fits) {
      for (const shrinking of [true, false]) {
        const tight = { ...options, shrinking, tolerance: 1e-8, maxIterations: 2_000_000 };
        const fitted = new LinearSVC(tight).fit(rowsOf(golden.rows), golden.labels);
        assert.ok(fitted.converged);
        for (const [i, probe] of rowsOf(golden.probes).entries()) {
          const values = fitted.decisionValues(probe);
          // For two classes scikit-learn gives one value, that of the second class.
          const ours = decision[i]!.length === 1 ? values.subarray(1) : values;
          for (const [c, value] of ours.entries()) {
            assert.ok(
              Math.abs(value - decision[i]![c]!) < 1e-4,
              `${JSON.stringify(options)} probe ${i} class ${c}: ${value} is not ${decision[i]![c]}`,
            );
          }
          assert.equal(fitted.predict(probe), predicted[i]);
        }
      }
    }
  });

  test(`probabilities on ${golden.name} are those of scikit-learn's CalibratedClassifierCV`, () => {
    const svc = new LinearSVC({ loss: 'hinge', tolerance: 1e-8, maxIterations: 2_000_000 });
    const model = fitCalibratedLinearSVC(svc, rowsOf(golden.rows), golden.labels, {
      foldOfRow: golden.folds,
    });
    for (const [i, probe] of rowsOf(golden.probes).entries()) {
      for (const [c, value] of model.predictProbability(probe).entries()) {
        const expected = golden.probability[i]![c]!;
        // scikit-learn minimises the same loss with BFGS, which stops earlier.
        assert.ok(Math.abs(value - expected) < 2e-4, `probe ${i} class ${c}: ${value} is not ${expected}`);
      }
    }
  });
}

function people(count: number, photos: number, dimension: number, seed: number) {
  const random = new Random(seed);
  const normals = (): Float32Array => Float32Array.from({ length: dimension }, () => random.normal());
  const rows: Float32Array[] = [];
  const labels: number[] = [];
  for (let person = 0; person < count; person++) {
    const centre = normals();
    for (let i = 0; i < photos; i++) {
      const noise = normals();
      rows.push(unit(centre.map((value, j) => value + 0.5 * noise[j]!)));
      labels.push(person);
    }
  }
  return { rows, labels };
}

test('the same seed gives the same bytes, another seed the same answer', () => {
  const { rows, labels } = people(5, 6, 16, 1);
  const fit = (seed: number) =>
    new LinearSVC({ seed, tolerance: 1e-7, maxIterations: 1e5 }).fit(rows, labels);
  assert.deepEqual(fit(3), fit(3));
  for (const row of rows) {
    const [a, b] = [fit(3).decisionValues(row), fit(4).decisionValues(row)];
    for (const [c, value] of a.entries()) assert.ok(Math.abs(value - b[c]!) < 1e-4);
  }
});

test('the order of rows and the numbering of classes do not matter', () => {
  const { rows, labels } = people(4, 5, 8, 2);
  const options = { tolerance: 1e-7, maxIterations: 1e5 };
  const plain = new LinearSVC(options).fit(rows, labels);
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const random = new Random(seed);
      const order = [...random.permutation(rows.length)];
      const renamed = [...random.permutation(4)];
      const other = new LinearSVC(options).fit(
        order.map((i) => rows[i]!),
        order.map((i) => renamed[labels[i]!]!),
      );
      for (const row of rows.slice(0, 4)) {
        const [a, b] = [plain.decisionValues(row), other.decisionValues(row)];
        for (let c = 0; c < 4; c++) assert.ok(Math.abs(a[c]! - b[renamed[c]!]!) < 1e-4);
      }
    }),
    { numRuns: 15 },
  );
});

test('a person with one face is calibrated by the others, and everyone with one face still works', () => {
  for (const photos of [1, 4]) {
    const { rows, labels } = people(6, photos, 32, 5);
    const extra = people(7, 1, 32, 9).rows[6]!;
    const model = fitCalibratedLinearSVC(new LinearSVC(), [...rows, extra], [...labels, 6]);
    for (const [i, row] of [...rows, extra].entries()) {
      const probability = model.predictProbability(row);
      const sum = probability.reduce((a, b) => a + b, 0);
      assert.ok(Math.abs(sum - 1) < 1e-12);
      assert.equal(probability.indexOf(Math.max(...probability)), i < rows.length ? labels[i] : 6);
    }
  }
});

test('rows that cannot be told apart end without a fault', () => {
  const row = Float32Array.of(0.6, 0.8);
  const rows = [row, row, row, row];
  for (const loss of ['hinge', 'squared-hinge'] as const) {
    const model = fitCalibratedLinearSVC(new LinearSVC({ loss }), rows, [0, 1, 0, 1]);
    const [a, b] = model.predictProbability(row);
    assert.ok(Math.abs(a! - 0.5) < 0.05 && Math.abs(a! + b! - 1) < 1e-12);
  }
  const zero = new Float32Array(2);
  const model = new LinearSVC({ loss: 'hinge', interceptScaling: 0 }).fit([zero, row], [0, 1]);
  assert.ok(model.decisionValues(zero).every(Number.isFinite));
});

test('bad input is a coded error', () => {
  const row = Float32Array.of(1, 2);
  const bad: [Float32Array[], number[]][] = [
    [[], []],
    [[row], [0]],
    [[row, row], [0]],
    [
      [row, row],
      [0, 2],
    ],
    [
      [row, row],
      [0, 0.5],
    ],
    [
      [row, row],
      [-1, 0],
    ],
    [
      [row, Float32Array.of(1)],
      [0, 1],
    ],
    [
      [row, Float32Array.of(1, Number.NaN)],
      [0, 1],
    ],
    [
      [new Float32Array(0), new Float32Array(0)],
      [0, 1],
    ],
  ];
  for (const [rows, labels] of bad) {
    assert.throws(() => new LinearSVC().fit(rows, labels), { code: 'FIT_INVALID' });
    assert.throws(() => fitCalibratedLinearSVC(new LinearSVC(), rows, labels), { code: 'FIT_INVALID' });
  }
  assert.throws(() => new LinearSVC({ C: 0 }), { code: 'OPTION_INVALID' });
  assert.throws(() => new LinearSVC({ c: 1 } as object), { code: 'OPTION_UNKNOWN' });
});

test('a listener hears each class, and can stop the work', () => {
  const { rows, labels } = people(3, 2, 4, 1);
  const heard: number[] = [];
  const controller = new AbortController();
  const watch = {
    signal: controller.signal,
    progress: ({ done }: { done: number }): void => {
      heard.push(done);
      if (done === 2) controller.abort();
    },
  };
  assert.throws(() => fitCalibratedLinearSVC(new LinearSVC(), rows, labels, watch), { code: 'INTERRUPTED' });
  assert.deepEqual(heard, [1, 2]);
});
