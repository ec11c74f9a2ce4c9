import * as fc from 'fast-check';
import type { NpyArray } from '../../src/formats/index.ts';

const dims = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 });
const sizeOf = (shape: readonly number[]): number => shape.reduce((product, dim) => product * dim, 1);

const numeric = {
  float32: fc.float32Array,
  float64: fc.float64Array,
  uint8: fc.uint8Array,
  int8: fc.int8Array,
  uint16: fc.uint16Array,
  int16: fc.int16Array,
  uint32: fc.uint32Array,
  int32: fc.int32Array,
} as const;

const exactly = (count: number): { minLength: number; maxLength: number } => ({
  minLength: count,
  maxLength: count,
});

/** A text without trailing NULs, which NumPy cannot keep. */
export const anyText: fc.Arbitrary<string> = fc
  .string({ unit: 'binary', maxLength: 12 })
  .map((text) => text.replace(/\0+$/, ''));

/** An array of any type, shape and content, empty ones and scalars among them. */
export const anyNpyArray: fc.Arbitrary<NpyArray> = dims.chain((shape) => {
  const size = exactly(sizeOf(shape));
  const numbers = Object.entries(numeric).map(([type, make]) =>
    make(size).map((data) => ({ type, dims: shape, data }) as NpyArray),
  );
  return fc.oneof(
    ...numbers,
    fc.bigInt64Array(size).map((data): NpyArray => ({ type: 'int64', dims: shape, data })),
    fc.uint8Array({ ...size, max: 1 }).map((data): NpyArray => ({ type: 'bool', dims: shape, data })),
    fc.array(anyText, size).map((data): NpyArray => ({ type: 'string', dims: shape, data })),
  );
});
