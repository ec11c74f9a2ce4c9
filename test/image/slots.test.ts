import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import { test } from 'node:test';
import { Slots } from '../../src/image/slots.ts';

test('at most as many run as there are slots, in order, also after failures', async () => {
  const slots = new Slots(3);
  const started: number[] = [];
  let running = 0;
  let most = 0;
  const work = Array.from({ length: 20 }, (_, i) =>
    slots.run(async () => {
      started.push(i);
      most = Math.max(most, ++running);
      await wait(i % 4);
      running--;
      if (i % 5 === 0) throw new Error(`piece ${i}`);
      return i;
    }),
  );
  const results = await Promise.allSettled(work);
  assert.equal(most, 3);
  assert.deepEqual(
    started,
    Array.from({ length: 20 }, (_, i) => i),
  );
  assert.equal(results.filter(({ status }) => status === 'rejected').length, 4);
  assert.equal(await slots.run(async () => 'free again'), 'free again');
});
