import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { inRepository } from '../support/repository.ts';

const run = promisify(execFile);

/** Keeps ever more, as photos that are being worked on do, and says how often the whole heap was collected. */
const program = `
const { constants, PerformanceObserver } = await import('node:perf_hooks');
const { giveHeapRoom } = await import(process.argv[1]);
const end = process.argv[2] === 'with' ? giveHeapRoom(256) : () => {};
let whole = 0;
new PerformanceObserver((list) => {
  for (const { detail } of list.getEntries()) if (detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR) whole++;
}).observe({ entryTypes: ['gc'] });
const kept = [];
for (let round = 0; round < 250; round++) {
  for (let i = 0; i < 100; i++) kept.push(Array.from({ length: 1000 }, (_, j) => j + 0.5));
  if (kept.length > 1500) kept.splice(0, 1000);
  await new Promise((resolve) => setImmediate(resolve));
}
end();
setTimeout(() => console.log(whole), 50);
`;

const collections = async (how: 'with' | 'without'): Promise<number> => {
  const module = inRepository('dist', 'src', 'cli', 'heap-room.js');
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', program, module, how]);
  return Number(stdout);
};

test('with room in the heap V8 walks it less often', async () => {
  const [without, withRoom] = await Promise.all([collections('without'), collections('with')]);
  assert.ok(withRoom <= without / 3, `${withRoom} with room, ${without} without`);
});
