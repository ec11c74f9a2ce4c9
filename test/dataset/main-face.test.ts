import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { mainFace } from '../../src/dataset/index.ts';
import type { LocatedFace } from '../../src/detect/index.ts';

const point = { x: 0, y: 0 };
const face = (x: number, y: number, size: number, score = 0.9): LocatedFace => ({
  box: { x, y, width: size, height: size },
  score,
  landmarks: [point, point, point, point, point],
});

test('no face, no choice', () => {
  assert.equal(mainFace([], 100, 100), undefined);
});

test('a large face beats a small one with a better score', () => {
  const [small, large] = [face(80, 10, 20, 0.99), face(20, 30, 50, 0.8)];
  assert.equal(mainFace([small, large], 120, 100), large);
});

test('of two alike the central one wins', () => {
  const [corner, central] = [face(0, 0, 40), face(80, 80, 40)];
  assert.equal(mainFace([corner, central], 200, 200), central);
});

test('the head of the taller person is nearer to the upper edge, which does not count against it', () => {
  const [larger, lower] = [face(60, 0, 45), face(200, 130, 40)];
  assert.equal(mainFace([lower, larger], 300, 300), larger);
});

test('a large doubtful detection does not beat a sure face', () => {
  const [sure, doubtful] = [face(60, 60, 40, 0.99), face(50, 50, 46, 0.5)];
  assert.equal(mainFace([sure, doubtful], 160, 160), sure);
});

test('only what is inside the photo counts', () => {
  const [whole, cut] = [face(70, 40, 40), face(-70, 40, 80)];
  assert.equal(mainFace([whole, cut], 160, 120), whole);
});

const number = (min: number, max: number): fc.Arbitrary<number> => fc.double({ min, max, noNaN: true });

test('the choice is one of the faces and does not depend on the scale of the photo', () => {
  const anyFace = fc.tuple(number(0, 150), number(0, 80), number(5, 60), number(0.3, 1));
  fc.assert(
    fc.property(fc.array(anyFace, { minLength: 1, maxLength: 6 }), (numbers) => {
      const faces = numbers.map(([x, y, size, score]) => face(x, y, size, score));
      const chosen = faces.indexOf(mainFace(faces, 200, 100)!);
      assert.notEqual(chosen, -1);
      // A power of two scales floating-point numbers exactly.
      const doubled = numbers.map(([x, y, size, score]) => face(2 * x, 2 * y, 2 * size, score));
      assert.equal(doubled.indexOf(mainFace(doubled, 400, 200)!), chosen);
    }),
  );
});
