import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { drawPairs, type DrawnPair } from '../../src/evaluate/index.ts';

/** The person of each photo, people with these numbers of photos. */
const crowd = (sizes: readonly number[]): string[] =>
  sizes.flatMap((size, person) => Array.from({ length: size }, () => `person ${person}`));

const keyOf = ({ first, second }: DrawnPair): string => `${first} ${second}`;

const sizes = fc
  .array(fc.integer({ min: 1, max: 9 }), { minLength: 2, maxLength: 24 })
  .filter((list) => list.some((size) => size > 1));

test('no pair comes twice, kinds are balanced in every fold, and photos are of whom the pair says', () => {
  fc.assert(
    fc.property(sizes, fc.integer({ min: 1, max: 80 }), fc.nat(), (list, pairs, seed) => {
      const people = crowd(list);
      const drawn = drawPairs(people, { pairs, folds: 5, seed });
      assert.equal(new Set(drawn.pairs.map(keyOf)).size, drawn.pairs.length);
      const counts = new Map<number, number>();
      for (const { first, second, same, fold } of drawn.pairs) {
        assert.ok(first < second && second < people.length);
        assert.equal(people[first] === people[second], same);
        counts.set(fold, (counts.get(fold) ?? 0) + (same ? 1 : -1));
      }
      assert.ok([...counts.values()].every((difference) => difference === 0));
      assert.equal(counts.size, drawn.folds);
      assert.ok(drawn.pairs.length <= 2 * pairs);
      if (drawn.foldsBy === 'people') {
        const foldOf = new Map<string, number>();
        for (const { first, second, fold } of drawn.pairs) {
          for (const person of [people[first]!, people[second]!]) {
            assert.equal(foldOf.get(person) ?? fold, fold, `${person} is in one fold only`);
            foldOf.set(person, fold);
          }
        }
      }
    }),
  );
});

test('all pairs are drawn where fewer exist than are wanted', () => {
  const drawn = drawPairs(crowd([3, 3]), { pairs: 100 });
  // 2 · 3 pairs of one person; of the 9 pairs of two people as many.
  assert.equal(drawn.pairs.filter(({ same }) => same).length, 6);
  assert.equal(drawn.pairs.length, 12);
  assert.equal(drawn.foldsBy, 'pairs');
});

test('the same seed gives the same pairs, another seed others', () => {
  const people = crowd(Array.from({ length: 30 }, () => 6));
  const [a, b, c] = [7, 7, 8].map((seed) => drawPairs(people, { pairs: 200, seed }).pairs.map(keyOf));
  assert.deepEqual(a, b);
  assert.notDeepEqual(a, c);
});

test('people count alike, however many photos they have', () => {
  const people = crowd([200, ...Array.from({ length: 19 }, () => 4)]);
  const { pairs } = drawPairs(people, { pairs: 60, folds: 2 });
  const ofFirst = pairs.filter(({ same, first }) => same && people[first] === 'person 0').length;
  assert.ok(ofFirst < 15, `${ofFirst} of 60 pairs are of the person with most photos`);
});

test('one person, nobody, or nobody with two photos: refused with what is needed', () => {
  for (const people of [[], ['a'], ['a', 'a', 'a'], ['a', 'b', 'c']]) {
    assert.throws(() => drawPairs(people), { code: 'EVALUATION_INVALID' }, people.join());
  }
  assert.throws(() => drawPairs(['a', 'a', 'b'], { pairs: 0 }), { code: 'OPTION_INVALID' });
});
