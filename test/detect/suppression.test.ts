import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { suppressOverlaps, type Detection } from '../../src/detect/index.ts';
import { intersectionOverUnion } from '../../src/kernel/index.ts';

const detection = fc.record({
  score: fc.double({ min: 0, max: 1, noNaN: true }),
  box: fc.record({
    x: fc.integer({ min: 0, max: 50 }),
    y: fc.integer({ min: 0, max: 50 }),
    width: fc.integer({ min: 1, max: 30 }),
    height: fc.integer({ min: 1, max: 30 }),
  }),
});

test('what stays does not overlap, and what goes overlaps something better that stays', () => {
  fc.assert(
    fc.property(fc.array(detection, { maxLength: 30 }), (detections: Detection[]) => {
      const kept = suppressOverlaps(detections, 0.4);
      for (const [i, face] of kept.entries()) {
        for (const other of kept.slice(i + 1)) {
          assert.ok(intersectionOverUnion(face.box, other.box) <= 0.4);
          assert.ok(face.score >= other.score);
        }
      }
      for (const gone of detections.filter((face) => !kept.includes(face))) {
        assert.ok(
          kept.some((face) => face.score >= gone.score && intersectionOverUnion(face.box, gone.box) > 0.4),
        );
      }
    }),
  );
});

const at = (x: number): Detection => ({ score: 0.5, box: { x, y: 0, width: 10, height: 10 } });

test('equal scores keep the order they were given in', () => {
  assert.deepEqual(suppressOverlaps([at(20), at(0), at(1)], 0.5), [at(20), at(0)]);
});
