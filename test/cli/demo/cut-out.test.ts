import assert from 'node:assert/strict';
import { test } from 'node:test';
import { array, assert as check, integer, property, record } from 'fast-check';
import { cutOut } from '../../../src/cli/demo/cut-out.ts';
import { overlapArea } from '../../../src/kernel/index.ts';

const photo = { width: 1000, height: 800 };

test('alone in the middle, a face gets its margin all around', () => {
  const face = { x: 400, y: 300, width: 100, height: 120 };
  assert.deepEqual(cutOut(face, [], photo, 0.5), { x: 350, y: 240, width: 200, height: 240 });
});

test('at the edge the cut-out ends with the photo', () => {
  const face = { x: -20, y: 700, width: 100, height: 120 };
  assert.deepEqual(cutOut(face, [], photo, 1), { x: 0, y: 580, width: 180, height: 220 });
});

test('a neighbour is left out on the side that costs least', () => {
  const face = { x: 400, y: 300, width: 100, height: 100 };
  const beside = { x: 550, y: 320, width: 100, height: 100 };
  assert.deepEqual(cutOut(face, [beside], photo, 1), { x: 300, y: 200, width: 250, height: 300 });
});

test('a cut-out holds its face, lies in the photo and touches no face apart from it', () => {
  const box = record({
    x: integer({ min: 0, max: 800 }),
    y: integer({ min: 0, max: 600 }),
    width: integer({ min: 20, max: 200 }),
    height: integer({ min: 20, max: 200 }),
  });
  check(
    property(box, array(box, { maxLength: 5 }), (face, others) => {
      const cut = cutOut(face, others, photo, 1);
      assert.ok(cut.x >= 0 && cut.y >= 0);
      assert.ok(cut.x + cut.width <= photo.width && cut.y + cut.height <= photo.height);
      assert.equal(overlapArea(cut, face), overlapArea(face, { x: 0, y: 0, ...photo }));
      for (const other of others) {
        if (overlapArea(face, other) === 0) assert.equal(overlapArea(cut, other), 0);
      }
    }),
  );
});
