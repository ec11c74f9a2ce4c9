import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { type ClusterAgreement, type ClusterScores, clusterScores } from '../../src/evaluate/index.ts';
import { inRepository } from '../support/repository.ts';

interface Golden {
  readonly people: number[];
  readonly clusters: (number | null)[];
  readonly scores: ClusterScores;
}
const goldens = JSON.parse(
  await readFile(inRepository('test/evaluate/goldens/clusters.json'), 'utf8'),
) as Golden[];

function near(actual: number, expected: number, what: string): void {
  assert.ok(Math.abs(actual - expected) < 1e-12, `${what}: ${actual}, expected ${expected}`);
}

function nearAgreement(actual: ClusterAgreement, expected: ClusterAgreement, what: string): void {
  for (const part of ['precision', 'recall', 'f'] as const) {
    near(actual[part], expected[part], `${what} ${part}`);
  }
}

for (const [i, { people, clusters, scores }] of goldens.entries()) {
  test(`golden set ${i}: BCubed is that of its definition, pairs and Rand index are scikit-learn's`, () => {
    const { bcubed, pairwise, adjustedRandIndex, ...counts } = clusterScores(people, clusters);
    nearAgreement(bcubed, scores.bcubed, 'BCubed');
    nearAgreement(pairwise, scores.pairwise, 'pairwise');
    near(adjustedRandIndex, scores.adjustedRandIndex, 'adjusted Rand index');
    const { bcubed: _, pairwise: __, adjustedRandIndex: ___, ...expected } = scores;
    assert.deepEqual(counts, expected);
  });
}

const labelled = fc.array(fc.tuple(fc.nat(6), fc.option(fc.nat(6))), { minLength: 1, maxLength: 40 });

test('the order of faces, the names of people and those of clusters do not matter', () => {
  fc.assert(
    fc.property(labelled, (faces) => {
      const people = faces.map(([person]) => person);
      const clusters = faces.map(([, cluster]) => cluster);
      const renamed = clusterScores(
        people.map((person) => `person ${person}`).reverse(),
        clusters.map((cluster) => (cluster === null ? null : -cluster)).reverse(),
      );
      const scores = clusterScores(people, clusters);
      nearAgreement(renamed.bcubed, scores.bcubed, 'BCubed');
      assert.deepEqual(renamed.pairwise, scores.pairwise);
    }),
  );
});

test('exchanging people and clusters exchanges precision and recall', () => {
  fc.assert(
    fc.property(labelled, (faces) => {
      const people = faces.map(([person]) => person);
      const clusters = faces.map(([, cluster]) => cluster ?? 7);
      const there = clusterScores(people, clusters);
      const back = clusterScores(clusters, people);
      near(there.bcubed.precision, back.bcubed.recall, 'BCubed');
      near(there.pairwise.recall, back.pairwise.precision, 'pairwise');
      near(there.adjustedRandIndex, back.adjustedRandIndex, 'adjusted Rand index');
      assert.equal(there.mixedClusters, back.splitPeople);
    }),
  );
});

test('lists that do not fit are refused', () => {
  assert.throws(() => clusterScores([], []), { code: 'EVALUATION_INVALID' });
  assert.throws(() => clusterScores(['ann'], [0, 1]), {
    code: 'EVALUATION_INVALID',
    message: /1 people and 2 clusters/,
  });
});
