import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mergeLooks, type SeenFace } from '../../src/detect/index.ts';

const seen = (x: number, score: number, sizeSeenPx: number): SeenFace => ({
  box: { x, y: 0, width: 100, height: 100 },
  score,
  sizeSeenPx,
});

const square = (side: number, score: number): SeenFace => ({
  box: { x: 10, y: 20, width: side, height: side },
  score,
  sizeSeenPx: 110,
});

test('the best score decides that there is a face, the look of fitting size where it is', () => {
  const merged = mergeLooks([seen(0, 0.9, 440), seen(6, 0.7, 110), seen(12, 0.8, 28)], 0.45);
  assert.deepEqual(merged, [{ box: { x: 6, y: 0, width: 100, height: 100 }, score: 0.9 }]);
});

test('faces apart stay two, each with a box of its own', () => {
  const merged = mergeLooks([seen(0, 0.6, 300), seen(500, 0.9, 50), seen(504, 0.5, 100)], 0.45);
  assert.deepEqual(
    merged.map(({ box, score }) => [box.x, score]),
    [
      [504, 0.9],
      [0, 0.6],
    ],
  );
});

test('twice and half the best size are equally good: the better score keeps its box', () => {
  assert.equal(mergeLooks([seen(0, 0.9, 220), seen(5, 0.8, 55)], 0.45)[0]!.box.x, 0);
});

test('a box that holds another is the same face, unless it is four times as large', () => {
  assert.deepEqual(mergeLooks([square(100, 0.8), square(60, 0.9)], 0.45), [
    { box: square(60, 0).box, score: 0.9 },
  ]);
  assert.equal(mergeLooks([square(100, 0.9), square(45, 0.8)], 0.45).length, 2);
});

test('two faces whose better boxes come to lie on each other become one', () => {
  // Each has a box of fitting size that overlaps with it; those two overlap, the first boxes do not.
  const found = [seen(0, 0.9, 440), seen(80, 0.8, 440), seen(30, 0.5, 110), seen(50, 0.4, 100)];
  assert.deepEqual(
    mergeLooks(found, 0.45).map(({ box, score }) => [box.x, score]),
    [[30, 0.9]],
  );
});
