import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { count, duration, share, wilsonInterval } from '../../src/report/figures.ts';

test('a share is 100 % only when nothing is missing', () => {
  assert.equal(share(9999, 10000), '99.9\u202f%');
  assert.equal(share(1, 10000), '0.1\u202f%');
  assert.equal(share(10, 10), '100\u202f%');
  assert.equal(share(0, 0), '–');
});

test('counts and durations read well', () => {
  assert.equal(count(1234567), '1\u2009234\u2009567');
  assert.equal(duration(0.4239), '0.42\u202fs');
  assert.equal(duration(59.99), '1\u202fmin 0\u202fs');
  assert.equal(duration(119.7), '2\u202fmin 0\u202fs');
  assert.equal(duration(200), '3\u202fmin 20\u202fs');
});

// R. G. Newcombe, Two-sided confidence intervals for the single proportion (1998), table I, method 3.
test("Wilson's interval equals Newcombe's examples", () => {
  const examples: [number, number, number, number][] = [
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ];
  for (const [part, whole, low, high] of examples) {
    const interval = wilsonInterval(part, whole);
    assert.ok(Math.abs(interval[0] - low) < 5e-5, `${part}/${whole}: ${interval[0]}`);
    assert.ok(Math.abs(interval[1] - high) < 5e-5, `${part}/${whole}: ${interval[1]}`);
  }
});

test('the interval holds the share and stays within [0, 1]', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5000 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (whole, part) => {
        const right = Math.round(part * whole);
        const [low, high] = wilsonInterval(right, whole);
        assert.ok(low >= 0 && low <= right / whole + 1e-12 && high >= right / whole - 1e-12 && high <= 1);
      },
    ),
  );
});
