import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NameVotes } from '../../src/video/index.ts';

const votesFor = (...names: readonly (string | null)[]) => {
  const votes = new NameVotes<{ name: string | null; at: number }>();
  for (const [at, name] of names.entries()) votes.add(1, { name, at });
  return votes.of(1);
};

test('the name that most of the last five answers give counts, of equals the latest', () => {
  assert.equal(votesFor(), undefined);
  assert.deepEqual(votesFor('Ada'), { name: 'Ada', at: 0 });
  assert.deepEqual(votesFor('Ada', 'Ada', null), { name: 'Ada', at: 1 });
  assert.deepEqual(votesFor('Ada', null), { name: null, at: 1 });
  assert.deepEqual(votesFor(null, null, 'Ada', 'Bea', 'Ada'), { name: 'Ada', at: 4 });
  assert.deepEqual(votesFor('Ada', 'Ada', 'Ada', 'Bea', 'Bea', 'Bea'), { name: 'Bea', at: 5 });
});

test('tracks have answers of their own; of hundreds the oldest are forgotten', () => {
  const votes = new NameVotes<{ name: string | null }>();
  for (let track = 1; track <= 300; track++) {
    votes.add(track, { name: `person ${track}` });
    votes.add(1, { name: 'Ada' });
  }
  assert.equal(votes.of(1)!.name, 'Ada');
  assert.equal(votes.of(300)!.name, 'person 300');
  assert.equal(votes.of(2), undefined);
});
