import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fitOnto as fitNative } from '../../src/image/fit/native.ts';
import { fitOnto as fitPlain } from '../../src/image/fit/plain.ts';
import { decodePhoto } from '../../src/image/index.ts';
import { samplePhoto } from '../support/bundled-weights.ts';
import { difference, waves } from './synthetic.ts';

test('without native code pictures are fitted all but equally', async () => {
  const { raster: photo } = await decodePhoto(samplePhoto('sample1.jpg'));
  for (const [picture, fitted, canvas] of [
    [photo, { width: 384, height: 256 }, { width: 384, height: 288 }],
    [photo, { width: 100, height: 71 }, { width: 128, height: 128 }],
    [waves(90, 60), { width: 180, height: 120 }, { width: 192, height: 128 }],
    [waves(90, 60), { width: 90, height: 60 }, { width: 96, height: 64 }],
  ] as const) {
    const [native, plain] = [
      await fitNative(picture, fitted, canvas),
      await fitPlain(picture, fitted, canvas),
    ];
    assert.deepEqual([plain.width, plain.height], [canvas.width, canvas.height]);
    const { mean, largest } = difference(plain, native);
    assert.ok(mean < 1.5 && largest < 16, `mean ${mean}, largest ${largest}`);
  }
});
