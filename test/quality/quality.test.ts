import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import type { FivePoints, LocatedFace } from '../../src/detect/index.ts';
import { type Photo, type Raster, resizeRaster } from '../../src/image/index.ts';
import { type Box, Random } from '../../src/kernel/index.ts';
import {
  eyeBrightness,
  faceQuality,
  judgedFace,
  judgedTemplate,
  qualityNumbers,
  type Region,
  relativeLaplacian,
} from '../../src/quality/index.ts';
import { inRepository } from '../support/repository.ts';

interface Goldens {
  readonly side: number;
  readonly region: Region;
  readonly pictures: {
    readonly sigma: number;
    readonly luma: number[];
    readonly relativeLaplacian: number;
  }[];
}
const goldens = JSON.parse(
  await readFile(inRepository('test/quality/goldens/quality.json'), 'utf8'),
) as Goldens;

test('the relative Laplacian is the variance of OpenCV’s Laplacian over that of the picture', () => {
  for (const { luma, relativeLaplacian: expected } of goldens.pictures) {
    const got = relativeLaplacian(Float32Array.from(luma), goldens.side, goldens.region);
    assert.ok(Math.abs(got - expected) <= 1e-6 * expected, `${got} instead of ${expected}`);
  }
});

/** Eyes 40 px apart when `scale` is 1. */
const scaled = (scale: number): FivePoints =>
  judgedTemplate.map(({ x, y }) => ({
    x: 40 + (x * 40 * scale) / 35.24,
    y: 20 + (y * 40 * scale) / 35.24,
  })) as unknown as FivePoints;

const fill = ({ data, width }: Raster, { x, y, width: w, height: h }: Box, value: number): void => {
  for (let row = Math.round(y); row < y + h; row++) {
    for (let column = Math.round(x); column < x + w; column++)
      data.fill(value, (row * width + column) * 3, (row * width + column) * 3 + 3);
  }
};

/** Something like a face: skin with a grain, eyes, brows, a mouth. Not one that a detector would find. */
function syntheticPhoto(side = 220): Photo {
  const raster = { data: new Uint8Array(side * side * 3), width: side, height: side };
  const random = new Random(5);
  for (let i = 0; i < side * side; i++) {
    // Light from the left.
    const shade = 200 - (90 * (i % side)) / side + random.integer(25);
    raster.data.fill(shade, i * 3, i * 3 + 3);
  }
  for (const { x, y } of scaled(1).slice(0, 2)) {
    fill(raster, { x: x - 8, y: y - 4, width: 16, height: 8 }, 225);
    fill(raster, { x: x - 4, y: y - 4, width: 8, height: 8 }, 40);
    fill(raster, { x: x - 10, y: y - 12, width: 20, height: 3 }, 60);
  }
  const [, , nose, left, right] = scaled(1);
  fill(raster, { x: nose.x - 5, y: nose.y, width: 10, height: 3 }, 90);
  fill(raster, { x: left.x, y: left.y - 4, width: right.x - left.x, height: 8 }, 95);
  return { raster, width: side, height: side, scale: 1 };
}

const located = (landmarks = scaled(1), score = 0.99): LocatedFace => ({
  landmarks,
  score,
  box: { x: 50, y: 30, width: 110, height: 120 },
});
const withRaster = (raster: Raster): Photo => ({
  raster,
  width: raster.width,
  height: raster.height,
  scale: 1,
});

/** Blurred by a box of 2r + 1 pixels each way. */
function blurred({ data, width, height }: Raster, radius: number): Raster {
  const pass = (from: Uint8Array, stepX: number, stepY: number): Uint8Array =>
    from.map((_, i) => {
      const [c, x, y] = [i % 3, Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
      let sum = 0;
      for (let k = -radius; k <= radius; k++) {
        const [u, v] = [
          Math.min(width - 1, Math.max(0, x + k * stepX)),
          Math.min(height - 1, Math.max(0, y + k * stepY)),
        ];
        sum += from[(v * width + u) * 3 + c]!;
      }
      return Math.round(sum / (2 * radius + 1));
    });
  return { data: pass(pass(data, 1, 0), 0, 1), width, height };
}

test('a clear face is good, and says nothing', () => {
  const quality = faceQuality(syntheticPhoto(), located());
  assert.deepEqual([quality.verdict, quality.faults, quality.reasons], ['good', [], []]);
  assert.ok(quality.overall > 0.7, String(quality.overall));
  assert.ok(Math.abs(quality.eyeDistancePx - 40) < 1);
  assert.equal(quality.inPhoto, 1);
});

test('the same input gives the same answer, and every number is finite and within its range', () => {
  const first = faceQuality(syntheticPhoto(), located());
  assert.deepEqual(faceQuality(syntheticPhoto(), located()), first);
  for (const value of Object.values(qualityNumbers(first))) assert.ok(Number.isFinite(value));
  for (const share of [first.overall, first.sharpness, first.inPhoto]) assert.ok(share >= 0 && share <= 1);
});

test('the more a face is blurred, the less sharp it is; the verdict follows', () => {
  const { raster } = syntheticPhoto();
  const steps = [0, 1, 2, 3, 4].map((radius) =>
    faceQuality(withRaster(radius === 0 ? raster : blurred(blurred(raster, radius), radius)), located()),
  );
  for (const [i, { sharpness }] of steps.entries()) {
    if (i > 0) assert.ok(sharpness < steps[i - 1]!.sharpness, `step ${i}: ${sharpness}`);
  }
  assert.deepEqual(steps.at(-1)!.faults, ['blurred']);
  assert.match(steps.at(-1)!.reasons[0]!, /blurred/);
  assert.notEqual(steps.at(-1)!.verdict, 'good');
});

test('sharpness does not depend on contrast, brightness, or the size of the photo', () => {
  const { raster } = syntheticPhoto();
  const { sharpness } = faceQuality(withRaster(raster), located());
  const paler = { ...raster, data: raster.data.map((value) => 60 + value / 2) };
  assert.ok(Math.abs(faceQuality(withRaster(paler), located()).sharpness - sharpness) < 0.02);
  const larger = resizeRaster(blurred(raster, 1), 660, 660, 'bicubic');
  const soft = faceQuality(withRaster(blurred(raster, 1)), located()).sharpness;
  const tripled = scaled(1).map(({ x, y }) => ({ x: 3 * x, y: 3 * y })) as unknown as FivePoints;
  const enlarged = faceQuality(withRaster(larger), located(tripled));
  assert.ok(Math.abs(enlarged.sharpness - soft) < 0.06, `${enlarged.sharpness} and ${soft}`);
  assert.ok(Math.abs(enlarged.eyeDistancePx - 120) < 2);
});

test('a photo that was shrunk while it was decoded is measured in its own pixels', () => {
  const { raster } = syntheticPhoto();
  const doubled = scaled(1).map(({ x, y }) => ({ x: 2 * x, y: 2 * y })) as unknown as FivePoints;
  const photo: Photo = { raster, width: 440, height: 440, scale: 2 };
  const quality = faceQuality(photo, located(doubled));
  const plain = faceQuality(syntheticPhoto(), located());
  assert.ok(Math.abs(quality.eyeDistancePx - 2 * plain.eyeDistancePx) < 1e-9);
  assert.equal(quality.sharpness, plain.sharpness);
});

test('a small face is small', () => {
  const { raster } = syntheticPhoto();
  const small = resizeRaster(raster, 44, 44, 'area');
  const fifth = scaled(1).map(({ x, y }) => ({ x: x / 5, y: y / 5 })) as unknown as FivePoints;
  const quality = faceQuality(withRaster(small), located(fifth));
  assert.ok(quality.faults.includes('small'));
  assert.ok(
    quality.reasons.some((reason) => reason.includes('8 px apart')),
    quality.reasons.join(),
  );
});

test('dark glasses hide the eyes; a darker photo does not', () => {
  const photo = syntheticPhoto();
  const dimmer = { ...photo.raster, data: photo.raster.data.map((value) => value / 2) };
  assert.deepEqual(faceQuality(withRaster(dimmer), located()).faults, []);
  for (const { x, y } of scaled(1).slice(0, 2)) {
    fill(photo.raster, { x: x - 17, y: y - 10, width: 34, height: 24 }, 25);
  }
  const quality = faceQuality(photo, located());
  assert.deepEqual(quality.faults, ['eyes-hidden']);
  assert.match(quality.reasons[0]!, /eyes are not visible/);
  assert.ok(eyeBrightness(judgedFace(photo, scaled(1))!.luma) < 0.3);
});

test('a face at the edge of the photo is cut off', () => {
  const shifted = scaled(1).map(({ x, y }) => ({ x: x - 85, y })) as unknown as FivePoints;
  const quality = faceQuality(syntheticPhoto(), located(shifted));
  assert.ok(quality.faults.includes('cut-off'), quality.faults.join());
  assert.ok(quality.inPhoto < 0.7 && quality.inPhoto > 0.5, String(quality.inPhoto));
});

test('a turned head and a doubtful detection are told', () => {
  const [a, b, nose, c, d] = scaled(1);
  const turned = faceQuality(syntheticPhoto(), located([a, b, { x: nose.x + 24, y: nose.y }, c, d]));
  assert.ok(turned.faults.includes('turned'));
  assert.match(turned.reasons.join(), /turned to the right of the picture by about \d+°/);
  const doubtful = faceQuality(syntheticPhoto(), located(scaled(1), 0.45));
  assert.deepEqual(doubtful.faults, ['doubtful']);
});

test('landmarks that are no face’s, and pictures of one colour, are poor and crash nothing', () => {
  const point = { x: 5, y: 5 };
  const none = faceQuality(syntheticPhoto(), located([point, point, point, point, point]));
  assert.deepEqual([none.verdict, none.overall, none.pose], ['poor', 0, null]);
  const nan = { x: Number.NaN, y: 5 };
  assert.equal(faceQuality(syntheticPhoto(), located([nan, point, nan, point, nan])).verdict, 'poor');
  const grey = { data: new Uint8Array(220 * 220 * 3).fill(128), width: 220, height: 220 };
  assert.equal(faceQuality(withRaster(grey), located()).sharpness, 0);
  const black = { ...grey, data: new Uint8Array(220 * 220 * 3) };
  for (const value of Object.values(qualityNumbers(faceQuality(withRaster(black), located())))) {
    assert.ok(Number.isFinite(value));
  }
  const far = scaled(1).map(({ x, y }) => ({ x: x + 1e6, y })) as unknown as FivePoints;
  assert.equal(faceQuality(syntheticPhoto(), located(far)).inPhoto, 0);
});
