import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { calibrateSVC, SVC } from '../../src/classify/svc/index.ts';
import { largestDifference, libsvmShuffle, muslRand, readGolden } from './svc-data.ts';

// Second outside oracle: libsvm 3.22 compiled to WebAssembly. It has no types, prints, and its rand()
// goes on from call to call, so that the first calibrated model of the process has the known folds.
interface LibSVM {
  train(samples: number[][], labels: number[]): void;
  predictOne(sample: number[]): number;
  predictOneProbability(sample: number[]): { estimates: { label: number; probability: number }[] };
  getSVIndices(): number[];
  free(): void;
}
const { log, error, warn } = console;
Object.assign(console, { log: () => {}, error: () => {}, warn: () => {} });
const LibSVM = (await createRequire(import.meta.url)('libsvm-js')) as new (options: object) => LibSVM;
Object.assign(console, { log, error, warn });

for (const kernel of ['linear', 'rbf'] as const) {
  test(`libsvm-js agrees: support vectors, classes, probabilities (${kernel})`, () => {
    const golden = readGolden('wine');
    const gamma = 0.08;
    const oracle = new LibSVM({
      kernel: kernel === 'linear' ? '0' : '2',
      cost: 2,
      gamma,
      tolerance: 1e-6,
      // Only one calibrated model a process knows where rand() stands.
      probabilityEstimates: kernel === 'linear',
      quiet: true,
    });
    oracle.train(
      golden.train.map((row) => [...row]),
      [...golden.trainLabels],
    );
    const svc = new SVC({ kernel, C: 2, gamma, tolerance: 1e-6 });
    const fitted = svc.fit(golden.train, golden.trainLabels);
    assert.deepEqual([...fitted.supportIndices], oracle.getSVIndices());
    for (const row of golden.test) assert.equal(fitted.predict(row), oracle.predictOne([...row]));
    if (kernel === 'linear') {
      const shuffle = libsvmShuffle(muslRand());
      const machine = calibrateSVC(svc, fitted, golden.train, golden.trainLabels, { seed: 0, shuffle });
      for (const row of golden.test) {
        const expected = oracle
          .predictOneProbability([...row])
          .estimates.map(({ probability }) => probability);
        assert.ok(largestDifference(machine.predictProbability(row), expected) < 1e-6);
      }
    }
    oracle.free();
  });
}
