import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { divideForGallery, measureIdentification } from '../../src/evaluate/index.ts';

const crowd = (sizes: readonly number[]): string[] =>
  sizes.flatMap((size, person) => Array.from({ length: size }, () => `person ${person}`));

test('five photos make known, the first three are enrolled, single photos are strangers, the rest is left out', () => {
  const divided = divideForGallery(crowd([5, 1, 4, 6, 1]));
  assert.deepEqual(divided, {
    known: [
      { person: 'person 0', enrolled: [0, 1, 2], probes: [3, 4] },
      { person: 'person 3', enrolled: [10, 11, 12], probes: [13, 14, 15] },
    ],
    strangers: [5, 16],
    strangersBy: 'single',
  });
});

test('nobody with one photo: a share of the people is set aside, by the seed', () => {
  const people = crowd(Array.from({ length: 20 }, () => 6));
  const divided = divideForGallery(people, { strangerShare: 0.25, seed: 3 });
  assert.equal(divided.strangersBy, 'drawn');
  assert.equal(divided.known.length, 15);
  assert.equal(divided.strangers.length, 5 * 6);
  assert.deepEqual(divided, divideForGallery(people, { strangerShare: 0.25, seed: 3 }));
  assert.notDeepEqual(
    divided.strangers,
    divideForGallery(people, { strangerShare: 0.25, seed: 4 }).strangers,
  );
  assert.equal(divideForGallery(people, { strangerShare: 0 }).strangersBy, 'none');
});

test('no photo has two parts, and nobody is both known and a stranger', () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 4, maxLength: 30 });
  fc.assert(
    fc.property(sizes, fc.nat(), (list, seed) => {
      const people = crowd(list);
      fc.pre(list.filter((size) => size >= 5).length > 8);
      const { known, strangers } = divideForGallery(people, { seed });
      const parts = [...known.flatMap(({ enrolled, probes }) => [...enrolled, ...probes]), ...strangers];
      assert.equal(new Set(parts).size, parts.length);
      const names = new Set(known.map(({ person }) => person));
      for (const photo of strangers) assert.ok(!names.has(people[photo]!));
      for (const { person, enrolled, probes } of known) {
        assert.equal(enrolled.length, 3);
        assert.ok(probes.length >= 2);
        for (const photo of [...enrolled, ...probes]) assert.equal(people[photo], person);
      }
    }),
  );
});

test('too few people, or nothing left to ask with: refused', () => {
  assert.throws(() => divideForGallery(crowd([9])), {
    code: 'EVALUATION_INVALID',
    message: /one person only/,
  });
  assert.throws(() => divideForGallery(crowd([4, 4, 1])), { code: 'EVALUATION_INVALID', message: /nobody/ });
  assert.throws(() => divideForGallery(crowd([4, 4]), { enrolled: 3, leastPhotos: 3 }), {
    code: 'OPTION_INVALID',
  });
});

test('rates that the strangers cannot support have no value', () => {
  const measures = measureIdentification(
    {
      ranks: [1, 1, 2, Infinity],
      knownScores: [3, 1, 2, 0.5],
      unknownScores: [0, 1, 2, 0, 0, 0, 0, 0, 0, 0],
    },
    3,
  );
  assert.deepEqual(measures.cumulativeMatch, [0.5, 0.75, 0.75]);
  assert.equal(measures.rankOne.share, 0.5);
  const [tenth, hundredth] = measures.openSet!.rates;
  // One stranger in ten may get a name: the limit lies between 1 and 2, and the first probe passes.
  assert.equal(tenth!.measured!.truePositiveRate.share, 0.25);
  assert.equal(tenth!.support, 'rough');
  assert.deepEqual(
    [hundredth!.support, hundredth!.measured, hundredth!.strangersNeeded],
    ['none', undefined, 100],
  );
  assert.equal(measureIdentification({ ranks: [1], knownScores: [1], unknownScores: [] }).openSet, undefined);
});
