import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeSsdBoxes } from '../../src/detect/index.ts';

const anchors = Float32Array.of(100, 200, 40, 20, 300, 300, 64, 64);

test('an encoding of zeros is the anchor itself', () => {
  const boxes = decodeSsdBoxes(Float32Array.of(0, -9), new Float32Array(8), anchors, 0.4);
  assert.deepEqual(boxes, [{ box: { x: 190, y: 80, width: 20, height: 40 }, score: 0.5 }]);
});

test('centre and size are decoded with variances 10 and 5', () => {
  // One tenth of the anchor's height down, two tenths of its width left, ×2 high, ×½ wide.
  const encodings = Float32Array.of(0, 0, 0, 0, 1, -2, 5 * Math.log(2), -5 * Math.log(2));
  const [face] = decodeSsdBoxes(Float32Array.of(-9, 3), encodings, anchors, 0.5);
  const { box, score } = face!;
  const expected = { x: 300 - 12.8 - 16, y: 300 + 6.4 - 64, width: 32, height: 128 };
  for (const side of ['x', 'y', 'width', 'height'] as const) {
    assert.ok(Math.abs(box[side] - expected[side]) < 1e-4, side);
  }
  assert.ok(Math.abs(score - 1 / (1 + Math.exp(-3))) < 1e-12);
});

test('a score that is no number is no face', () => {
  assert.deepEqual(decodeSsdBoxes(Float32Array.of(NaN, NaN), new Float32Array(8), anchors, 0.5), []);
});
