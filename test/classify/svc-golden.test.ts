import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { calibrateSVC, SVC, type SVCOptions } from '../../src/classify/svc/index.ts';
import { glibcRand, largestDifference, libsvmShuffle, readGolden, type GoldenCase } from './svc-data.ts';

// Outside oracle: scikit-learn's SVC and libsvm; see scripts/goldens/svc.py.
const names = ['iris', 'wine', 'digits', 'blobs', 'imbalanced', 'two-classes', 'embeddings', 'celeb6'];

const optionsOf = ({ kernel, C, gamma, tolerance, classWeight }: GoldenCase): SVCOptions => ({
  kernel,
  C,
  tolerance,
  ...(gamma !== undefined && { gamma }),
  ...(classWeight !== undefined && { classWeight }),
});

// At the loose tolerance of 1e-3 the values agree only because the optimizer takes libsvm's very path.
for (const name of names) {
  describe(`SVC on ${name} is scikit-learn's`, () => {
    const golden = readGolden(name);
    for (const expected of golden.cases) {
      const options = optionsOf(expected);
      test(JSON.stringify(options), () => {
        const svc = new SVC(options);
        const fitted = svc.fit(golden.train, golden.trainLabels);
        const shown = golden.test.slice(0, expected.decisionValues.length);
        assert.deepEqual([...fitted.supportIndices], expected.supportIndices);
        assert.deepEqual([...fitted.supportCounts], expected.supportCounts);
        assert.deepEqual(
          golden.test.map((row) => fitted.predict(row)),
          expected.predictions,
        );
        assert.ok(largestDifference(fitted.intercepts, expected.intercepts) < 1e-6);
        for (const [r, row] of shown.entries()) {
          assert.ok(largestDifference(fitted.decisionValues(row), expected.decisionValues[r]!) < 1e-6);
        }
        if (expected.libsvm === undefined) return;
        const calibrated = calibrateSVC(svc, fitted, golden.train, golden.trainLabels, {
          seed: 0,
          shuffle: libsvmShuffle(glibcRand()),
        });
        assert.ok(largestDifference(calibrated.sigmoids.slopes, expected.libsvm.slopes) < 1e-6);
        assert.ok(largestDifference(calibrated.sigmoids.offsets, expected.libsvm.offsets) < 1e-6);
        for (const [r, row] of shown.entries()) {
          const probability = calibrated.predictProbability(row);
          assert.ok(largestDifference(probability, expected.libsvm.probabilities[r]!) < 1e-6);
        }
      });
    }
  });
}
