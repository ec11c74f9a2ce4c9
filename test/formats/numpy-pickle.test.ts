import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { readNpyObjects, writeNpy, type NpyArray } from '../../src/formats/index.ts';
import { VisageError } from '../../src/kernel/index.ts';
import { pickle, PickleCall, PickleClass, PickleTuple } from '../support/pickle-writer.ts';
import { inRepository, inShared, skipWithoutShared } from '../support/repository.ts';

/** Made by scripts/goldens/numpy_pickle.py: files by name and protocol, as hex. */
const goldens = JSON.parse(
  readFileSync(inRepository('test', 'formats', 'goldens', 'numpy-pickle.json'), 'utf8'),
) as Record<string, Record<string, string>>;

const path = 'weights.npy';
const read = (bytes: Uint8Array): unknown => readNpyObjects(bytes, path);
const array = (type: string, dims: number[], data: unknown): unknown => ({ type, dims, data });

const base = array('float32', [2, 3], Float32Array.of(0, 1, 2, 3, 4, 5));
const shared = array('float64', [2], Float64Array.of(1.5, -2.5));
const wanted: Record<string, unknown> = {
  layers: new Map([
    [
      'conv1',
      new Map([
        ['weights', base],
        ['biases', array('float32', [3], Float32Array.of(0, 1, 2))],
      ]),
    ],
    ['PReLU1', new Map([['alpha', array('float32', [2], Float32Array.of(1, 4))]])],
  ]),
  types: [
    array('int32', [2], Int32Array.of(1, -2)),
    array('float64', [2, 1], Float64Array.of(1.25, 7)),
    array('uint8', [2], Uint8Array.of(0, 255)),
    array('bool', [2], Uint8Array.of(1, 0)),
    array('float32', [2, 0, 3], new Float32Array()),
    array('float32', [], Float32Array.of(-3.5)),
  ],
  shared: [shared, shared, new Map([['a', shared]])],
  objects: [null, 'ä', [base]],
};

for (const [name, files] of Object.entries(goldens)) {
  test(`NumPy's ${name} are read in every protocol`, () => {
    for (const [protocol, hex] of Object.entries(files)) {
      assert.deepEqual(read(Buffer.from(hex, 'hex')), wanted[name], `protocol ${protocol}`);
    }
  });
}

test('MTCNN of davidsandberg is read, arrays in Fortran order included', {
  skip: skipWithoutShared('models/mtcnn'),
}, () => {
  const layers = read(readFileSync(inShared('models/mtcnn/det2.npy'))) as Map<string, Map<string, NpyArray>>;
  const { dims, data } = layers.get('conv5-1')!.get('weights')!;
  assert.deepEqual(dims, [128, 2]);
  // numpy.load(…).item()['conv5-1']['weights'][0] and [127]
  const known = [data[0], data[1], data[254], data[255]].map((value) => Number(value).toFixed(6));
  assert.deepEqual(known, ['0.153432', '-0.154422', '-0.737467', '0.737975']);
  assert.equal(layers.get('conv1')!.get('weights')!.data.length, 3 * 3 * 3 * 28);
});

const header = (descr = '|O', shape = '()'): Buffer => {
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${shape}, }`.padEnd(117) + '\n';
  return Buffer.concat([
    Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, text.length, 0]),
    Buffer.from(text),
  ]);
};
const ndarray = new PickleClass('numpy', 'ndarray');
const reconstruct = new PickleClass('numpy.core.multiarray', '_reconstruct');
const dtype = (code: string, order: unknown = '<'): PickleCall =>
  new PickleCall(
    new PickleClass('numpy', 'dtype'),
    [code, false, true],
    undefined,
    new PickleTuple(3, order, null, null, null, -1, -1, 0),
  );
const numpyArray = (dims: readonly unknown[], type: unknown, data: unknown): PickleCall =>
  new PickleCall(
    reconstruct,
    [ndarray, new PickleTuple(0), 'b'],
    undefined,
    new PickleTuple(1, new PickleTuple(...dims), type, false, data),
  );
const objects = (...items: readonly unknown[]): PickleCall =>
  numpyArray(items.length === 1 ? [] : [items.length], dtype('O', '|'), items);
const file = (content: unknown): Uint8Array => Buffer.concat([header(), pickle(content)]);

const hasCode = (code: string, words: RegExp) => (error: unknown) =>
  error instanceof VisageError && error.code === code && words.test(error.message);

test('every name but those of arrays is refused and nothing runs', () => {
  for (const [module, name] of [
    ['os', 'system'],
    ['builtins', 'eval'],
    ['numpy', 'load'],
    ['numpy.core.multiarray', 'fromfile'],
    ['numpy', 'ndarray.tofile'],
  ] as const) {
    const hostile = new PickleCall(new PickleClass(module, name), ['echo']);
    assert.throws(
      () => read(file(objects(hostile))),
      hasCode('FORMAT_UNSUPPORTED', new RegExp(`${module}.${name}`)),
    );
  }
  assert.throws(
    () => read(file(objects(new PickleCall(ndarray, [])))),
    hasCode('FORMAT_INVALID', /only mention/),
  );
  const encode = new PickleCall(new PickleClass('_codecs', 'encode'), ['x', 'rot13']);
  assert.throws(() => read(file(objects(encode))), hasCode('FORMAT_INVALID', /Latin-1/));
});

test('arrays that lie are refused', () => {
  const bytes = 'x'.repeat(8);
  const cases: readonly (readonly [unknown, RegExp])[] = [
    [numpyArray([3], dtype('f4'), bytes), /has 8 bytes/],
    [numpyArray([2 ** 40, 2 ** 40], dtype('f4'), bytes), /has 8 bytes/],
    [numpyArray([-2], dtype('f4'), bytes), /no shape/],
    [numpyArray([2], 'f4', bytes), /no shape or type/],
    [numpyArray([2], dtype('f4', 7), bytes), /byte order/],
    [numpyArray([2], dtype('f4'), 5), /no data/],
    [numpyArray([8], dtype('u1', '|'), 'Ā'.repeat(8)), /no bytes/],
    [numpyArray([2], dtype('O', '|'), []), /does not hold them/],
    [numpyArray([0], dtype('U0'), ''), /has 0 bytes/],
    [new PickleCall(reconstruct, [ndarray]), /no state/],
    [dtype('f4'), /element type stands/],
  ];
  for (const [hostile, words] of cases) {
    assert.throws(() => read(file(objects(hostile, 1))), hasCode('FORMAT_INVALID', words));
  }
  assert.throws(() => read(file(numpyArray([2], dtype('c8'), bytes))), hasCode('FORMAT_UNSUPPORTED', /c8/));
});

test('memory is bounded however often an array is made of the same bytes', () => {
  const bytes = 'x'.repeat(2 ** 20);
  const many = Array.from({ length: 50 }, () => numpyArray([2 ** 20], dtype('u1', '|'), bytes));
  const content = pickle(objects(...many));
  // The writer repeats the text; one that is remembered and recalled would make the file a fiftieth as large.
  assert.doesNotThrow(() => read(Buffer.concat([header(), content])));
  const remembered = hostileRepetition(2 ** 20, 50);
  assert.throws(
    () => read(Buffer.concat([header(), remembered])),
    hasCode('FORMAT_INVALID', /larger than the file/),
  );
});

/** A list of `count` arrays over one text of `length` bytes, which is stored once. */
function hostileRepetition(length: number, count: number): Uint8Array {
  const text = Buffer.concat([
    Buffer.from([0x54]),
    u32(length),
    Buffer.alloc(length, 'x'),
    Buffer.from('q\x01'),
  ]);
  const one = Buffer.concat([
    Buffer.from('cnumpy.core.multiarray\n_reconstruct\n)R(K\x01'),
    Buffer.from([0x4a]),
    u32(length),
    Buffer.from([0x85]),
    Buffer.from('cnumpy\ndtype\n'),
    Buffer.from([0x55, 2]),
    Buffer.from('u1'),
    Buffer.from([0x85, 0x52, 0x89]),
    Buffer.from('h\x01tb'),
  ]);
  return Buffer.concat([
    Buffer.from([0x80, 2]),
    text,
    Buffer.from('0('),
    ...Array.from({ length: count }, () => one),
    Buffer.from('t.'),
  ]);
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

test('what is no array of objects is refused', () => {
  const numbers = writeNpy({ type: 'float32', dims: [1], data: Float32Array.of(1) });
  assert.throws(() => read(numbers), hasCode('FORMAT_INVALID', /not Python objects/));
  assert.throws(() => read(file([1])), hasCode('FORMAT_INVALID', /not an array of objects/));
  assert.throws(
    () => read(file(numpyArray([1], dtype('u1', '|'), 'x'))),
    hasCode('FORMAT_INVALID', /not an array/),
  );
});

test('lists that hold themselves and lists in lists in lists end', () => {
  // [itself] as the only object: EMPTY_LIST, BINPUT 1, BINGET 1, APPEND
  const open = Buffer.from([
    0x80,
    2,
    ...Buffer.from('cnumpy.core.multiarray\n_reconstruct\n)R(K\x01)cnumpy\ndtype\n'),
  ]);
  const type = Buffer.from([0x55, 1, 0x4f, 0x85, 0x52, 0x89]);
  const inner = Buffer.from(']q\x01h\x01a');
  const whole = (content: Buffer): Buffer =>
    Buffer.concat([header(), open, type, Buffer.from(']'), content, Buffer.from('atb.')]);
  const list = read(whole(inner)) as unknown[];
  assert.equal(list[0], list);
  const depth = 100_000;
  const deep = Buffer.from(`${']'.repeat(depth)}${'a'.repeat(depth - 1)}`);
  let level = read(whole(deep)) as unknown[];
  let found = 1;
  for (; level.length > 0; found++) level = level[0] as unknown[];
  assert.equal(found, depth);
});

test('damaged files end in a coded error or a value', () => {
  const bytes = Buffer.from(goldens['layers']!['2']!, 'hex');
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.integer({ min: 0, max: 255 })), { maxLength: 6 }),
      fc.nat(bytes.length),
      (changes, length) => {
        const damaged = Buffer.from(bytes);
        for (const [at, value] of changes) damaged[at] = value;
        try {
          read(damaged.subarray(0, changes.length > 3 ? length : bytes.length));
        } catch (error) {
          assert.ok(error instanceof VisageError, String(error));
          assert.match(error.code, /^FORMAT_/);
        }
      },
    ),
    { numRuns: 2000 },
  );
});
