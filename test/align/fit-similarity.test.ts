import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { fitSimilarity } from '../../src/align/index.ts';
import { type Point, type Similarity, transformPoint } from '../../src/kernel/index.ts';

const coordinate = fc.double({ min: -500, max: 500, noNaN: true });
const point = fc.record({ x: coordinate, y: coordinate });
const similarity = fc
  .record({
    scale: fc.double({ min: 0.05, max: 20, noNaN: true }),
    angle: fc.double({ min: -Math.PI, max: Math.PI, noNaN: true }),
    tx: coordinate,
    ty: coordinate,
  })
  .map(({ scale, angle, tx, ty }) => ({ a: scale * Math.cos(angle), b: scale * Math.sin(angle), tx, ty }));
const spreadOut = (points: readonly Point[]): boolean =>
  points.some(({ x, y }) => Math.hypot(x - points[0]!.x, y - points[0]!.y) > 1);
const fivePoints = fc.array(point, { minLength: 5, maxLength: 5 }).filter(spreadOut);

test('a similarity is found again from what it did to points', () => {
  fc.assert(
    fc.property(fivePoints, similarity, (points, truth) => {
      const found = fitSimilarity(
        points,
        points.map((p) => transformPoint(truth, p)),
      );
      for (const p of points) {
        const [is, should] = [transformPoint(found, p), transformPoint(truth, p)];
        assert.ok(Math.hypot(is.x - should.x, is.y - should.y) < 1e-6);
      }
    }),
  );
});

function squaredError(transform: Similarity, from: readonly Point[], to: readonly Point[]): number {
  return from.reduce((sum, p, i) => {
    const q = transformPoint(transform, p);
    return sum + (q.x - to[i]!.x) ** 2 + (q.y - to[i]!.y) ** 2;
  }, 0);
}

test('no small change of the fit brings the points closer', () => {
  fc.assert(
    fc.property(fivePoints, fivePoints, (from, to) => {
      const best = fitSimilarity(from, to);
      const least = squaredError(best, from, to);
      for (const key of ['a', 'b', 'tx', 'ty'] as const) {
        for (const step of [-1e-3, 1e-3]) {
          const moved = squaredError({ ...best, [key]: best[key] + step }, from, to);
          assert.ok(moved >= least * (1 - 1e-9), `${key} ${step}: ${moved} < ${least}`);
        }
      }
    }),
  );
});
