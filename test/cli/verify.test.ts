import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { document, done, faceAt, failure, folder, photo, visage } from './posed-command-line.ts';

interface VerifyDocument {
  readonly same: boolean;
  readonly probability: number;
  readonly distance: number;
  readonly pairs: { readonly a: number; readonly b: number; readonly same: boolean }[];
}

test('verify says yes or no, how far, how probable; draws both faces', async () => {
  const [one, again, other] = [await faceAt(0), await faceAt(0.2), await faceAt(2)];
  assert.match(await done('verify', one, again), /^the same person \(\d+\.\d %, distance 0\.20\)\n$/);
  assert.match(await done('verify', one, other), /^not the same person \(0\.0 %, distance 1\.68\)\n$/);
  const drawn = join(folder, 'both.png');
  const said = await document<VerifyDocument>('verify', one, again, '--draw', drawn);
  assert.deepEqual([said.same, said.distance, said.pairs.length], [true, 0.1997, 1]);
  assert.deepEqual([...(await readFile(drawn)).subarray(1, 4)], [...Buffer.from('PNG')]);
});

test('verify: of several faces one is taken and said, or all are compared', async () => {
  const one = await faceAt(0);
  const two = await photo({ x: 500, sizePx: 150, angle: 2 }, { x: 10, sizePx: 80, angle: 0 });
  const { stdout, stderr } = await visage(['verify', one, two]);
  assert.match(stdout, /^not the same/);
  assert.match(stderr, /shows 2 faces; number 2 from the left was taken \(--face-b chooses another\)/);
  assert.match(await done('verify', one, two, '--face-b', '1'), /^the same/);
  const all = await document<VerifyDocument>('verify', one, two, '--all');
  assert.equal('same' in all, false);
  assert.deepEqual(
    all.pairs.map(({ a, b, same }) => [a, b, same]),
    [
      [1, 1, true],
      [1, 2, false],
    ],
  );
  assert.match(
    await done('verify', one, two, '--all'),
    /\(face 1\) and .* \(face 1\): the same person .*\n.*\(face 2\): not the same/,
  );
});

test('verify: what is wrong has a code', async () => {
  const one = await faceAt(0);
  assert.deepEqual(await failure('verify', one), ['USAGE', 2]);
  assert.deepEqual(await failure('verify', one, await photo()), ['NO_FACE', 1]);
  assert.deepEqual(await failure('verify', one, join(folder, 'missing.jpg')), ['FILE_NOT_FOUND', 1]);
  assert.deepEqual(await failure('verify', one, one, '--face-a', '2'), ['OPTION_INVALID', 2]);
  assert.deepEqual(await failure('verify', one, one, '--max-distance', '0'), ['OPTION_INVALID', 2]);
});
