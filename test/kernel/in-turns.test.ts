import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inTurns } from '../../src/kernel/index.ts';

test('others get their turn between two items; results come in order', async () => {
  const order: string[] = [];
  const other = (n: number): void => {
    order.push(`other ${n}`);
    if (n < 3) setImmediate(other, n + 1);
  };
  setImmediate(other, 1);
  const results = await inTurns([1, 2, 3], (item) => {
    order.push(`item ${item}`);
    return item === 2 ? Promise.resolve(20) : item;
  });
  assert.deepEqual(results, [1, 20, 3]);
  assert.deepEqual(order.slice(0, 5), ['item 1', 'other 1', 'item 2', 'other 2', 'item 3']);
  assert.deepEqual(await inTurns([], () => 1), []);
});

test('what is thrown or rejected ends it, and nothing is left unhandled', async () => {
  await assert.rejects(
    inTurns([1, 2], async (item) => {
      throw new Error(`item ${item}`);
    }),
    /item 1/,
  );
  await assert.rejects(
    inTurns([1, 2], (item) => {
      if (item === 2) throw new Error('second');
      return item;
    }),
    /second/,
  );
});
