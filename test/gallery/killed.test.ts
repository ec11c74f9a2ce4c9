import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { openGallery } from '../../src/gallery/index.ts';
import { Random } from '../../src/kernel/index.ts';
import { changesOptions, contents, randomChange } from './random-changes.ts';

const kills = 50;
const program = fileURLToPath(new URL('./changing-process.js', import.meta.url));

/**
 * Lets a process change the gallery from change `first` on, and kills it some time after it has
 * reported `changes` of them, or after it has begun to open the gallery.
 * @returns the last change that it reported
 */
async function killedAfter(path: string, first: number, changes: number, delayMs: number): Promise<number> {
  const child = spawn(process.execPath, [program, path, String(first)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const closed = once(child, 'close');
  let [said, complained] = ['', ''];
  const lines = () => said.split('\n').slice(0, -1);
  child.stderr.on('data', (chunk: Buffer) => (complained += chunk.toString()));
  const isTime = new Promise((resolve) => {
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (lines().length > changes) resolve(undefined);
    });
  });
  await Promise.race([isTime, closed]);
  await sleep(delayMs);
  child.kill('SIGKILL');
  await closed;
  assert.equal(complained, '');
  const [, ...numbers] = lines();
  return numbers.length === 0 ? first - 1 : Number(numbers.at(-1));
}

test(`${kills} times kill -9: nothing is lost that was reported as done, and nothing is half done`, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'visage-killed-'));
  const random = new Random(3);
  try {
    const path = join(folder, 'people.gallery');
    // The same changes in memory, as far as they must be there.
    await using model = await openGallery(':memory:', changesOptions);
    let done = 0;
    let unreported = 0;
    for (let kill = 0; kill < kills; kill++) {
      const last = await killedAfter(path, done + 1, random.integer(6), random.between(0, 12));
      while (done < last) await randomChange(model, ++done);
      await using gallery = await openGallery(path, changesOptions);
      const found = await contents(gallery);
      if (!isDeepStrictEqual(found, await contents(model))) {
        // The change that was under way may be there, but only whole.
        await randomChange(model, ++done);
        unreported++;
        assert.deepEqual(found, await contents(model), `after change ${last}`);
      }
    }
    assert.ok(done > kills, `${done} changes, of which ${unreported} were under way`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
