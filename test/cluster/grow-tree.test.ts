import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { growTree } from '../../src/cluster/grow-tree.ts';
import { clustersOf, type MergeTree } from '../../src/cluster/merge-tree.ts';
import { dot, Random, unit } from '../../src/kernel/index.ts';

const dimension = 6;

/** Faces of some people: unit vectors scattered around as many centres. */
function crowd(seed: number, count: number, people: number, spread: number): Float32Array[] {
  const random = new Random(seed);
  const centres = Array.from({ length: people }, () =>
    Float32Array.from({ length: dimension }, () => random.normal()),
  );
  return Array.from({ length: count }, () => {
    const centre = random.choice(centres);
    return unit(centre.map((value) => value + spread * random.normal()));
  });
}

const ids = (count: number): string[] => Array.from({ length: count }, (_, i) => `face ${1000 + i}`);

/** Average linkage as it is defined: of all pairs of clusters, the one with the largest mean similarity of faces. */
function naiveClusters(
  vectors: readonly Float32Array[],
  leastSimilarity: number,
  groupAllowance: number,
  apart: readonly (readonly [number, number])[],
  together: readonly (readonly number[])[],
): number[][] {
  const grouped = new Set(together.flat());
  const clusters = [
    ...together.map((group) => [...group]),
    ...vectors.flatMap((_, i) => (grouped.has(i) ? [] : [[i]])),
  ];
  const isApart = (a: readonly number[], b: readonly number[]): boolean =>
    apart.some(([x, y]) => (a.includes(x) && b.includes(y)) || (a.includes(y) && b.includes(x)));
  for (;;) {
    let best: { a: number; b: number; similarity: number } | undefined;
    for (const [a, one] of clusters.entries()) {
      for (const [b, other] of clusters.entries()) {
        if (b <= a || isApart(one, other)) continue;
        let sum = 0;
        for (const i of one) for (const j of other) sum += dot(vectors[i]!, vectors[j]!);
        const allowance = groupAllowance * (2 - 1 / one.length - 1 / other.length);
        const similarity = sum / one.length / other.length;
        if (similarity + allowance >= leastSimilarity && similarity > (best?.similarity ?? -2))
          best = { a, b, similarity };
      }
    }
    if (best === undefined) break;
    clusters[best.a]!.push(...clusters[best.b]!);
    clusters.splice(best.b, 1);
  }
  return sorted(clusters);
}

const sorted = (clusters: number[][]): number[][] =>
  clusters.map((cluster) => cluster.toSorted((a, b) => a - b)).sort((a, b) => a[0]! - b[0]!);

const pairs = (count: number) =>
  fc
    .uniqueArray(fc.tuple(fc.nat(count - 1), fc.nat(count - 1)), { maxLength: 5 })
    .map((list) => list.filter(([a, b]) => a !== b));

/** Disjoint groups, of which no pair is to be kept apart. */
function withoutContradiction(
  groups: readonly (readonly [number, number])[],
  apart: readonly (readonly [number, number])[],
): { together: number[][]; apart: (readonly [number, number])[] } {
  const used = new Set<number>();
  const together: number[][] = [];
  for (const [a, b] of groups) {
    if (used.has(a) || used.has(b)) continue;
    used.add(a).add(b);
    together.push([a, b].sort((x, y) => x - y));
  }
  return {
    together,
    apart: apart.filter(([a, b]) => !together.some((group) => group.includes(a) && group.includes(b))),
  };
}

const settings = fc.record({
  seed: fc.nat(1e6),
  spread: fc.constantFrom(0.15, 0.4, 0.9),
  leastSimilarity: fc.constantFrom(0.5, 0.8, 0.95),
  groupAllowance: fc.constantFrom(0, 0.02, 0.1),
});

test('clusters are those of average linkage by its definition', async () => {
  await fc.assert(
    fc.asyncProperty(
      settings,
      pairs(24),
      pairs(24),
      async ({ seed, spread, ...limits }, apartPairs, groups) => {
        const vectors = crowd(seed, 24, 5, spread);
        const { together, apart } = withoutContradiction(groups, apartPairs);
        const { tree } = await growTree({ leaves: ids(24), vectors, ...limits, apart, together });
        assert.deepEqual(
          clustersOf(tree),
          naiveClusters(vectors, limits.leastSimilarity, limits.groupAllowance, apart, together),
        );
      },
    ),
    { numRuns: 60 },
  );
});

const steps = (tree: MergeTree): unknown[] =>
  Array.from(tree.similarities, (similarity, k) => [tree.nodes[2 * k], tree.nodes[2 * k + 1], similarity]);

test('a tree grown on from an earlier one is the tree grown from nothing, step for step', async () => {
  await fc.assert(
    fc.asyncProperty(
      settings,
      fc.uniqueArray(fc.nat(39), { maxLength: 12 }),
      fc.uniqueArray(fc.nat(39), { maxLength: 12 }),
      pairs(40),
      pairs(40),
      pairs(40),
      async ({ seed, spread, ...limits }, absentBefore, absentNow, apartPairs, newPairs, groups) => {
        const vectors = crowd(seed, 40, 6, spread);
        const leaves = ids(40);
        const grow = async (
          absent: readonly number[],
          apartThen: readonly (readonly [number, number])[],
          groupsThen: readonly (readonly [number, number])[],
          earlier?: MergeTree,
          touched: readonly number[] = [],
        ) => {
          const present = leaves.flatMap((_, i) => (absent.includes(i) ? [] : [i]));
          const place = new Map(present.map((leaf, i) => [leaf, i]));
          const known = ([a, b]: readonly [number, number]): boolean => place.has(a) && place.has(b);
          const today = ([a, b]: readonly [number, number]): [number, number] => [
            place.get(a)!,
            place.get(b)!,
          ];
          const { together, apart } = withoutContradiction(
            groupsThen.filter(known).map(today),
            apartThen.filter(known).map(today),
          );
          return growTree({
            leaves: present.map((i) => leaves[i]!),
            vectors: present.map((i) => vectors[i]!),
            ...limits,
            apart,
            together,
            ...(earlier === undefined ? {} : { earlier }),
            touched: touched.flatMap((leaf) => place.get(leaf) ?? []),
          });
        };
        // Groups come and go with their faces here, so every face of one is looked at again.
        const touched = [...newPairs.flat(), ...groups.flat()];
        const before = await grow(absentBefore, apartPairs, groups);
        const on = await grow(absentNow, [...apartPairs, ...newPairs], groups, before.tree, [
          ...touched,
          ...apartPairs.flat(),
        ]);
        const afresh = await grow(absentNow, [...apartPairs, ...newPairs], groups);
        assert.deepEqual(on.tree.leaves, afresh.tree.leaves);
        assert.deepEqual(steps(on.tree), steps(afresh.tree));
      },
    ),
    { numRuns: 300 },
  );
});

test('an unchanged set of faces needs no search, a new face few', async () => {
  const vectors = crowd(3, 400, 60, 0.15);
  const leaves = ids(400);
  const rules = { leastSimilarity: 0.9, groupAllowance: 0.01, apart: [], together: [] };
  const before = await growTree({ leaves: leaves.slice(0, 399), vectors: vectors.slice(0, 399), ...rules });
  const again = await growTree({
    leaves: leaves.slice(0, 399),
    vectors: vectors.slice(0, 399),
    ...rules,
    earlier: before.tree,
  });
  assert.equal(again.searches, 0);
  assert.deepEqual(again.tree, before.tree);
  const more = await growTree({ leaves, vectors, ...rules, earlier: before.tree });
  assert.ok(more.searches > 0 && more.searches < 40, `${more.searches} searches`);
});

test('no face, one face, faces that are all the same', async () => {
  const rules = { leastSimilarity: 0.9, groupAllowance: 0.01, apart: [], together: [] };
  assert.deepEqual(clustersOf((await growTree({ leaves: [], vectors: [], ...rules })).tree), []);
  const face = unit(Float32Array.of(1, 2, 3));
  assert.deepEqual(clustersOf((await growTree({ leaves: ['a'], vectors: [face], ...rules })).tree), [[0]]);
  const many = Array.from({ length: 300 }, () => face);
  const { tree } = await growTree({ leaves: ids(300), vectors: many, ...rules });
  assert.equal(clustersOf(tree).length, 1);
});

test('stops when it is told to', async () => {
  const vectors = crowd(5, 3000, 500, 0.3);
  const signal = AbortSignal.abort(new Error('enough'));
  await assert.rejects(
    growTree({
      leaves: ids(3000),
      vectors,
      leastSimilarity: 0.9,
      groupAllowance: 0,
      apart: [],
      together: [],
      signal,
    }),
    /enough/,
  );
});
