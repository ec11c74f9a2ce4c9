import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { LabelEncoder, NearestMean, NearestNeighbors, normalizeRows } from '../../src/classify/index.ts';
import { sumClasses } from '../../src/classify/class-means.ts';
import { norm, squaredDistance, unit } from '../../src/kernel/index.ts';
import { inRepository } from '../support/repository.ts';
import { makePeople } from './support/people.ts';

interface Case {
  readonly rows: number[][];
  readonly labels: number[];
  readonly probes: number[][];
  readonly votes: { neighbors: number; weights: 'uniform' | 'distance'; probability: number[][] }[];
  readonly centroids: number[][];
  readonly nearestCentroid: number[];
}
const goldens = JSON.parse(await readFile(inRepository('test/classify/goldens/neighbors.json'), 'utf8')) as {
  readonly cases: Case[];
  readonly names: string[];
  readonly sorted: string[];
  readonly encoded: number[];
  readonly unnormalised: number[][];
  readonly normalised: number[][];
};
const rowsOf = (rows: readonly number[][]): Float32Array[] => rows.map((row) => Float32Array.from(row));

test('the label encoder sorts and numbers as scikit-learn does, also beyond U+FFFF', () => {
  const encoder = new LabelEncoder([...goldens.names, ...goldens.names]);
  assert.deepEqual(encoder.classes, goldens.sorted);
  assert.deepEqual([...encoder.encodeAll(goldens.names)], goldens.encoded);
});

test('decoding undoes encoding for any names', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary' })), (names) => {
      const encoder = new LabelEncoder(names);
      for (const name of names) assert.equal(encoder.decode(encoder.encode(name)), name);
      assert.equal(encoder.classes.length, new Set(names).size);
    }),
  );
});

test('unknown labels are coded errors that stay short', () => {
  const encoder = new LabelEncoder(['ann', 'bob']);
  assert.throws(() => encoder.encode('carl'), { code: 'LABEL_UNKNOWN', message: /"carl".*ann, bob/ });
  assert.throws(() => encoder.encode('constructor'), { code: 'LABEL_UNKNOWN' });
  assert.throws(() => encoder.decode(2), { code: 'LABEL_UNKNOWN' });
  assert.throws(() => encoder.decode(0.5), { code: 'LABEL_UNKNOWN' });
  const long = new LabelEncoder(Array.from({ length: 500 }, (_, i) => `${i}${'x'.repeat(10_000)}`));
  assert.throws(
    () => long.encode('y'.repeat(10_000)),
    (error: Error) => error.message.length < 600 && error.message.includes('495 more'),
  );
});

test('rows are normalised as scikit-learn does; zeros stay zeros', () => {
  const given = rowsOf(goldens.unnormalised);
  for (const [i, row] of normalizeRows(given).entries()) {
    for (const [j, value] of row.entries()) assert.ok(Math.abs(value - goldens.normalised[i]![j]!) < 1e-7);
  }
  assert.deepEqual(given, rowsOf(goldens.unnormalised));
});

test('votes of neighbours are the probabilities of scikit-learn', () => {
  for (const { rows, labels, probes, votes } of goldens.cases) {
    for (const { neighbors, weights, probability } of votes) {
      const model = new NearestNeighbors({ neighbors, weights }).fit(rowsOf(rows), labels);
      for (const [i, probe] of rowsOf(probes).entries()) {
        const verdict = model.judge(probe);
        for (const [c, value] of verdict.probabilities.entries()) {
          assert.ok(Math.abs(value - probability[i]![c]!) < 1e-7, `k=${neighbors} ${weights} probe ${i}`);
        }
        const nearest = rowsOf(rows)
          .filter((_, row) => labels[row] === verdict.classNumber)
          .map((row) => Math.sqrt(squaredDistance(row, probe)));
        assert.equal(verdict.distance, Math.min(...nearest));
      }
    }
  }
});

test('votes that tie go to the nearest example, not to the first class', () => {
  const rows = rowsOf([
    [1, 0],
    [0, 1],
  ]);
  const model = new NearestNeighbors({ neighbors: 2, weights: 'uniform' }).fit(rows, [0, 1]);
  assert.equal(model.judge(unit(Float32Array.of(0.4, 0.6))).classNumber, 1);
  assert.equal(model.judge(unit(Float32Array.of(0.6, 0.4))).classNumber, 0);
});

test('unless asked, no person is outvoted for having few photos', () => {
  const { embeddings, probes } = makePeople([1, 30, 30]);
  const rows = normalizeRows(embeddings);
  const labels = rows.map((_, i) => (i === 0 ? 0 : i <= 30 ? 1 : 2));
  const model = new NearestNeighbors().fit(rows, labels);
  assert.equal(model.options.neighbors, 1);
  assert.equal(model.judge(unit(probes[0]!)).classNumber, 0);
  const many = new NearestNeighbors().fit(
    rows.slice(1),
    labels.slice(1).map((label) => label - 1),
  );
  assert.equal(many.options.neighbors, 5);
  assert.equal(new NearestNeighbors({ neighbors: 99 }).fit(rows, labels).options.neighbors, rows.length);
});

test('class means before normalising are the centroids of scikit-learn, and so is the nearest one', () => {
  for (const { rows, labels, probes, centroids, nearestCentroid } of goldens.cases) {
    const given = rowsOf(rows);
    const { sums, counts } = sumClasses(given, labels, centroids.length);
    const means = sums.map((sum, c) => Float64Array.from(sum, (value) => value / counts[c]!));
    for (const [c, mean] of means.entries()) {
      for (const [j, value] of mean.entries()) assert.ok(Math.abs(value - centroids[c]![j]!) < 1e-8);
    }
    for (const [i, probe] of rowsOf(probes).entries()) {
      const distances = means.map((mean) => squaredDistance(Float64Array.from(probe), mean));
      assert.equal(distances.indexOf(Math.min(...distances)), nearestCentroid[i]);
    }
    // Ours are the same directions, and the nearest is the one of greatest cosine.
    const model = new NearestMean().fit(given, labels);
    for (const [c, mean] of model.means.entries()) {
      for (const [j, value] of mean.entries()) {
        assert.ok(Math.abs(value - means[c]![j]! / norm(means[c]!)) < 1e-6);
      }
    }
    for (const probe of normalizeRows(rowsOf(probes))) {
      const cosines = model.means.map((mean) => mean.reduce((sum, value, j) => sum + value * probe[j]!, 0));
      assert.equal(model.judge(probe).classNumber, cosines.indexOf(Math.max(...cosines)));
    }
  }
});

/** Second route to the scale: the leave-one-out loss, written down as it is defined, face by face. */
function lossAt(
  scale: number,
  rows: readonly Float32Array[],
  labels: readonly number[],
  classes: number,
): number {
  const rest = (c: number, without: number): Float32Array | undefined => {
    const members = rows.filter((_, i) => labels[i] === c && i !== without);
    if (members.length === 0) return undefined;
    const sum = members.reduce((a, row) => a.map((v, j) => v + row[j]!), new Float64Array(rows[0]!.length));
    return unit(Float64Array.from(sum));
  };
  const usable = [...rows.keys()].filter((i) => rest(labels[i]!, i) !== undefined);
  let loss = 0;
  for (const i of usable) {
    const squared = Array.from({ length: classes }, (_, c) => squaredDistance(rows[i]!, rest(c, i)!));
    const sum = squared.reduce((a, d) => a + Math.exp(-scale * d), 0);
    for (const [c, d] of squared.entries()) {
      const n = usable.length;
      const target = c === labels[i] ? (n + 1) / (n + 2) : 1 / (n + 2) / (classes - 1);
      loss -= target * Math.log(Math.exp(-scale * d) / sum);
    }
  }
  return loss;
}

test('the scale of the nearest mean has the least leave-one-out loss', () => {
  for (const [faces, spread] of [
    [[4, 4, 4], 0.8],
    [[5, 1, 3, 2], 1.5],
    [[3, 3], 0.1],
  ] as const) {
    const { embeddings, names } = makePeople(faces, 8, 3, spread);
    const rows = normalizeRows(embeddings);
    const labels = [...new LabelEncoder(names).encodeAll(names)];
    const { scale } = new NearestMean().fit(rows, labels);
    assert.ok(scale > 0 && scale < 1e6);
    const best = lossAt(scale, rows, labels, faces.length);
    for (const factor of [0.5, 0.98, 1.02, 2]) {
      assert.ok(lossAt(scale * factor, rows, labels, faces.length) > best);
    }
  }
});

test('without two faces of anyone the scale comes from maxDistance; identical faces are equally likely', () => {
  const { embeddings } = makePeople([1, 1, 1]);
  const model = new NearestMean({ maxDistance: 0.5 }).fit(normalizeRows(embeddings), [0, 1, 2]);
  assert.equal(model.scale, 4);
  const row = Float32Array.of(0.6, 0.8);
  const same = new NearestMean().fit([row, row, row, row], [0, 0, 1, 1]);
  assert.deepEqual([...same.judge(row).probabilities], [0.5, 0.5]);
});
