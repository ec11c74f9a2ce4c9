import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { mirror, warpSimilarity, type Raster } from '../../src/image/index.ts';
import { invertSimilarity, transformPoint, type Similarity } from '../../src/kernel/index.ts';
import { difference, paint, pixel, waves } from './synthetic.ts';

const around = (scale: number, angle: number, from: [number, number], to: [number, number]): Similarity => {
  const a = scale * Math.cos(angle);
  const b = scale * Math.sin(angle);
  return { a, b, tx: to[0] - (a * from[0] - b * from[1]), ty: to[1] - (b * from[0] + a * from[1]) };
};

/** The second route: every crop pixel is the mean of 20 × 20 points looked up in the picture. */
function integrate(raster: Raster, transform: Similarity, sizePx: number): Raster {
  const inverse = invertSimilarity(transform);
  const steps = 20;
  return paint(sizePx, sizePx, (centreX, centreY) => {
    const sums: [number, number, number] = [0, 0, 0];
    for (let m = 0; m < steps; m++) {
      for (let n = 0; n < steps; n++) {
        const at = transformPoint(inverse, {
          x: centreX - 0.5 + (m + 0.5) / steps,
          y: centreY - 0.5 + (n + 0.5) / steps,
        });
        const [x, y] = [Math.floor(at.x), Math.floor(at.y)];
        if (x < 0 || y < 0 || x >= raster.width || y >= raster.height) continue;
        for (let c = 0; c < 3; c++) sums[c]! += raster.data[(y * raster.width + x) * 3 + c]!;
      }
    }
    return [sums[0] / steps ** 2, sums[1] / steps ** 2, sums[2] / steps ** 2];
  });
}

test('identity and whole-pixel shifts give the pixels unchanged, black outside', () => {
  const picture = waves(60, 60);
  assert.deepEqual(warpSimilarity(picture, { a: 1, b: 0, tx: 0, ty: 0 }, 60), picture);
  fc.assert(
    fc.property(fc.integer({ min: -80, max: 80 }), fc.integer({ min: -80, max: 80 }), (tx, ty) => {
      const expected = paint(60, 60, (x, y) => {
        const [fromX, fromY] = [Math.floor(x) - tx, Math.floor(y) - ty];
        const inside = fromX >= 0 && fromY >= 0 && fromX < 60 && fromY < 60;
        return (inside ? pixel(picture, fromX, fromY) : [0, 0, 0]) as [number, number, number];
      });
      assert.deepEqual(warpSimilarity(picture, { a: 1, b: 0, tx, ty }, 60), expected);
    }),
    { numRuns: 40 },
  );
});

test('quarter turns permute pixels, whole-number shrinking averages blocks exactly', () => {
  const picture = waves(48, 48);
  const turned = warpSimilarity(picture, { a: 0, b: 1, tx: 48, ty: 0 }, 48);
  for (const [x, y] of [
    [0, 0],
    [47, 0],
    [5, 31],
  ] as const) {
    assert.deepEqual(pixel(turned, 47 - y, x), pixel(picture, x, y));
  }
  const blocks = paint(16, 16, (x, y) => {
    const sums: [number, number, number] = [0, 0, 0];
    for (let i = 0; i < 9; i++) {
      const values = pixel(picture, Math.floor(x) * 3 + (i % 3), Math.floor(y) * 3 + Math.floor(i / 3));
      for (let c = 0; c < 3; c++) sums[c]! += values[c]! / 9;
    }
    return sums;
  });
  assert.ok(difference(warpSimilarity(picture, { a: 1 / 3, b: 0, tx: 0, ty: 0 }, 16), blocks).largest <= 1);
});

test('any similarity agrees with dense integration over each pixel', () => {
  const picture = waves(600, 600);
  fc.assert(
    fc.property(
      fc.double({ min: 0.12, max: 1.6, noNaN: true }),
      fc.double({ min: -Math.PI, max: Math.PI, noNaN: true }),
      fc.integer({ min: 200, max: 400 }),
      fc.integer({ min: 200, max: 400 }),
      (scale, angle, x, y) => {
        const transform = around(scale, angle, [x, y], [16, 16]);
        const got = warpSimilarity(picture, transform, 32);
        const { mean, largest } = difference(got, integrate(picture, transform, 32));
        assert.ok(mean < 1.2, `mean ${mean}`);
        assert.ok(largest < 12, `largest ${largest}`);
      },
    ),
    { numRuns: 25 },
  );
});

test('fine stripes turn grey when shrunk, whatever the phase and angle', () => {
  const stripes = paint(900, 900, (x) => (Math.floor(x) % 2 === 0 ? [255, 255, 255] : [0, 0, 0]));
  for (const scale of [0.45, 0.4, 0.3, 0.21, 0.11]) {
    for (const angle of [0, 0.05, 0.3, 0.7]) {
      const crop = warpSimilarity(stripes, around(scale, angle, [450, 450], [30, 30]), 60);
      const off = crop.data.reduce((most, value) => Math.max(most, Math.abs(value - 127.5)), 0);
      // Odd blocks hold one stripe more of one colour: at most 1/3 of the range remains at block 3.
      assert.ok(off < 50, `scale ${scale}, angle ${angle}: ${off}`);
    }
  }
});

test('a transform far outside, degenerate or not finite gives black and ends', () => {
  const picture = waves(40, 40);
  const transforms: Similarity[] = [
    { a: 1, b: 0, tx: 1e9, ty: -1e9 },
    { a: 1e-9, b: 0, tx: 0, ty: 0 },
    { a: 0, b: 0, tx: 0, ty: 0 },
    { a: Number.NaN, b: 0, tx: 0, ty: 0 },
  ];
  for (const transform of transforms) {
    const crop = warpSimilarity(picture, transform, 20);
    assert.equal(crop.data.length, 20 * 20 * 3);
    assert.ok(crop.data.every((value) => value === 0));
  }
});

test('mirror swaps left and right and undoes itself', () => {
  const picture = waves(31, 7);
  const mirrored = mirror(picture);
  assert.deepEqual(pixel(mirrored, 0, 3), pixel(picture, 30, 3));
  assert.deepEqual(mirror(mirrored), picture);
});
