import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { clusterMistakes, clusterScores } from '../../src/evaluate/index.ts';
import { inRepository } from '../support/repository.ts';

interface Golden {
  readonly people: number[];
  readonly clusters: (number | null)[];
  readonly wrongPairs: number[];
  readonly lostPairs: number[];
}
const goldens = JSON.parse(
  await readFile(inRepository('test/evaluate/goldens/clusters.json'), 'utf8'),
) as Golden[];

for (const [i, { people, clusters, wrongPairs, lostPairs }] of goldens.entries()) {
  test(`golden set ${i}: wrong pairs of clusters and lost pairs of people are those of NumPy`, () => {
    const { mixed, split } = clusterMistakes(people, clusters);
    assert.deepEqual(
      mixed.map((mistake) => mistake.wrongPairs),
      wrongPairs,
    );
    assert.deepEqual(
      split.map((mistake) => mistake.lostPairs),
      lostPairs,
    );
  });
}

const labelled = fc.array(fc.tuple(fc.nat(6), fc.option(fc.nat(6))), { minLength: 1, maxLength: 40 });

test('mistakes are those that the scores count, and every face of them is listed once', () => {
  fc.assert(
    fc.property(labelled, (faces) => {
      const people = faces.map(([person]) => person);
      const clusters = faces.map(([, cluster]) => cluster);
      const { mixed, split } = clusterMistakes(people, clusters);
      const scores = clusterScores(people, clusters);
      assert.equal(mixed.length, scores.mixedClusters);
      assert.equal(split.length, scores.splitPeople);
      for (const { cluster, cells } of mixed) {
        const listed = cells.flatMap((cell) => [...cell.faces]).sort((a, b) => a - b);
        assert.deepEqual(
          listed,
          [...clusters.keys()].filter((face) => clusters[face] === cluster),
        );
        for (const { person, faces: own } of cells)
          for (const face of own) assert.equal(people[face], person);
      }
      for (const { person, cells } of split) {
        const listed = cells.flatMap((cell) => [...cell.faces]).sort((a, b) => a - b);
        assert.deepEqual(
          listed,
          [...people.keys()].filter((face) => people[face] === person),
        );
        const sizes = cells.map((cell) => cell.faces.length);
        assert.deepEqual(
          sizes,
          sizes.toSorted((a, b) => b - a),
        );
        for (const { cluster, faces: own } of cells) {
          if (cluster === null) assert.equal(own.length, 1);
          for (const face of own) assert.equal(clusters[face], cluster);
        }
      }
    }),
  );
});

test('lists that do not fit are refused', () => {
  assert.throws(() => clusterMistakes([], []), { code: 'EVALUATION_INVALID' });
  assert.throws(() => clusterMistakes(['ann'], [0, 1]), { code: 'EVALUATION_INVALID' });
});
