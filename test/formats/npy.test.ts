import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { parse } from 'npyjs';
import { readNpy, writeNpy, type NpyArray } from '../../src/formats/index.ts';
import { VisageError } from '../../src/kernel/index.ts';
import { inRepository } from '../support/repository.ts';
import { anyNpyArray } from '../support/npy-arrays.ts';

interface GoldenArray {
  readonly type: string;
  readonly dims: number[];
  readonly values: (number | string)[];
  readonly file: string;
}
const golden = JSON.parse(readFileSync(inRepository('test/formats/goldens/npz.json'), 'utf8')) as {
  npy: Record<string, GoldenArray>;
  refused: Record<string, string>;
};
const bytesOf = (base64: string): Uint8Array => new Uint8Array(Buffer.from(base64, 'base64'));
const valuesOf = (array: NpyArray): (number | string)[] =>
  Array.from(array.data as ArrayLike<number | bigint | string>, (value) =>
    typeof value === 'bigint' ? String(value) : value,
  );

describe('what NumPy wrote is read', () => {
  for (const [name, { type, dims, values, file }] of Object.entries(golden.npy)) {
    test(name, () => {
      const array = readNpy(bytesOf(file), 'a.npy');
      assert.equal(array.type, type);
      assert.deepEqual(array.dims, dims);
      assert.deepEqual(valuesOf(array), values);
    });
  }
});

test('what we write of the same arrays is byte for byte what NumPy writes', () => {
  let compared = 0;
  for (const [name, { file }] of Object.entries(golden.npy)) {
    // Not ours to repeat: another order or version, and width 14 for no text at all.
    if (/Fortran|big endian|version|empty text/.test(name)) continue;
    const bytes = bytesOf(file);
    assert.deepEqual(Buffer.from(writeNpy(readNpy(bytes, name))), Buffer.from(bytes), name);
    compared++;
  }
  assert.ok(compared >= 10, `${compared} compared`);
});

test('objects, records, complex numbers and dates are refused, not guessed', () => {
  for (const [name, file] of Object.entries(golden.refused)) {
    assert.throws(() => readNpy(bytesOf(file), 'a.npy'), { code: 'FORMAT_UNSUPPORTED' }, name);
  }
});

test('npyjs reads what we write', () => {
  fc.assert(
    fc.property(anyNpyArray, (array) => {
      const bytes = writeNpy(array);
      const other = parse(bytes.slice().buffer);
      assert.deepEqual(other.shape, array.dims);
      assert.equal(other.fortranOrder, false);
      if (array.type === 'string') return;
      // npyjs gives truth values as booleans.
      const theirs = Array.from(other.data as unknown as ArrayLike<number | bigint | boolean>, (value) =>
        typeof value === 'boolean' ? Number(value) : value,
      );
      assert.deepEqual(theirs, Array.from(array.data as ArrayLike<number | bigint>));
    }),
  );
});

test('every array survives a round trip, from an unaligned place too', () => {
  fc.assert(
    fc.property(anyNpyArray, fc.integer({ min: 0, max: 7 }), (array, shift) => {
      const bytes = writeNpy(array);
      const moved = new Uint8Array(bytes.length + shift);
      moved.set(bytes, shift);
      assert.deepEqual(readNpy(moved.subarray(shift), 'a.npy'), array);
      assert.deepEqual(readNpy(Buffer.from(moved.buffer, shift), 'a.npy'), array);
    }),
  );
});

test('damaged files give a coded error or an array, never anything else', () => {
  const seeds = Object.values(golden.npy).map(({ file }) => bytesOf(file));
  const damage = fc.array(fc.tuple(fc.nat(400), fc.integer({ min: 0, max: 255 })), { maxLength: 6 });
  fc.assert(
    fc.property(fc.constantFrom(...seeds), damage, fc.nat(600), (seed, changes, cut) => {
      const bytes = seed.slice(0, Math.max(0, seed.length - (cut > 300 ? cut - 300 : 0)));
      for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
      try {
        readNpy(bytes, 'a.npy');
      } catch (thrown) {
        assert.ok(thrown instanceof VisageError && thrown.code.startsWith('FORMAT_'), String(thrown));
      }
    }),
    { numRuns: 2000 },
  );
});

const withHeader = (text: string, data = new Uint8Array(0)): Uint8Array => {
  const header = new TextEncoder().encode(text.padEnd(117) + '\n');
  const start = [0x93, ...new TextEncoder().encode('NUMPY'), 1, 0, header.length & 255, header.length >> 8];
  return Uint8Array.from([...start, ...header, ...data]);
};

describe('headers that lie', () => {
  const lies: Record<string, string> = {
    'more than is there': "{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000, 4), }",
    'a shape beyond counting':
      "{'descr': '<f4', 'fortran_order': False, 'shape': (9007199254740993, 9007199254740993), }",
    'endless empty texts': "{'descr': '<U0', 'fortran_order': False, 'shape': (900000000000, ), }",
    'a negative side': "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }",
    'a shape that is a number': "{'descr': '<f4', 'fortran_order': False, 'shape': (1), }",
    'no shape': "{'descr': '<f4', 'fortran_order': False, }",
    'one key too many': "{'descr': '<f4', 'fortran_order': False, 'shape': (), 'extra': 'x', }",
    'code instead of a shape': "{'descr': '<f4', 'fortran_order': False, 'shape': __import__('os'), }",
    'something behind it': "{'descr': '<f4', 'fortran_order': False, 'shape': (), } + 1",
    'a hundred dimensions': `{'descr': '<f4', 'fortran_order': False, 'shape': (${'1, '.repeat(100)}), }`,
  };
  for (const [name, header] of Object.entries(lies)) {
    test(name, () => {
      const bytes = withHeader(header, new Uint8Array(4));
      assert.throws(() => readNpy(bytes, 'a.npy'), { code: 'FORMAT_INVALID' });
    });
  }

  test('keys in another order, other quotes and Python 2 integers are fine', () => {
    const header = `{"shape": (2L, 1L), 'fortran_order': False, "descr": '=u1'}`;
    assert.deepEqual(readNpy(withHeader(header, Uint8Array.of(5, 6)), 'a.npy'), {
      type: 'uint8',
      dims: [2, 1],
      data: Uint8Array.of(5, 6),
    });
  });

  test('a number beyond Unicode is no text', () => {
    const header = "{'descr': '<U1', 'fortran_order': False, 'shape': (1,), }";
    assert.throws(() => readNpy(withHeader(header, Uint8Array.of(0, 0, 0x11, 0)), 'a.npy'), {
      code: 'FORMAT_INVALID',
      message: /no character/,
    });
  });
});

test('data that do not fit the shape are not written', () => {
  const array: NpyArray = { type: 'uint8', dims: [2, 2], data: Uint8Array.of(1, 2, 3) };
  assert.throws(() => writeNpy(array), { code: 'FORMAT_INVALID', message: /needs 4 items, got 3/ });
});
