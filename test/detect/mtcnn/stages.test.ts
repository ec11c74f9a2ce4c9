import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { boxOf } from '../../../src/detect/mtcnn/box-rule.ts';
import { clippedBoxes, shiftSides, squaresAround, wholeBoxes } from '../../../src/detect/mtcnn/boxes.ts';
import { byScore } from '../../../src/detect/mtcnn/candidates.ts';
import {
  type Canvas,
  canvasLength,
  canvasTensor,
  cellCount,
  planCanvases,
} from '../../../src/detect/mtcnn/canvas.ts';
import { CropAxes } from '../../../src/detect/mtcnn/crop-axes.ts';
import { WholeMeans } from '../../../src/detect/mtcnn/means.ts';
import { proposalsAt } from '../../../src/detect/mtcnn/proposals.ts';
import { cascadeRules, type CascadeRules } from '../../../src/detect/mtcnn/rules.ts';
import { type PictureScale, pictureScales } from '../../../src/detect/mtcnn/scales.ts';
import { PlainStretchSums, SharedMeans } from '../../../src/detect/mtcnn/shared-means.ts';
import { SimdMeans } from '../../../src/detect/mtcnn/simd-means.ts';
import { SimdStretchSums } from '../../../src/detect/mtcnn/simd-stretch-sums.ts';
import { suppressCandidates } from '../../../src/detect/mtcnn/suppression.ts';
import { PlainView, SummedView, type View } from '../../../src/detect/mtcnn/view.ts';
import { decodePhoto, resizeArea, type Raster } from '../../../src/image/index.ts';
import { type Box, Random } from '../../../src/kernel/index.ts';
import { mtcnnProposalNet } from '../../../src/nets/index.ts';
import { publishedMtcnnWeights } from '../../support/mtcnn-pool.ts';
import { inShared, skipWithoutShared } from '../../support/repository.ts';
import { openSession, runSession } from '../../support/session.ts';

const { davidsandberg } = cascadeRules;
const { lengthAt } = davidsandberg;
const union = (most: number) => ({ most, measure: 'union', lastPixel: 1 }) as const;

test('the sizes of a picture are those of the published algorithm', () => {
  // shared/facts/model-files.md, 6.6
  const wanted = [0.6, 0.4254, 0.301609, 0.21384, 0.151613, 0.107494, 0.076213, 0.054035, 0.038311, 0.027162];
  const scales = pictureScales(561, 561, 20, 0.709, lengthAt);
  assert.deepEqual(
    scales.map(({ scale }) => Number(scale.toFixed(6))),
    wanted,
  );
  assert.deepEqual([scales[0]!.width, scales[1]!.width, scales.at(-1)!.height], [337, 239, 16]);
  assert.deepEqual(pictureScales(19, 400, 20, 0.709, lengthAt), []);
});

const pictureSide = fc.integer({ min: 20, max: 3000 });

test('canvases show every cell of every scale once, at even places, nothing upon another', () => {
  fc.assert(
    fc.property(pictureSide, pictureSide, fc.constantFrom(12, 20, 33), (width, height, minFacePx) => {
      const scales = pictureScales(width, height, minFacePx, 0.709, lengthAt);
      const canvases = planCanvases(scales);
      const rows = scales.map(({ height }) => new Uint8Array(cellCount(height)));
      for (const { width, height, pieces } of canvases) {
        assert.ok(width % 2 === 0 && height % 2 === 0);
        for (const [i, piece] of pieces.entries()) {
          assert.equal(piece.width, scales[piece.scale]!.width);
          assert.ok(piece.left % 2 === 0 && piece.top % 2 === 0 && piece.firstRow % 2 === 0);
          assert.ok(piece.left + piece.width <= width && piece.top + piece.height <= height);
          for (const other of pieces.slice(0, i)) {
            const apart =
              piece.left >= other.left + other.width ||
              other.left >= piece.left + piece.width ||
              piece.top >= other.top + other.height ||
              other.top >= piece.top + piece.height;
            assert.ok(apart);
          }
          for (let row = 0; row < cellCount(piece.height); row++) {
            rows[piece.scale]![piece.firstRow / 2 + row]!++;
          }
        }
      }
      for (const shown of rows) assert.ok(shown.every((times) => times === 1));
    }),
    { numRuns: 60 },
  );
});

/** Greedy suppression over all pairs. */
function plainSuppression(
  boxes: Float64Array,
  scores: Float64Array,
  most: number,
  smaller: boolean,
  lastPixel: 0 | 1,
): number[] {
  const area = (l: number, t: number, r: number, b: number): number =>
    Math.max(0, r - l + lastPixel) * Math.max(0, b - t + lastPixel);
  const sides = (i: number) => [...boxes.subarray(4 * i, 4 * i + 4)] as [number, number, number, number];
  const overlap = (i: number, j: number): number => {
    const [a, b] = [sides(i), sides(j)];
    const shared = area(
      Math.max(a[0], b[0]),
      Math.max(a[1], b[1]),
      Math.min(a[2], b[2]),
      Math.min(a[3], b[3]),
    );
    const [first, second] = [area(...a), area(...b)];
    return shared === 0 ? 0 : shared / (smaller ? Math.min(first, second) : first + second - shared);
  };
  const kept: number[] = [];
  for (const i of byScore(scores)) if (kept.every((j) => overlap(i, j) <= most)) kept.push(i);
  return kept;
}

test('suppression among neighbours keeps what suppression over all pairs keeps', () => {
  const box = fc.tuple(
    fc.integer({ min: -80, max: 200 }),
    fc.integer({ min: -80, max: 200 }),
    fc.integer({ min: 0, max: 60 }),
    fc.integer({ min: 0, max: 60 }),
    fc.constantFrom(0.5, 0.7, 0.8, 0.9, 0.95),
  );
  fc.assert(
    fc.property(
      fc.array(box, { maxLength: 80 }),
      fc.constantFrom(0, 0.3, 0.5, 0.7),
      fc.boolean(),
      fc.constantFrom<0 | 1>(0, 1),
      (list, most, smaller, lastPixel) => {
        const boxes = Float64Array.from(list.flatMap(([x, y, w, h]) => [x, y, x + w, y + h]));
        const scores = Float64Array.from(list, ([, , , , score]) => score);
        const kept = suppressCandidates(
          { count: list.length, boxes, scores },
          { most, measure: smaller ? 'smaller' : 'union', lastPixel },
        );
        assert.deepEqual(kept, plainSuppression(boxes, scores, most, smaller, lastPixel));
      },
    ),
  );
});

test('equal scores are taken from the last to the first', () => {
  assert.deepEqual([...byScore(Float64Array.of(0.5, 0.9, 0.5, 0.9))], [3, 1, 2, 0]);
});

test('sides move by shares of the box, after P-Net without its last pixel', () => {
  const boxes = Float64Array.of(10, 20, 29, 59);
  const candidates = {
    count: 1,
    boxes,
    scores: Float64Array.of(1),
    shifts: Float64Array.of(0.1, -0.1, 0.5, 0),
  };
  assert.deepEqual([...shiftSides(candidates, 1)], [12, 16, 39, 59]);
  assert.deepEqual([...shiftSides(candidates, 0)], [11.9, 16.1, 38.5, 59]);
});

test('squares keep the centre, then lose their fractions towards zero', () => {
  assert.deepEqual([...wholeBoxes(squaresAround(Float64Array.of(10.5, 20, 20.5, 40)))], [5, 20, 25, 40]);
  assert.deepEqual([...wholeBoxes(squaresAround(Float64Array.of(-3.7, -9.5, 4.3, -3)))], [-3, -10, 4, -2]);
});

test('what is clipped ends with the picture; outside of it nothing is left', () => {
  const boxes = Float64Array.of(-3, 0, 9, 30, 15, 2, 18, 6);
  assert.deepEqual([...clippedBoxes(boxes, 12, 20)], [1, 1, 9, 20, 15, 2, 12, 6]);
});

test('boxes follow the rule of each version', () => {
  const sides = [-4.6, 7.9, 20.2, 30.4] as const;
  assert.deepEqual(boxOf(sides, '0.1.0'), { x: -4, y: 7, width: 24, height: 22 });
  assert.deepEqual(boxOf(sides, '0.1.1'), { x: 0, y: 7, width: 20, height: 23 });
  assert.deepEqual(boxOf([-0.5, 0, 3, 4], '0.1.0'), { x: 0, y: 0, width: 3, height: 4 });
  assert.deepEqual(boxOf([1.5, 2, 3, 4], 'exact'), { x: 1.5, y: 2, width: 1.5, height: 2 });
});

const noise = (width: number, height: number, seed: number): Raster => {
  const random = new Random(seed);
  return { data: Uint8Array.from({ length: 3 * width * height }, () => random.integer(256)), width, height };
};

/** A picture by all routes, in memory that has held another one. */
function viewsOf(picture: Raster, scales: readonly PictureScale[], rules: CascadeRules): View[] {
  const means = scales.map((scale) => ({
    ...scale,
    across: rules.stretches(picture.width, scale.width),
    down: rules.stretches(picture.height, scale.height),
  }));
  const routes =
    rules === davidsandberg
      ? [new SharedMeans(new PlainStretchSums()), new SharedMeans(SimdStretchSums.create()!)]
      : [new WholeMeans(), SimdMeans.create()!];
  const summed = routes.map((route) => {
    route.take(noise(picture.width + 1, picture.height + 2, 9));
    route.input(100).fill(9);
    return new SummedView(picture, means, rules, route);
  });
  return [new PlainView(picture, scales, rules), ...summed];
}

const look = (view: View, canvas: Canvas) =>
  canvasTensor(canvas, view.input(canvasLength(canvas)).fill(9), (piece, to) => view.piece(piece, to));

function cropOf(view: View, box: Box, size: number, rules: CascadeRules): Float32Array {
  const data = view.input(3 * size * size).fill(9);
  view.crop(box, new CropAxes(size, rules), { data, start: 0, row: size, plane: size * size });
  return data.slice();
}

test('what P-Net sees is the same to the bit out of a table of sums and pixel by pixel', () => {
  const side = fc.integer({ min: 12, max: 150 });
  fc.assert(
    fc.property(side, side, fc.constantFrom(...Object.values(cascadeRules)), (width, height, rules) => {
      const scales = pictureScales(width, height, 12, 0.709, rules.lengthAt);
      const fills = viewsOf(noise(width, height, width), scales, rules).map((view) =>
        planCanvases(scales).map((canvas) => look(view, canvas).data.slice()),
      );
      for (const fill of fills) assert.deepEqual(fill, fills[0]);
    }),
    { numRuns: 60 },
  );
});

test('a crop by means of whole pixels is the same out of a table of sums and pixel by pixel', () => {
  const place = fc.tuple(fc.integer({ min: 0, max: 99 }), fc.integer({ min: 0, max: 99 }));
  const rules = cascadeRules['facenet-pytorch'];
  fc.assert(
    fc.property(place, place, fc.constantFrom(24, 48), (a, b, size) => {
      const [x, y] = [Math.min(a[0], b[0]), Math.min(a[1], b[1])];
      const box = { x, y, width: 1 + Math.abs(a[0] - b[0]), height: 1 + Math.abs(a[1] - b[1]) };
      const [plain, summed, simd] = viewsOf(noise(100, 100, x), [], rules).map((view) =>
        cropOf(view, box, size, rules),
      );
      assert.deepEqual(simd, summed);
      plain!.forEach((value, i) => assert.ok(Math.abs(value - summed![i]!) < 1e-6));
    }),
    { numRuns: 60 },
  );
});

test('a crop is the box, black outside of the picture, resized by area', () => {
  const edge = fc.integer({ min: -60, max: 100 });
  const length = fc.integer({ min: 1, max: 110 });
  fc.assert(
    fc.property(edge, edge, length, length, fc.constantFrom(24, 48), (x, y, width, height, size) => {
      const picture = noise(47, 39, x + y);
      const padded = new Float64Array(3 * width * height);
      for (let j = 0; j < height; j++) {
        for (let i = 0; i < width; i++) {
          const [column, row] = [x - 1 + i, y - 1 + j];
          if (column < 0 || row < 0 || column >= picture.width || row >= picture.height) continue;
          const from = 3 * (row * picture.width + column);
          padded.set(picture.data.subarray(from, from + 3), 3 * (j * width + i));
        }
      }
      const wanted = resizeArea(padded, width, height, size, size);
      for (const view of viewsOf(picture, [], davidsandberg)) {
        // A larger box first: nothing of it may be left behind.
        cropOf(view, { x: -21, y: -21, width: 121, height: 121 }, size, davidsandberg);
        const crop = cropOf(view, { x: x - 1, y: y - 1, width, height }, size, davidsandberg);
        for (let i = 0; i < size * size; i++) {
          for (let c = 0; c < 3; c++) {
            assert.ok(Math.abs(crop[c * size * size + i]! - (wanted[3 * i + c]! - 127.5) / 128) < 1e-6);
          }
        }
      }
    }),
    { numRuns: 100 },
  );
});

test('a cell that fires alone has the shifts of the mirrored column, several have their own', () => {
  const scale = { scale: 0.6, width: 20, height: 16 };
  const [canvas] = planCanvases([scale]);
  const [columns, rows] = [cellCount(20), cellCount(16)];
  assert.deepEqual([columns, rows], [5, 3]);
  const cells = Float32Array.from({ length: 5 * columns * rows }, (_, i) => (i < columns * rows ? -9 : i));
  const at = columns + 1;
  cells[at] = 3;
  const shift = (place: number): number[] => [1, 2, 3, 4].map((side) => side * columns * rows + place);
  const alone = proposalsAt(0, scale, [{ canvas: canvas!, cells }], 0.6, davidsandberg);
  assert.equal(alone.count, 1);
  assert.deepEqual([...alone.shifts], shift(columns + 3));
  // (2·1 + 1)/0.6, (2·1 + 12)/0.6
  assert.deepEqual([...alone.boxes], [5, 5, 23, 23]);
  cells[0] = 3;
  const two = proposalsAt(0, scale, [{ canvas: canvas!, cells }], 0.6, davidsandberg);
  assert.deepEqual([...two.shifts], [...shift(0), ...shift(at)]);
});

test('all scales at once give the proposals of one run a scale, which are the published ones', {
  skip: skipWithoutShared('models/mtcnn/ivan.jpg'),
}, async () => {
  const session = await openSession(mtcnnProposalNet((await publishedMtcnnWeights()).pnet));
  const { raster } = await decodePhoto(inShared('models/mtcnn/ivan.jpg'));
  const scales = pictureScales(raster.width, raster.height, 20, 0.709, lengthAt);
  const [view] = viewsOf(raster, scales, davidsandberg);
  const propose = async (canvas: Canvas) => {
    const { dims, data } = look(view!, canvas);
    const { cells } = await runSession(session, { type: 'float32', dims, data: data.slice() });
    return { canvas, cells: cells!.data };
  };
  const canvases = planCanvases(scales);
  assert.ok(canvases.length < scales.length);
  const together = await Promise.all(canvases.map(propose));
  const counts: number[] = [];
  for (const [index, scale] of scales.entries()) {
    const { width, height } = scale;
    const piece = { scale: index, width, height, firstRow: 0, left: 0, top: 0 };
    const alone = await propose({ width, height, pieces: [piece] });
    const wanted = proposalsAt(index, scale, [alone], 0.6, davidsandberg);
    const got = proposalsAt(index, scale, together, 0.6, davidsandberg);
    assert.deepEqual(got, wanted);
    counts.push(got.count, suppressCandidates(got, union(0.5)).length);
  }
  // shared/facts/model-files.md, 6.6: cells and what suppression leaves, by scale
  const fired = [144, 133, 114, 89, 47, 16, 11, 4, 0, 0];
  const left = [71, 73, 48, 39, 17, 9, 5, 3, 0, 0];
  assert.deepEqual(
    counts,
    fired.flatMap((count, i) => [count, left[i]!]),
  );
  await session.release();
});
