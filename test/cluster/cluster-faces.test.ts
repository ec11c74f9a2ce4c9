import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import {
  type Clustering,
  type ClusterOptions,
  clusterFaces,
  type Correction,
  type FaceToCluster,
} from '../../src/cluster/index.ts';
import { Random } from '../../src/kernel/index.ts';

const maxDistance = 0.42;

/** Faces `ann 0`, `ann 1`, … that scatter around a point for each person. */
function album(people: Readonly<Record<string, number>>, spread = 0.02, seed = 1): FaceToCluster[] {
  const random = new Random(seed);
  return Object.entries(people).flatMap(([name, count]) => {
    const centre = Float32Array.from({ length: 16 }, () => random.normal());
    return Array.from({ length: count }, (_, i) => ({
      id: `${name} ${i}`,
      embedding: centre.map((value) => value + spread * random.normal()),
    }));
  });
}

const groups = ({ clusters }: Clustering): string[] =>
  clusters.map(({ faces }) => faces.toSorted().join(', ')).sort();

const cluster = (
  faces: readonly FaceToCluster[],
  options: Partial<ClusterOptions> = {},
): Promise<Clustering> => clusterFaces(faces, { maxDistance, ...options });

const numberOf = ({ clusters }: Clustering, face: string): number =>
  clusters.find(({ faces }) => faces.includes(face))!.number;

const same = (a: string, b: string): Correction => ({ same: true, faces: [a, b] });
const notSame = (a: string, b: string): Correction => ({ same: false, faces: [a, b] });

test('groups people, largest first, numbered from 1', async () => {
  const found = await cluster(album({ ann: 2, bob: 4, eve: 1 }));
  assert.deepEqual(
    found.clusters.map(({ number, faces }) => [number, faces.length]),
    [
      [1, 4],
      [2, 2],
      [3, 1],
    ],
  );
  assert.deepEqual(groups(found), ['ann 0, ann 1', 'bob 0, bob 1, bob 2, bob 3', 'eve 0']);
});

test('the order of the faces does not matter', async () => {
  const faces = album({ ann: 9, bob: 7, eve: 5, joe: 1 }, 0.35, 4);
  const there = await cluster(faces);
  const back = await cluster(faces.toReversed());
  assert.deepEqual(back, there);
});

test('faces of one photo are two people, unless somebody says otherwise', async () => {
  const faces = album({ ann: 3 }).map((face, i) =>
    Object.assign(face, i < 2 ? { photo: 'wedding.jpg' } : {}),
  );
  const found = await cluster(faces);
  assert.equal(found.clusters.length, 2);
  const told = await cluster(faces, { corrections: [same('ann 0', 'ann 1')] });
  assert.deepEqual(groups(told), ['ann 0, ann 1, ann 2']);
});

test('“not the same” splits a cluster, and the rest follows whom it is more like', async () => {
  const faces = [...album({ ann: 3 }, 0.01, 1), ...album({ twin: 3 }, 0.01, 1)].map(
    ({ id, embedding }, i) => ({
      id,
      embedding: embedding.map((value, k) => (k === 0 && i >= 3 ? value + 0.3 : value)),
    }),
  );
  assert.equal((await cluster(faces)).clusters.length, 1);
  const told = await cluster(faces, { corrections: [notSame('ann 1', 'twin 1')] });
  assert.deepEqual(groups(told), ['ann 0, ann 1, ann 2', 'twin 0, twin 1, twin 2']);
});

test('“the same” puts two clusters together as they are', async () => {
  const faces = album({ ann: 3, 'ann in a hat': 4, bob: 2 });
  const told = await cluster(faces, { corrections: [same('ann 0', 'ann in a hat 2')] });
  assert.equal(told.clusters[0]!.faces.length, 7);
  assert.equal(told.clusters.length, 2);
});

test('where corrections pull at one cluster, both are kept', async () => {
  const faces = album({ ann: 4, bob: 4 });
  const corrections = [same('ann 0', 'bob 0'), notSame('ann 1', 'bob 1')];
  const told = await cluster(faces, { corrections });
  const of = (face: string): number => told.clusters.findIndex(({ faces: ids }) => ids.includes(face));
  assert.equal(of('ann 0'), of('bob 0'));
  assert.notEqual(of('ann 1'), of('bob 1'));
});

test('an unclear face stays alone, unless somebody says whose it is', async () => {
  const faces = album({ ann: 3 }).map((face, i) => Object.assign(face, { unclear: i === 0 }));
  assert.deepEqual(groups(await cluster(faces)), ['ann 0', 'ann 1, ann 2']);
  const told = await cluster(faces, { corrections: [same('ann 0', 'ann 2')] });
  assert.deepEqual(groups(told), ['ann 0, ann 1, ann 2']);
});

test('corrections that cannot all be right are refused', async () => {
  const faces = album({ ann: 3, bob: 1 });
  const corrections = [same('ann 0', 'ann 1'), same('ann 1', 'bob 0'), notSame('bob 0', 'ann 0')];
  await assert.rejects(cluster(faces, { corrections }), { code: 'CLUSTER_CONTRADICTION' });
  await assert.rejects(cluster(faces, { corrections: [notSame('ann 0', 'ann 0')] }), {
    code: 'CLUSTER_CONTRADICTION',
  });
});

test('a correction of faces that are gone counts again when they come back', async () => {
  const faces = album({ ann: 3 });
  const first = await cluster(faces, { corrections: [notSame('ann 0', 'ann 2')] });
  const without = await cluster(faces.slice(1), { earlier: first, corrections: first.corrections });
  assert.equal(without.clusters.length, 1);
  const back = await cluster(faces, { earlier: without, corrections: without.corrections });
  assert.deepEqual(groups(back), groups(first));
});

test('clusters keep their numbers when faces come and go', async () => {
  const faces = album({ ann: 3, bob: 5, eve: 2 });
  const first = await cluster(faces);
  const more = await cluster([...faces, ...album({ joe: 9 }, 0.02, 7)], { earlier: first });
  for (const face of ['ann 0', 'bob 0', 'eve 0']) assert.equal(numberOf(more, face), numberOf(first, face));
  assert.equal(numberOf(more, 'joe 0'), 4);
  const fewer = await cluster(
    faces.filter(({ id }) => !id.startsWith('bob')),
    { earlier: more },
  );
  const again = await cluster([...faces, ...album({ new: 1 }, 0.02, 9)], { earlier: fewer });
  assert.equal(numberOf(again, 'ann 0'), numberOf(first, 'ann 0'));
  // The number of a cluster that is gone stands for nobody else.
  assert.ok(numberOf(again, 'new 0') > 4);
});

const people = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 6 });
const choice = fc.uniqueArray(fc.nat(30), { maxLength: 10 });

test('whatever happened before, the groups are those of the faces and corrections of today', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat(1e6),
      people,
      choice,
      choice,
      choice,
      choice,
      fc.array(fc.tuple(fc.boolean(), fc.nat(30), fc.nat(30)), { maxLength: 4 }),
      fc.array(fc.tuple(fc.boolean(), fc.nat(30), fc.nat(30)), { maxLength: 4 }),
      async (seed, counts, absentBefore, absentNow, unclearBefore, unclearNow, saidBefore, saidNow) => {
        const all = album(Object.fromEntries(counts.map((n, i) => [`p${i}`, n])), 0.4, seed).map((face, i) =>
          Object.assign(face, { photo: `${i >> 1}.jpg` }),
        );
        const corrections = (said: readonly (readonly [boolean, number, number])[]): Correction[] =>
          said.flatMap(([isSame, a, b]) => {
            const [first, second] = [all[a % all.length]!.id, all[b % all.length]!.id];
            return first === second ? [] : [{ same: isSame, faces: [first, second] as const }];
          });
        const present = (absent: readonly number[], unclear: readonly number[]): FaceToCluster[] =>
          all.flatMap(({ id, embedding, photo }, i) =>
            absent.includes(i) ? [] : [{ id, embedding, photo, unclear: unclear.includes(i) }],
          );
        const grow = async (
          [absent, unclear]: readonly (readonly number[])[],
          said: Parameters<typeof corrections>[0],
          earlier?: Clustering,
        ): Promise<Clustering | undefined> => {
          try {
            return await cluster(present(absent!, unclear!), {
              corrections: corrections(said),
              ...(earlier === undefined ? {} : { earlier }),
            });
          } catch (thrown) {
            assert.equal((thrown as { code?: string }).code, 'CLUSTER_CONTRADICTION');
            return undefined;
          }
        };
        const before = await grow([absentBefore, unclearBefore], saidBefore);
        if (before === undefined) return;
        const now = await grow([absentNow, unclearNow], saidNow, before);
        const afresh = await grow([absentNow, unclearNow], saidNow);
        assert.deepEqual(now && groups(now), afresh && groups(afresh));
        if (now === undefined) return;
        const of = new Map(now.clusters.flatMap(({ number, faces }) => faces.map((face) => [face, number])));
        for (const { same: isSame, faces } of corrections(saidNow)) {
          const [a, b] = faces.map((face) => of.get(face));
          if (a !== undefined && b !== undefined) assert.equal(a === b, isSame);
        }
      },
    ),
    { numRuns: 200 },
  );
});

test('faces that cannot be clustered are refused, none are fine', async () => {
  const [face] = album({ ann: 1 });
  assert.deepEqual((await cluster([])).clusters, []);
  await assert.rejects(cluster([face!, face!]), { code: 'FACES_INVALID', message: /comes twice/ });
  const short = { id: 'short', embedding: new Float32Array(3) };
  await assert.rejects(cluster([face!, short]), { code: 'FACES_INVALID' });
  const odd = { id: 'odd', embedding: Float32Array.from(face!.embedding, () => Number.NaN) };
  await assert.rejects(cluster([face!, odd]), { code: 'FACES_INVALID', message: /not finite/ });
  await assert.rejects(cluster([face!], { maxDistance: 0 }), { code: 'OPTION_INVALID' });
  const zeros = [0, 1].map((i) => ({ id: `zero ${i}`, embedding: new Float32Array(16) }));
  assert.equal((await cluster(zeros)).clusters.length, 2);
});
