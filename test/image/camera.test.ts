import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { cameraVariation, drawCameraSettings, takeAgain } from '../../src/image/index.ts';
import { Random } from '../../src/kernel/index.ts';
import { difference, paint, waves } from './synthetic.ts';

const neutral = {
  angle: 0,
  zoom: 1,
  shiftX: 0,
  shiftY: 0,
  exposure: 0,
  warmth: 1,
  blur: 0,
  noise: 0,
  quality: 100,
};

test('the same seed gives the same pixels, another seed another picture', async () => {
  const picture = waves(120, 90);
  const before = picture.data.slice();
  const first = await cameraVariation(picture, new Random(7));
  assert.deepEqual([first.width, first.height], [120, 90]);
  assert.deepEqual(await cameraVariation(picture, new Random(7)), first);
  assert.ok(difference(await cameraVariation(picture, new Random(8)), first).mean > 2);
  assert.deepEqual(picture.data, before, 'the picture itself is left alone');
});

test('neutral settings give the picture back, up to JPEG', async () => {
  const picture = waves(120, 90);
  assert.ok(difference(await takeAgain(picture, neutral, new Random(1)), picture).mean < 1);
});

test('no setting lets an empty corner in', async () => {
  const white = paint(60, 44, () => [255, 255, 255]);
  await fc.assert(
    fc.asyncProperty(fc.integer(), async (seed) => {
      const settings = { ...drawCameraSettings(new Random(seed)), exposure: 0, warmth: 1, noise: 0 };
      const { data } = await takeAgain(white, settings, new Random(seed));
      assert.ok(data.every((value) => value > 245));
    }),
    { numRuns: 60 },
  );
});

test('exposure doubles the light, blur flattens, noise has the size asked for', async () => {
  const grey = paint(128, 128, () => [100, 100, 100]);
  const brighter = await takeAgain(grey, { ...neutral, exposure: 1 }, new Random(1));
  // 100 is 0.127 of the light; twice that is level 138.
  assert.ok(Math.abs(brighter.data[5000]! - 138) <= 1, String(brighter.data[5000]));
  const warm = await takeAgain(grey, { ...neutral, warmth: 1.1 }, new Random(1));
  const [red, green, blue] = warm.data.subarray(4998);
  assert.ok(red! > green! + 2 && green! > blue! + 2);
  const noisy = await takeAgain(grey, { ...neutral, noise: 6 }, new Random(1));
  const deviation = Math.sqrt(
    noisy.data.reduce((sum, value) => sum + (value - 100) ** 2, 0) / noisy.data.length,
  );
  assert.ok(deviation > 3.5 && deviation < 7, String(deviation));
  const edge = paint(128, 128, (x) => (x < 64 ? [0, 0, 0] : [255, 255, 255]));
  const soft = await takeAgain(edge, { ...neutral, blur: 3 / 128 }, new Random(1));
  const row = soft.data.subarray(64 * 128 * 3, 65 * 128 * 3);
  // One deviation left of the edge the light of a Gaussian is at 16 %.
  assert.ok(Math.abs(row[61 * 3]! - 0.2 * 255) < 12, String(row[61 * 3]));
});
