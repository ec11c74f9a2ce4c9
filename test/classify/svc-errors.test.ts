import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VisageError, type Vector } from '../../src/kernel/index.ts';
import {
  calibrateSVC,
  FittedSVC,
  ProbabilisticSVC,
  SVC,
  type SVCOptions,
} from '../../src/classify/svc/index.ts';
import { makeClusters } from './svc-data.ts';

const { rows, labels } = makeClusters({ seed: 1, counts: [5, 6, 4], dimension: 3, spread: 0.3, unit: false });
const coded =
  (code: string, words: RegExp) =>
  (error: unknown): boolean =>
    error instanceof VisageError && error.code === code && words.test(`${error.message} ${error.hint}`);
const replaced = (index: number, row: Vector): Vector[] => rows.map((old, r) => (r === index ? row : old));

test('data that nothing can be learned from', () => {
  const cases: [string, readonly Vector[], ArrayLike<number>, ArrayLike<number> | undefined, RegExp][] = [
    ['no rows', [], [], undefined, /no rows/],
    ['labels missing', rows, [0, 1], undefined, /15 rows but 2 labels/],
    ['weights missing', rows, labels, [1], /15 rows but 1 weights/],
    ['NaN', replaced(4, Float32Array.of(1, Number.NaN, 0)), labels, undefined, /row 4 holds NaN at place 1/],
    ['infinity', replaced(0, Float32Array.of(1, 2, Infinity)), labels, undefined, /row 0 holds Infinity/],
    ['huge', replaced(0, Float64Array.of(1e30, 0, 0)), labels, undefined, /row 0 are too large/],
    ['ragged', replaced(2, new Float32Array(4)), labels, undefined, /row 2 has 4 numbers, row 0 has 3/],
    ['empty rows', rows.map(() => new Float32Array(0)), labels, undefined, /row 0 has 0 numbers/],
    ['one class', rows, labels.map(() => 0), undefined, /one class only/],
    ['a gap', rows, labels.map((label) => (label === 1 ? 2 : label)), undefined, /class 1 has no sample/],
    ['half a class', rows, labels.map((label) => label / 2), undefined, /not a class index/],
    ['class −1', rows, labels.map((label) => label - 1), undefined, /label 0 is -1/],
    ['class 1e9', rows, labels.map((label) => label * 1e9), undefined, /not a class index/],
    ['negative weight', rows, labels, labels.map(() => -1), /weight of row 0 is -1/],
    ['NaN weight', rows, labels, labels.map(() => Number.NaN), /weight of row 0 is NaN/],
    [
      'a class of weight 0',
      rows,
      labels,
      labels.map((label) => (label === 1 ? 0 : 1)),
      /class 1 has weight 0/,
    ],
  ];
  for (const [name, given, classes, weights, words] of cases) {
    assert.throws(() => new SVC().fit(given, classes, weights), coded('FIT_INVALID', words), name);
  }
});

test('options out of range', () => {
  const cases: [SVCOptions, RegExp][] = [
    [{ C: 0 }, /option C is 0/],
    [{ C: Number.NaN }, /option C/],
    [{ tolerance: -1 }, /tolerance/],
    [{ gamma: 0 }, /gamma is 0; allowed: scale, auto, a number above 0/],
    [{ gamma: 'large' as 'auto' }, /gamma is "large"/],
    [{ kernel: 'poly' as 'rbf' }, /kernel is "poly"/],
    [{ classWeight: [1, 2] }, /classWeight is \[1,2\]; allowed: balanced, null, 3 numbers/],
    [{ classWeight: [1, 2, 0] }, /classWeight/],
    [{ classWeight: 'even' as 'balanced' }, /classWeight is "even"/],
    [{ maxIterations: 1.5 }, /maxIterations/],
  ];
  for (const [options, words] of cases) {
    assert.throws(() => new SVC(options).fit(rows, labels), coded('OPTION_INVALID', words));
  }
  assert.throws(
    () => new SVC({ c: 1 } as SVCOptions).fit(rows, labels),
    coded('OPTION_UNKNOWN', /no option c/),
  );
});

test('rows that were not made for this classifier', () => {
  const fitted = new SVC().fit(rows, labels);
  assert.throws(
    () => fitted.predict(new Float32Array(4)),
    coded('PREDICT_INVALID', /3 finite numbers, got 4/),
  );
  assert.throws(() => fitted.predict(Float32Array.of(0, Number.NaN, 0)), coded('PREDICT_INVALID', /NaN/));
});

test('calibration: folds, foreign data, interruption', () => {
  const svc = new SVC();
  const fitted = svc.fit(rows, labels);
  const calibrate = (extra: object): unknown =>
    calibrateSVC(svc, fitted, rows, labels, { seed: 1, ...extra });
  assert.throws(() => calibrate({ folds: 1 }), coded('OPTION_INVALID', /folds is 1/));
  assert.throws(() => calibrate({ foldOf: [0] }), coded('OPTION_INVALID', /foldOf/));
  assert.throws(() => calibrate({ foldOf: labels.map(() => 5) }), coded('OPTION_INVALID', /from 0 to 4/));
  assert.throws(() => calibrate({ fold: 5 }), coded('OPTION_UNKNOWN', /fold/));
  const pairOfClasses = labels.flatMap((label, r) => (label < 2 ? [r] : []));
  assert.throws(
    () =>
      calibrateSVC(
        svc,
        fitted,
        pairOfClasses.map((r) => rows[r]!),
        pairOfClasses.map((r) => labels[r]!),
        { seed: 1 },
      ),
    coded('FIT_INVALID', /2 classes of 3 numbers, the classifier 3 of 3/),
  );
  const abort = new AbortController();
  const seen: number[] = [];
  const progress = ({ done }: { done: number }): void => {
    seen.push(done);
    if (done === 2) abort.abort();
  };
  assert.throws(
    () => calibrate({ progress, signal: abort.signal }),
    coded('INTERRUPTED', /nothing was kept/),
  );
  assert.deepEqual(seen, [1, 2]);
});

test('one sample a class: folds without one class give ±1, and probabilities stay sound', () => {
  const svc = new SVC({ kernel: 'linear' });
  const pair = [Float32Array.of(1, 0), Float32Array.of(0, 1)];
  const machine = calibrateSVC(svc, svc.fit(pair, [0, 1]), pair, [0, 1], { seed: 3 });
  const probability = machine.predictProbability(pair[0]!);
  assert.ok(probability.every((p) => p > 0 && p < 1));
  assert.equal(machine.fitted.predict(pair[0]!), 0);
});

test('data at the edge: constant, contradictory, tiny, extreme C', () => {
  const constant = labels.map(() => Float32Array.of(1, 1));
  for (const C of [1e-10, 1, 1e10]) {
    for (const kernel of ['linear', 'rbf'] as const) {
      const fitted = new SVC({ kernel, C, maxIterations: 100_000 }).fit(constant, labels);
      assert.ok(fitted.decisionValues(Float32Array.of(1, 1)).every((value) => Number.isFinite(value)));
      const tiny = rows.map((row) => row.map((value) => value * 1e-30));
      assert.ok(Number.isFinite(new SVC({ kernel, C }).fit(tiny, labels).decisionValues(tiny[0]!)[0]));
      const separable = new SVC({ kernel, C, maxIterations: 100_000 }).fit(rows, labels);
      assert.ok(separable.decisionValues(rows[0]!).every((value) => Number.isFinite(value)));
    }
  }
});

test('maxIterations ends a fit early, and the classifier says so', () => {
  const hard = makeClusters({ seed: 2, counts: [40, 40], dimension: 2, spread: 1, unit: false });
  assert.equal(new SVC({ C: 1000, maxIterations: 3 }).fit(hard.rows, hard.labels).converged, false);
  assert.equal(new SVC({ C: 1000 }).fit(hard.rows, hard.labels).converged, true);
});

test('JSON that is no classifier', () => {
  const svc = new SVC();
  const good = calibrateSVC(svc, svc.fit(rows, labels), rows, labels, { seed: 1 }).toJSON();
  const broken: [object, RegExp][] = [
    [{ kernel: 'poly' }, /kernel/],
    [{ gamma: null }, /gamma/],
    [{ dimension: 2.5 }, /dimension/],
    [{ dimension: 4 }, /supportVectors\[0\] are not 4/],
    [{ supportCounts: [1] }, /two classes/],
    [{ supportCounts: [1, 1, 1] }, /supportVectors are not 3 rows/],
    [{ intercepts: [1, 2] }, /intercepts are not 3/],
    [{ intercepts: [1, 2, null] }, /intercepts are not 3 finite/],
    [{ supportType: 'int8' }, /supportType/],
    [{ dualCoefficients: [[]] }, /dualCoefficients are not 2 rows/],
  ];
  for (const [change, words] of broken) {
    assert.throws(() => FittedSVC.fromJSON({ ...good.svc, ...change }), coded('CLASSIFIER_INVALID', words));
  }
  for (const nothing of [null, undefined, 3, 'svc', []]) {
    assert.throws(() => FittedSVC.fromJSON(nothing), coded('CLASSIFIER_INVALID', /./));
    assert.throws(() => ProbabilisticSVC.fromJSON(nothing), coded('CLASSIFIER_INVALID', /./));
  }
  assert.throws(
    () => ProbabilisticSVC.fromJSON({ svc: good.svc }),
    coded('CLASSIFIER_INVALID', /no sigmoids/),
  );
});
