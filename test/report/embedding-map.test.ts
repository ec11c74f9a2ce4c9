import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { Random } from '../../src/kernel/index.ts';
import { mapEmbeddings } from '../../src/report/index.ts';
import { principalCoordinates } from '../../src/report/principal-components.ts';
import { placeLabels } from '../../src/report/sections/map-labels.ts';

/** `perPerson` noisy copies of one random direction a person. */
function people(count: number, perPerson: number, dimension = 128): Float32Array[] {
  const random = new Random(3);
  return Array.from({ length: count }, () =>
    Array.from({ length: dimension }, () => random.normal()),
  ).flatMap((centre) =>
    Array.from({ length: perPerson }, () => Float32Array.from(centre, (v) => v + 0.3 * random.normal())),
  );
}

test('the same seed draws the same map, another seed another', async () => {
  const embeddings = people(5, 8);
  const first = await mapEmbeddings(embeddings, new Random(1));
  assert.equal(first.method, 'umap');
  assert.deepEqual(await mapEmbeddings(embeddings, new Random(1)), first);
  assert.notDeepEqual(await mapEmbeddings(embeddings, new Random(2)), first);
});

test('faces of one person lie together: the nearest neighbour on the map is of the same person', async () => {
  const { positions } = await mapEmbeddings(people(6, 9), new Random(1));
  let same = 0;
  for (const [i, a] of positions.entries()) {
    let nearest = -1;
    let least = Infinity;
    for (const [j, b] of positions.entries()) {
      const apart = Math.hypot(a.x - b.x, a.y - b.y);
      if (j !== i && apart < least) [least, nearest] = [apart, j];
    }
    if (Math.floor(nearest / 9) === Math.floor(i / 9)) same++;
  }
  assert.equal(same, 54);
});

test('few faces are mapped by principal components; none and identical ones are no error', async () => {
  assert.equal((await mapEmbeddings(people(2, 3), new Random(1))).method, 'pca');
  assert.deepEqual(await mapEmbeddings([], new Random(1)), { method: 'pca', positions: [] });
  const identical = Array.from({ length: 30 }, () => new Float32Array(8).fill(1));
  const { positions } = await mapEmbeddings(identical, new Random(1));
  assert.ok(positions.every(({ x, y }) => Number.isFinite(x) && Number.isFinite(y)));
});

test('an aborted signal stops the map with a coded error', async () => {
  const signal = AbortSignal.abort();
  await assert.rejects(mapEmbeddings(people(5, 8), new Random(1), { signal }), { code: 'INTERRUPTED' });
});

test('principal components keep all distances of points that lie in a plane', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.tuple(fc.double({ min: -5, max: 5, noNaN: true }), fc.double({ min: -5, max: 5, noNaN: true })),
        {
          minLength: 2,
          maxLength: 12,
        },
      ),
      (plane) => {
        // Two orthonormal directions of 5-space.
        const u = [0.6, 0, 0.8, 0, 0];
        const v = [0, 1, 0, 0, 0];
        const vectors = plane.map(([s, t]) => Float64Array.from(u, (value, j) => s * value + t * v[j]! + 1));
        const coordinates = principalCoordinates(vectors, new Random(1));
        for (let i = 0; i < plane.length; i++) {
          for (let j = 0; j < i; j++) {
            const there = Math.hypot(plane[i]![0] - plane[j]![0], plane[i]![1] - plane[j]![1]);
            const here = Math.hypot(
              coordinates[i]!.x - coordinates[j]!.x,
              coordinates[i]!.y - coordinates[j]!.y,
            );
            assert.ok(Math.abs(there - here) < 1e-5, `${there} ${here}`);
          }
        }
      },
    ),
    { numRuns: 60 },
  );
});

test('labels of a crowd do not cover one another', () => {
  const names = Array.from({ length: 8 }, (_, i) => `person_${i}`);
  const points = names.map((_, person) => ({ person, x: 500 + person, y: 320 }));
  const labels = placeLabels(points, names);
  for (const [i, a] of labels.entries()) {
    // Eight letters of 8.4 units, lines of 18.
    for (const b of labels.slice(i + 1)) assert.ok(Math.abs(a.y - b.y) >= 17 || Math.abs(a.x - b.x) >= 66);
  }
});
