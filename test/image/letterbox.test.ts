import assert from 'node:assert/strict';
import { test } from 'node:test';
import { halve, letterbox, placeOnCanvas } from '../../src/image/index.ts';
import { difference, paint, pixel, waves } from './synthetic.ts';

const smooth = (x: number, y: number): [number, number, number] => [
  128 + 120 * Math.sin(x / 80),
  128 + 120 * Math.cos(y / 60),
  x / 4,
];

test('a picture keeps its shape, sits at the top left, and the rest is black', async () => {
  const wide = await letterbox(waves(400, 100), 128, 96);
  assert.deepEqual([wide.raster.width, wide.raster.height, wide.raster.data.length], [128, 96, 128 * 96 * 3]);
  assert.deepEqual([wide.scaleX, wide.scaleY], [0.32, 0.32]);
  assert.ok(wide.raster.data.subarray(128 * 32 * 3).every((value) => value === 0));
  assert.notDeepEqual(pixel(wide.raster, 127, 31), [0, 0, 0]);
  const tall = await letterbox(waves(100, 300), 128, 96);
  assert.deepEqual([tall.scaleX, tall.scaleY], [0.32, 0.32]);
  assert.deepEqual(pixel(tall.raster, 33, 50), [0, 0, 0]);
});

test('positions map by the scales: a smooth picture stays the same function', async () => {
  const { raster, scaleX, scaleY } = await letterbox(paint(1001, 777, smooth), 256, 256);
  const fitted = paint(256, Math.round(777 * scaleY), (x, y) => smooth(x / scaleX, y / scaleY));
  const inside = { ...fitted, data: raster.data.subarray(0, fitted.data.length) };
  assert.ok(difference(inside, fitted).mean < 1);
});

test('shrinking is anti-aliased: one-pixel stripes turn grey', async () => {
  const stripes = paint(1200, 900, (x) => (Math.floor(x) % 2 === 0 ? [255, 255, 255] : [0, 0, 0]));
  const { raster } = await letterbox(stripes, 320, 240);
  // The filter repeats the edge pixel, so the outermost columns stay a shade lighter or darker.
  for (let x = 1; x < 319; x++) assert.ok(Math.abs(pixel(raster, x, 100)[0]! - 127.5) < 4);
});

test('halving averages four pixels, odd sides lose their last', () => {
  const picture = waves(31, 21);
  const halved = halve(picture);
  assert.deepEqual([halved.width, halved.height], [15, 10]);
  for (const [x, y] of [
    [0, 0],
    [14, 9],
    [7, 3],
  ] as const) {
    const four = [
      [0, 0],
      [1, 0],
      [0, 1],
      [1, 1],
    ].map(([i, j]) => pixel(picture, 2 * x + i!, 2 * y + j!));
    const means = [0, 1, 2].map((c) => Math.floor((four.reduce((sum, p) => sum + p[c]!, 0) + 2) / 4));
    assert.deepEqual(pixel(halved, x, y), means);
  }
});

test('a picture is placed on a canvas where asked, and cut off at its edges', () => {
  const picture = waves(10, 8);
  const canvas = placeOnCanvas(picture, 20, 20, 5, 6);
  assert.deepEqual(pixel(canvas, 5, 6), pixel(picture, 0, 0));
  assert.deepEqual(pixel(canvas, 14, 13), pixel(picture, 9, 7));
  assert.deepEqual(pixel(canvas, 15, 13), [0, 0, 0]);
  const cut = placeOnCanvas(picture, 6, 6, -3, -4);
  assert.deepEqual(pixel(cut, 0, 0), pixel(picture, 3, 4));
  assert.deepEqual(pixel(cut, 5, 3), pixel(picture, 8, 7));
  assert.deepEqual(pixel(cut, 0, 4), [0, 0, 0]);
  assert.ok(placeOnCanvas(picture, 6, 6, 50, 0).data.every((value) => value === 0));
});
