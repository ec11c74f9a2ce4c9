import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { SummedArea } from '../../src/image/index.ts';
import { Random } from '../../src/kernel/index.ts';

test('four sums give what a rectangle holds, in room that held another picture too', () => {
  const side = fc.integer({ min: 1, max: 30 });
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(side, side, fc.tuple(share, share, share, share), (width, height, [a, b, c, d]) => {
      const random = new Random(width);
      const data = Uint8Array.from({ length: 3 * width * height }, () => random.integer(256));
      const room = new Int32Array(3 * 31 * 31).fill(7).buffer;
      const { sums, stride } = new SummedArea({ data, width, height }, room);
      const [left, right] = [Math.min(a, b), Math.max(a, b)].map((at) => Math.round(at * width));
      const [top, bottom] = [Math.min(c, d), Math.max(c, d)].map((at) => Math.round(at * height));
      const at = (column: number, row: number): number => row * stride + 3 * column;
      for (let channel = 0; channel < 3; channel++) {
        let sum = 0;
        for (let y = top!; y < bottom!; y++) {
          for (let x = left!; x < right!; x++) sum += data[3 * (y * width + x) + channel]!;
        }
        const corner = (column: number, row: number): number => sums[at(column, row) + channel]!;
        const got =
          corner(right!, bottom!) - corner(left!, bottom!) - corner(right!, top!) + corner(left!, top!);
        assert.equal(got, sum);
      }
    }),
  );
});

test('room that is too small is not used', () => {
  const raster = { data: new Uint8Array(12).fill(255), width: 2, height: 2 };
  const room = new ArrayBuffer(4 * 26);
  const { sums } = new SummedArea(raster, room);
  assert.notEqual(sums.buffer, room);
  assert.deepEqual([...sums.subarray(-3)], [1020, 1020, 1020]);
});
