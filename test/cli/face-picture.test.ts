import assert from 'node:assert/strict';
import { test } from 'node:test';
import { faceLines } from '../../src/cli/view/face-picture.ts';

/** 4 × 4 pixels: the upper half red, the lower half blue. */
const flag = { data: new Uint8Array(48), width: 4, height: 4 };
for (let pixel = 0; pixel < 16; pixel++) flag.data[pixel * 3 + (pixel < 8 ? 0 : 2)] = 255;

test('two pixels a cell: the upper one in the foreground, the lower one in the background', () => {
  assert.deepEqual(faceLines(flag, 1, 'truecolor'), ['\u001b[38;2;255;0;0;48;2;0;0;255m▀\u001b[0m']);
  const lines = faceLines(flag, 4, 'truecolor');
  assert.equal(lines.length, 2);
  assert.equal(lines[0], `${'\u001b[38;2;255;0;0;48;2;255;0;0m▀'.repeat(4)}\u001b[0m`);
});

test('256 colours: the nearest entry of the cube', () => {
  assert.deepEqual(faceLines(flag, 1, '256'), ['\u001b[38;5;196;48;5;21m▀\u001b[0m']);
});

test('fewer colours: no picture', () => {
  assert.deepEqual(faceLines(flag, 4, '16'), []);
  assert.deepEqual(faceLines(flag, 4, 'none'), []);
});

test('every source pixel counts when shrinking', () => {
  const gray = {
    data: Uint8Array.from({ length: 6 * 6 * 3 }, (_, i) => (Math.floor(i / 3) % 2) * 200),
    width: 6,
    height: 6,
  };
  assert.deepEqual(faceLines(gray, 1, 'truecolor'), ['\u001b[38;2;100;100;100;48;2;100;100;100m▀\u001b[0m']);
});
