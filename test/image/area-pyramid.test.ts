import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { adaptiveAxis, averageToSizes, resizeRaster, shrinkToSizes } from '../../src/image/index.ts';
import { Random } from '../../src/kernel/index.ts';
import { inRepository } from '../support/repository.ts';

const side = fc.integer({ min: 1, max: 60 });

test('every size of a pyramid is what resizing the picture to it by area gives', () => {
  fc.assert(
    fc.property(
      side,
      side,
      fc.array(fc.tuple(fc.nat(1000), fc.nat(1000)), { maxLength: 4 }),
      fc.nat(),
      (width, height, shares, seed) => {
        const random = new Random(seed);
        const data = Uint8Array.from({ length: width * height * 3 }, () => random.integer(256));
        const picture = { data, width, height };
        const sizes = shares.map(([x, y]) => ({
          width: Math.max(1, Math.ceil((width * x) / 1000)),
          height: Math.max(1, Math.ceil((height * y) / 1000)),
        }));
        for (const level of shrinkToSizes(picture, sizes)) {
          assert.deepEqual(level, resizeRaster(picture, level.width, level.height, 'area'));
        }
      },
    ),
    { numRuns: 300 },
  );
});

test('photos of usual sizes shrink by halves, thirds and odd shares to the same bytes', () => {
  const random = new Random(5);
  for (const [width, height] of [
    [250, 250],
    [640, 427],
    [333, 500],
  ] as const) {
    const picture = {
      data: Uint8Array.from({ length: width * height * 3 }, () => random.integer(256)),
      width,
      height,
    };
    const sizes = [1, 1 / 2, 1 / 3, 0.6, 0.6 * 0.709, 0.6 * 0.709 ** 4, 0.05].map((scale) => ({
      width: Math.ceil(width * scale),
      height: Math.ceil(height * scale),
    }));
    for (const level of shrinkToSizes(picture, sizes)) {
      const alone = resizeRaster(picture, level.width, level.height, 'area');
      assert.ok(
        Buffer.compare(level.data, alone.data) === 0,
        `${width}×${height} to ${level.width}×${level.height}`,
      );
    }
  }
});

test('averages over whole pixels are those of PyTorch, enlarging too', () => {
  // Made by scripts/goldens/mtcnn.py.
  const goldens = JSON.parse(
    readFileSync(inRepository('test', 'nets', 'goldens', 'mtcnn.json'), 'utf8'),
  ) as Record<string, { dims: number[]; data: number[] }>;
  const { dims, data } = goldens['pixels']!;
  const [height, width] = dims as [number, number];
  const sizes = [
    [3, 4],
    [7, 6],
    [9, 13],
  ] as const;
  const levels = averageToSizes(
    { data: Uint8Array.from(data), width, height },
    sizes.map(([height, width]) => ({ width, height })),
  );
  for (const [i, [rows, columns]] of sizes.entries()) {
    const golden = goldens[`area ${rows}x${columns}`]!.data;
    const [down, across] = [adaptiveAxis(height, rows), adaptiveAxis(width, columns)];
    for (let y = 0; y < rows; y++) {
      for (let x = 0; x < columns; x++) {
        for (let c = 0; c < 3; c++) {
          const at = (y * columns + x) * 3 + c;
          let mean = 0;
          for (let v = down.starts[y]!; v < down.starts[y + 1]!; v++) {
            for (let u = across.starts[x]!; u < across.starts[x + 1]!; u++) {
              const pixel = data[(down.indices[v]! * width + across.indices[u]!) * 3 + c]!;
              mean += down.weights[v]! * across.weights[u]! * pixel;
            }
          }
          assert.ok(Math.abs(levels[i]!.data[at]! - golden[at]!) < 1e-5);
          assert.ok(Math.abs(mean - golden[at]!) < 1e-6);
        }
      }
    }
  }
});
