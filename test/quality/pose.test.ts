import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { FivePoints } from '../../src/detect/index.ts';
import type { Point } from '../../src/kernel/index.ts';
import { headPose, judgedTemplate } from '../../src/quality/index.ts';
import { inRepository } from '../support/repository.ts';

interface Angles {
  readonly yaw: number;
  readonly pitch: number;
  readonly roll: number;
}
const { poses } = JSON.parse(await readFile(inRepository('test/quality/goldens/quality.json'), 'utf8')) as {
  poses: { points: [number, number][]; true: Angles; solvePnP: Angles }[];
};

const five = (points: readonly Point[]): FivePoints => points as unknown as FivePoints;
const near = (actual: Angles, expected: Angles, tolerance: number, what: string): void => {
  for (const angle of ['yaw', 'pitch', 'roll'] as const) {
    const error = Math.abs(actual[angle] - expected[angle]);
    assert.ok(error <= tolerance, `${what}: ${angle} ${actual[angle]} instead of ${expected[angle]}`);
  }
};

test('agrees with OpenCV’s solvePnP, which knows the perspective', () => {
  for (const { points, solvePnP } of poses) {
    const pose = headPose(five(points.map(([x, y]) => ({ x, y }))))!;
    near(pose, solvePnP, 2.5, JSON.stringify(solvePnP));
  }
});

test('a face like the template looks straight ahead', () => {
  near(headPose(judgedTemplate)!, { yaw: 0, pitch: 0, roll: 0 }, 6, 'template');
});

const anyFace = fc
  .tuple(...Array.from({ length: 10 }, () => fc.double({ min: -6, max: 6, noNaN: true })))
  .map((shifts) =>
    five(judgedTemplate.map(({ x, y }, i) => ({ x: x + shifts[2 * i]!, y: y + shifts[2 * i + 1]! }))),
  );

test('the mirror image turns yaw and roll around, and nothing else', () => {
  fc.assert(
    fc.property(anyFace, (face) => {
      const [a, b, nose, c, d] = face.map(({ x, y }) => ({ x: 112 - x, y }));
      const { yaw, pitch, roll } = headPose(face)!;
      near(headPose(five([b!, a!, nose!, d!, c!]))!, { yaw: -yaw, pitch, roll: -roll }, 1e-6, 'mirrored');
    }),
  );
});

test('turning, scaling and shifting the picture changes the roll alone, by the angle', () => {
  fc.assert(
    fc.property(
      anyFace,
      fc.integer({ min: -80, max: 80 }),
      fc.double({ min: 0.1, max: 9 }),
      (face, degrees, scale) => {
        const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
        const turned = face.map(({ x, y }) => ({
          x: scale * (cos * x - sin * y) + 31,
          y: scale * (sin * x + cos * y) - 7,
        }));
        const { yaw, pitch, roll } = headPose(face)!;
        const after = headPose(five(turned))!;
        near(after, { yaw, pitch, roll: after.roll }, 1e-6, 'turned');
        const turn = (((after.roll - roll - degrees + 540) % 360) + 360) % 360;
        assert.ok(Math.abs(turn - 180) < 1e-6, `${after.roll - roll} instead of ${degrees}`);
      },
    ),
  );
});

/** The pose of the template with its nose moved. */
const move = (dx: number, dy: number) =>
  headPose(five(judgedTemplate.map(({ x, y }, i) => (i === 2 ? { x: x + dx, y: y + dy } : { x, y }))))!;

test('a nose to the right of the picture is a yaw above 0, a nose nearer to the mouth a pitch below', () => {
  assert.ok(move(8, 0).yaw > 10 && move(-8, 0).yaw < -10);
  assert.ok(move(0, 8).pitch < -10 && move(0, -8).pitch > 10);
});

test('points that span no face have no pose', () => {
  const same = five(Array.from({ length: 5 }, () => ({ x: 3, y: 4 })));
  assert.equal(headPose(same), undefined);
  assert.equal(headPose(five([1, 2, 3, 4, 5].map((x) => ({ x, y: 2 * x })))), undefined);
  assert.equal(headPose(five([1, 2, 3, 4, Number.NaN].map((x) => ({ x, y: x * x })))), undefined);
});
