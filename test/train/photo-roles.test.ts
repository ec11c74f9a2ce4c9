import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { Random } from '../../src/kernel/index.ts';
import { divideForTraining } from '../../src/train/index.ts';

const listOf = (counts: readonly number[]): string[] =>
  counts.flatMap((count, person) => Array.from({ length: count }, () => `p${person}`));

test('no person is trained on and kept apart, and no photo has two ends, save where few people must do for both', () => {
  const counts = fc.array(fc.integer({ min: 1, max: 14 }), { minLength: 6, maxLength: 40 });
  fc.assert(
    fc.property(counts, fc.double({ min: 0.05, max: 0.9, noNaN: true }), fc.nat(), (sizes, apart, seed) => {
      fc.pre(sizes.filter((size) => size > 1).length >= 4);
      const people = listOf(sizes);
      const roles = divideForTraining(people, apart, new Random(seed));
      const { training, unseen, fresh, shared } = roles;
      const peopleOf = (photos: readonly number[]) => new Set(photos.map((photo) => people[photo]!));
      const trained = new Set(roles.trainedPeople);
      const kept = new Set(roles.peopleApart);
      assert.equal(trained.size + kept.size, sizes.length);
      for (const photos of [training, fresh.choosing, fresh.judging])
        for (const person of peopleOf(photos)) assert.ok(trained.has(person) && !kept.has(person));
      for (const photos of [unseen.choosing, unseen.judging])
        for (const person of peopleOf(photos)) assert.ok(kept.has(person) && !trained.has(person));
      const used = [...training, ...fresh.choosing, ...fresh.judging, ...unseen.choosing];
      const all = shared ? used : [...used, ...unseen.judging];
      assert.deepEqual(
        all.sort((a, b) => a - b),
        people.map((_, i) => i),
      );
      // Each part has somebody with two photos, and each trained person can still make a pair.
      for (const photos of [unseen.choosing, unseen.judging])
        assert.ok(peopleOf(photos).size < photos.length);
      for (const person of trained)
        assert.ok(training.filter((photo) => people[photo] === person).length >= 2);
      assert.deepEqual(divideForTraining(people, apart, new Random(seed)), roles);
    }),
  );
});

test('too few people are refused in words', () => {
  for (const [counts, words] of [
    [[], /there is no face/],
    [[9], /one person only/],
    [[1, 1, 1, 1, 1], /nobody has two photos/],
    [[5, 1, 1, 1], /only 1 of 4 people has two photos/],
    [[5, 5, 5], /only 3 of 3 people have two photos/],
  ] as const) {
    assert.throws(
      () => divideForTraining(listOf(counts), 0.2, new Random(0)),
      (error: { code: string; message: string }) => {
        assert.equal(error.code, 'TRAINING_DATA');
        assert.match(error.message, words);
        return true;
      },
    );
  }
});
