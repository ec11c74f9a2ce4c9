import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { resizeArea } from '../../src/image/filters/opencv-area.ts';
import { resizeRaster, type Raster } from '../../src/image/index.ts';
import { inRepository } from '../support/repository.ts';
import { difference, paint, waves } from './synthetic.ts';

interface Case {
  readonly from: readonly [number, number];
  readonly to: readonly [number, number];
  readonly nearest: string;
  readonly bilinear: string;
  readonly bicubic: string;
  readonly area: string;
  readonly areaSums: readonly number[];
  readonly areaFloat: readonly number[];
}
const { cases } = JSON.parse(readFileSync(inRepository('test/image/goldens/resize.json'), 'utf8')) as {
  cases: readonly Case[];
};

const title = ({ from, to }: Case): string => `${from.join('×')} → ${to.join('×')}`;

/** The picture of scripts/goldens/resize.py. */
function noise(width: number, height: number): Raster {
  let state = 12345 + width * 1000 + height;
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < data.length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    data[i] = state >>> 24;
  }
  return { data, width, height };
}

const golden = (text: string, [width, height]: readonly [number, number]): Raster => ({
  data: new Uint8Array(Buffer.from(text, 'base64')),
  width,
  height,
});

test('nearest, bilinear and bicubic equal Pillow bit for bit', () => {
  for (const one of cases) {
    for (const filter of ['nearest', 'bilinear', 'bicubic'] as const) {
      const resized = resizeRaster(noise(...one.from), ...one.to, filter);
      assert.deepEqual(resized, golden(one[filter], one.to), `${filter} ${title(one)}`);
    }
  }
});

test('area equals INTER_AREA of OpenCV: exactly as numbers, to one level as bytes', () => {
  for (const one of cases) {
    const [width, height] = one.to;
    const source = noise(...one.from);
    const exact = resizeArea(source.data, source.width, source.height, width, height);
    const stride = Math.max(1, Math.floor(exact.length / 40));
    for (const [i, value] of one.areaFloat.entries()) {
      assert.ok(Math.abs(exact[i * stride]! - value) < 2e-5 * 255, `${title(one)}, number ${i}`);
    }
    for (let c = 0; c < 3; c++) {
      const sum = exact.reduce((total, value, i) => (i % 3 === c ? total + value : total), 0);
      assert.ok(Math.abs(sum - one.areaSums[c]!) < 1e-4 * exact.length, title(one));
    }
    const { largest, mean } = difference(
      resizeRaster(source, width, height, 'area'),
      golden(one.area, one.to),
    );
    // On bytes OpenCV enlarges in integers with 11-bit weights, which lands up to one level away.
    const enlarges = width > source.width || height > source.height;
    assert.ok(largest <= 1 && mean < (enlarges ? 0.2 : 0.005), `${title(one)}: ${largest}, ${mean}`);
  }
});

test('a flat picture stays flat, and the same size gives the same picture', () => {
  const flat = paint(23, 31, () => [200, 7, 255]);
  const picture = waves(23, 31);
  for (const filter of ['area', 'bilinear', 'bicubic', 'nearest'] as const) {
    assert.deepEqual(resizeRaster(picture, 23, 31, filter), picture, filter);
    for (const [width, height] of [
      [7, 5],
      [60, 12],
      [1, 1],
    ] as const) {
      assert.deepEqual(
        resizeRaster(flat, width, height, filter),
        paint(width, height, () => [200, 7, 255]),
      );
    }
  }
});
