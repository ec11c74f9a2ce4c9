import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { accuracy, confusionMatrix } from '../../src/evaluate/index.ts';
import { inRepository } from '../support/repository.ts';

interface Golden {
  readonly expected: string[];
  readonly predicted: string[];
  readonly classes: string[];
  readonly counts: number[][];
  readonly recall: number[];
  readonly precision: number[];
  readonly accuracy: number;
}
const goldens = JSON.parse(await readFile(inRepository('test/evaluate/goldens/evaluate.json'), 'utf8')) as {
  readonly confusion: Golden[];
};

for (const [i, { expected, predicted, ...golden }] of goldens.confusion.entries()) {
  test(`golden set ${i}: classes, counts, recall, precision and accuracy are scikit-learn's`, () => {
    assert.deepEqual(confusionMatrix(expected, predicted), golden);
    assert.equal(accuracy(expected, predicted), golden.accuracy);
  });
}

test('unknown is a class of its own and stands last', () => {
  const matrix = confusionMatrix(['zoe', 'ann', null], [null, 'ann', null]);
  assert.deepEqual(matrix.classes, ['ann', 'zoe', null]);
  assert.deepEqual(matrix.counts, [
    [1, 0, 0],
    [0, 0, 1],
    [0, 0, 1],
  ]);
  assert.deepEqual(matrix.recall, [1, 0, 1]);
  assert.deepEqual(matrix.precision, [1, 0, 0.5]);
  assert.equal(matrix.accuracy, 2 / 3);
});

test('classes that do not occur can be shown too', () => {
  const matrix = confusionMatrix(['b'], ['b'], ['a', 'b']);
  assert.deepEqual(matrix.counts, [
    [0, 0],
    [0, 1],
  ]);
  assert.equal(matrix.recall[0], 0);
});

test('counts add up, and renaming people only renames them', () => {
  const answers = fc.array(fc.tuple(fc.nat(4), fc.nat(4)), { minLength: 1, maxLength: 50 });
  fc.assert(
    fc.property(answers, (rows) => {
      const matrices = ['x', 'person '].map((prefix) =>
        confusionMatrix(
          rows.map(([e]) => prefix + e),
          rows.map(([, p]) => prefix + p),
        ),
      );
      assert.deepEqual(matrices[0]!.counts, matrices[1]!.counts);
      const total = matrices[0]!.counts.flat().reduce((a, b) => a + b, 0);
      assert.equal(total, rows.length);
    }),
  );
});

test('lists of different lengths and empty lists are coded errors', () => {
  assert.throws(() => accuracy(['a'], []), { code: 'EVALUATION_INVALID' });
  assert.throws(() => accuracy([], []), { code: 'EVALUATION_INVALID' });
  assert.throws(() => confusionMatrix([], ['a']), { code: 'EVALUATION_INVALID' });
});
