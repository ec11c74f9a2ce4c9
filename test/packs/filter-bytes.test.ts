import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fittingFilterBytes } from '../../src/packs/filter-bytes.ts';

const root = await mkdtemp(join(tmpdir(), 'visage-test-'));
after(() => rm(root, { recursive: true }));

/** Asks in `folder`; how often the machine was asked, and what came out. */
async function ask(folder: string, exact: boolean): Promise<[asked: number, answer: string]> {
  let asked = 0;
  const answer = await fittingFilterBytes(folder, () => {
    asked++;
    return Promise.resolve(exact);
  });
  return [asked, answer];
}

test('the machine is asked once, and what it cannot do exactly it is not given', async () => {
  const [able, unable] = [join(root, 'able'), join(root, 'unable')];
  assert.deepEqual(await ask(able, true), [1, 'int8']);
  assert.deepEqual(await ask(able, true), [0, 'int8']);
  assert.deepEqual(await ask(unable, false), [1, 'uint8']);
  assert.deepEqual(await ask(unable, false), [0, 'uint8']);
});

test('a damaged record is asked anew; without a place for it the answer still comes', async () => {
  const folder = join(root, 'damaged');
  await ask(folder, true);
  const [file, ...others] = await readdir(folder);
  assert.deepEqual(others, []);
  await writeFile(join(folder, file!), 'int');
  assert.deepEqual(await ask(folder, true), [1, 'int8']);
  assert.deepEqual(await ask(folder, true), [0, 'int8']);
  assert.deepEqual(await ask(join(folder, file!, 'below a file'), false), [1, 'uint8']);
});
