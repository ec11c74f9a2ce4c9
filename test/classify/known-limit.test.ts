import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limitFromMean } from '../../src/classify/index.ts';
import { distance, mean, Random } from '../../src/kernel/index.ts';

test('with one example the limit is that of two faces, with many it is 1/√2 of it', () => {
  assert.equal(limitFromMean(0.4, 1), 0.4);
  assert.ok(Math.abs(limitFromMean(0.4, 1e9) - 0.4 / Math.SQRT2) < 1e-9);
});

test('a limit of 2 names everybody, however many examples there are', () => {
  assert.equal(limitFromMean(2, 50), 2);
});

test('as many faces lie within the limit from a mean as pairs within that of pairs', () => {
  const random = new Random(7);
  const face = (): Float32Array => Float32Array.from({ length: 64 }, () => 0.01 * random.normal());
  const pairLimit = 0.01 * Math.sqrt(2 * 64);
  for (const examples of [1, 2, 5, 20]) {
    let within = 0;
    for (let trial = 0; trial < 4000; trial++) {
      const centre = mean(Array.from({ length: examples }, face));
      if (distance(face(), centre) <= limitFromMean(pairLimit, examples)) within++;
    }
    // The squared distance has 64 degrees of freedom: about half of it lies below its mean.
    assert.ok(Math.abs(within / 4000 - 0.523) < 0.03, `${examples}: ${within / 4000}`);
  }
});
