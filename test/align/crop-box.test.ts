import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assert as check, integer, property, record } from 'fast-check';
import { cropBox } from '../../src/align/index.ts';
import type { Photo, Raster } from '../../src/image/index.ts';
import { VisageError } from '../../src/kernel/index.ts';
import type { BoxAlignment } from '../../src/packs/index.ts';

/** Every pixel tells where it lies: red its column, green its row. */
function map(width: number, height: number): Photo {
  const data = new Uint8Array(3 * width * height);
  for (let at = 0, y = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += 3) data.set([x, y, 200], at);
  }
  return { raster: { data, width, height }, width, height, scale: 1 };
}

const plain: BoxAlignment = {
  method: 'box',
  cropSizePx: 40,
  margin: { unit: 'photo-pixels', value: 0 },
  fit: 'stretch',
  filter: 'nearest',
  corner: 'clip',
};
const pixel = ({ data, width }: Raster, x: number, y: number): number[] => [
  ...data.subarray(3 * (y * width + x), 3 * (y * width + x) + 3),
];
/** Column and row of the photo at the crop's upper left and lower right corner. */
const corners = (crop: Raster): number[] => [
  ...pixel(crop, 0, 0).slice(0, 2),
  ...pixel(crop, crop.width - 1, crop.height - 1).slice(0, 2),
];

test('a box of the size of the crop gives its pixels unchanged', () => {
  const crop = cropBox(map(200, 150), { x: 30, y: 50, width: 40, height: 40 }, plain);
  for (const [x, y] of [
    [0, 0],
    [39, 0],
    [17, 31],
    [39, 39],
  ] as const) {
    assert.deepEqual(pixel(crop, x, y), [30 + x, 50 + y, 200]);
  }
});

test('margins: pixels of the photo, pixels of the crop, shares of each side', () => {
  const box = { x: 100, y: 60, width: 40, height: 80 };
  const cut = (unit: BoxAlignment['margin']['unit'], value: number, cropSizePx = 160) =>
    corners(cropBox(map(250, 220), box, { ...plain, cropSizePx, margin: { unit, value } }));
  assert.deepEqual(cut('photo-pixels', 20), [90, 50, 149, 149]);
  // facenet-pytorch, extract_face: margin·side/(image_size − margin) = 32·40/128 = 10 and 32·80/128 = 20.
  assert.deepEqual(cut('crop-pixels', 32), [95, 50, 144, 149]);
  assert.deepEqual(cut('share', 0.5), [90, 40, 149, 159]);
});

test('a corner outside is cut off, or made positive with the size kept, as the tutorial does', () => {
  const box = { x: -6, y: -3, width: 46, height: 43 };
  assert.deepEqual(corners(cropBox(map(200, 150), box, plain)), [0, 0, 39, 39]);
  const absolute = cropBox(map(200, 150), box, { ...plain, corner: 'absolute' });
  assert.deepEqual(corners(absolute), [6, 3, 51, 45]);
  // NumPy ends slices at the border.
  const large = cropBox(map(50, 44), box, { ...plain, corner: 'absolute' });
  assert.deepEqual(corners(large), [6, 3, 49, 43]);
});

test('letterbox keeps the shape and centres it in black, the odd pixel of padding behind', () => {
  const crop = cropBox(
    map(200, 150),
    { x: 20, y: 10, width: 80, height: 30 },
    { ...plain, fit: 'letterbox' },
  );
  // 80 × 30 in 40 × 40: 40 × 15, so 12 black rows above and 13 below.
  assert.deepEqual(pixel(crop, 5, 11), [0, 0, 0]);
  assert.equal(pixel(crop, 5, 12)[2], 200);
  assert.equal(pixel(crop, 5, 26)[2], 200);
  assert.deepEqual(pixel(crop, 5, 27), [0, 0, 0]);
});

test('in a photo that was shrunk while decoding boxes are still of the whole photo', () => {
  const small = map(100, 75);
  const photo = { ...small, width: 200, height: 150, scale: 2 };
  const crop = cropBox(photo, { x: 40, y: 20, width: 80, height: 80 }, plain);
  assert.deepEqual(corners(crop), [20, 10, 59, 49]);
});

test('a box without a pixel in the photo is refused; any other gives a whole crop', () => {
  const photo = map(64, 48);
  check(
    property(
      record({
        x: integer({ min: -90, max: 90 }),
        y: integer({ min: -90, max: 90 }),
        width: integer({ min: 0, max: 120 }),
        height: integer({ min: 0, max: 120 }),
      }),
      (box) => {
        const seen =
          Math.min(64, box.x + box.width) > Math.max(0, box.x) &&
          Math.min(48, box.y + box.height) > Math.max(0, box.y);
        let crop: Raster | undefined;
        try {
          crop = cropBox(photo, box, { ...plain, filter: 'bilinear' });
        } catch (thrown) {
          assert.ok(thrown instanceof VisageError && thrown.code === 'CROP_EMPTY', String(thrown));
        }
        assert.equal(crop !== undefined, seen);
        if (crop) assert.equal(crop.data.length, 40 * 40 * 3);
      },
    ),
  );
});
