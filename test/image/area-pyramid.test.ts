import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { resizeRaster, shrinkToSizes } from '../../src/image/index.ts';
import { Random } from '../../src/kernel/index.ts';

const side = fc.integer({ min: 1, max: 60 });

test('every size of a pyramid is what resizing the picture to it by area gives', () => {
  fc.assert(
    fc.property(
      side,
      side,
      fc.array(fc.tuple(fc.nat(1000), fc.nat(1000)), { maxLength: 4 }),
      fc.nat(),
      (width, height, shares, seed) => {
        const random = new Random(seed);
        const data = Uint8Array.from({ length: width * height * 3 }, () => random.integer(256));
        const picture = { data, width, height };
        const sizes = shares.map(([x, y]) => ({
          width: Math.max(1, Math.ceil((width * x) / 1000)),
          height: Math.max(1, Math.ceil((height * y) / 1000)),
        }));
        for (const level of shrinkToSizes(picture, sizes)) {
          assert.deepEqual(level, resizeRaster(picture, level.width, level.height, 'area'));
        }
      },
    ),
    { numRuns: 300 },
  );
});

test('photos of usual sizes shrink by halves, thirds and odd shares to the same bytes', () => {
  const random = new Random(5);
  for (const [width, height] of [
    [250, 250],
    [640, 427],
    [333, 500],
  ] as const) {
    const picture = {
      data: Uint8Array.from({ length: width * height * 3 }, () => random.integer(256)),
      width,
      height,
    };
    const sizes = [1, 1 / 2, 1 / 3, 0.6, 0.6 * 0.709, 0.6 * 0.709 ** 4, 0.05].map((scale) => ({
      width: Math.ceil(width * scale),
      height: Math.ceil(height * scale),
    }));
    for (const level of shrinkToSizes(picture, sizes)) {
      const alone = resizeRaster(picture, level.width, level.height, 'area');
      assert.ok(
        Buffer.compare(level.data, alone.data) === 0,
        `${width}×${height} to ${level.width}×${level.height}`,
      );
    }
  }
});
