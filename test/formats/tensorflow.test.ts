import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  array,
  assert as check,
  constantFrom,
  integer,
  oneof,
  property,
  tuple,
  uint8Array,
} from 'fast-check';
import { WireWriter } from '../../src/formats/protobuf.ts';
import { TensorflowGraph } from '../../src/formats/index.ts';
import { VisageError } from '../../src/kernel/index.ts';
import { constant, graphDef, nodeDef, shapeProto, tensorProto } from '../support/graph-def-file.ts';

const path = 'some.bin';
const open = (bytes: Uint8Array): TensorflowGraph => new TensorflowGraph(bytes, path);
const grid = { type: 'float32', dims: [2, 3], data: Float32Array.of(0, -1.5, 2, 3, 4e-9, 5) } as const;

/** A `TensorProto` put together field by field. */
function tensor(type: number, dims: readonly number[], fill: (writer: WireWriter) => void): WireWriter {
  const writer = new WireWriter();
  writer.int(1, type);
  writer.message(2, shapeProto(dims));
  fill(writer);
  return writer;
}
const one = (value: WireWriter): TensorflowGraph => open(graphDef([constant('c', value)]));
const floats = (value: WireWriter): number[] => [...one(value).floats('c').data];

test('constants, the nodes that read them, and the rest of a graph', () => {
  const graph = open(
    graphDef([
      nodeDef('input', 'Placeholder'),
      constant('scope/weights', tensorProto(grid)),
      nodeDef('scope/weights/read', 'Identity', ['scope/weights']),
      nodeDef('scope/again', 'Identity', ['scope/weights/read:0']),
      nodeDef('scope/Conv2D', 'Conv2D', ['input', 'scope/weights/read', '^init']),
    ]),
  );
  assert.deepEqual(
    [...graph.nodes.keys()],
    ['input', 'scope/weights', 'scope/weights/read', 'scope/again', 'scope/Conv2D'],
  );
  const { op, inputs } = graph.nodes.get('scope/Conv2D')!;
  assert.deepEqual([op, inputs], ['Conv2D', ['input', 'scope/weights/read', '^init']]);
  for (const name of ['scope/weights', 'scope/weights/read', 'scope/again']) {
    assert.deepEqual(graph.floats(name), grid, name);
    assert.deepEqual(graph.constant(name), { type: 'float32', dims: [2, 3] });
  }
  for (const name of ['input', 'scope/Conv2D', 'nobody']) {
    assert.equal(graph.constant(name), undefined);
    assert.throws(() => graph.floats(name), {
      code: 'FORMAT_INVALID',
      message: new RegExp(`constant ${name}`),
    });
  }
});

test('numbers as bytes and as lists, packed and one by one', () => {
  const numbers = [...grid.data];
  assert.deepEqual(floats(tensorProto(grid, 'content')), numbers);
  assert.deepEqual(floats(tensorProto(grid, 'list')), numbers);
  assert.deepEqual(
    floats(
      tensor(1, [2, 3], (writer) => {
        for (const value of numbers) writer.float(5, value);
      }),
    ),
    numbers,
  );
  // protobuf allows a packed list in pieces.
  assert.deepEqual(
    floats(
      tensor(1, [2, 3], (writer) => {
        writer.packedFloats(5, numbers.slice(0, 2));
        writer.packedFloats(5, numbers.slice(2));
      }),
    ),
    numbers,
  );
  assert.deepEqual(
    floats(tensor(2, [2], (writer) => writer.bytes(4, new Uint8Array(Float64Array.of(1.25, -3).buffer)))),
    [1.25, -3],
  );
  assert.deepEqual(
    floats(tensor(2, [2], (writer) => writer.bytes(6, new Uint8Array(Float64Array.of(1.25, -3).buffer)))),
    [1.25, -3],
  );
});

test('half and bfloat16', () => {
  // 1, −2, the largest, the smallest above 0.
  const halves = [0x3c00, 0xc000, 0x7bff, 1];
  const wanted = [1, -2, 65504, 2 ** -24];
  assert.deepEqual(floats(tensor(19, [4], (writer) => writer.packedInts(13, halves))), wanted);
  assert.deepEqual(
    floats(
      tensor(19, [4], (writer) => {
        for (const half of halves) writer.int(13, half);
      }),
    ),
    wanted,
  );
  assert.deepEqual(
    floats(tensor(19, [4], (writer) => writer.bytes(4, new Uint8Array(Uint16Array.from(halves).buffer)))),
    wanted,
  );
  assert.deepEqual(floats(tensor(14, [2], (writer) => writer.packedInts(13, [0x3f80, 0xc040]))), [1, -3]);
});

test('the last number of a list stands for all that follow; none at all are zeros', () => {
  assert.deepEqual(floats(tensor(1, [4], (writer) => writer.packedFloats(5, [1, 2]))), [1, 2, 2, 2]);
  assert.deepEqual(floats(tensor(1, [2, 2], (writer) => writer.float(5, 7))), [7, 7, 7, 7]);
  assert.deepEqual(floats(tensor(1, [3], () => {})), [0, 0, 0]);
  assert.deepEqual(floats(tensor(1, [], (writer) => writer.float(5, 3))), [3]);
  assert.deepEqual(floats(tensor(1, [0, 5], () => {})), []);
});

test('bytes that are a Buffer are read alike', () => {
  const bytes = graphDef([constant('c', tensorProto(grid))]);
  for (let shift = 0; shift < 4; shift++) {
    const buffer = Buffer.alloc(bytes.length + shift);
    buffer.set(bytes, shift);
    assert.deepEqual(open(buffer.subarray(shift)).floats('c'), grid);
  }
});

const circle = graphDef([nodeDef('a', 'Identity', ['b']), nodeDef('b', 'Identity', ['a'])]);
test('identities in a circle lead nowhere', () => {
  assert.equal(open(circle).constant('a'), undefined);
});

const refused: readonly [title: string, value: WireWriter, code: string, message: RegExp][] = [
  [
    'too few bytes',
    tensor(1, [3], (writer) => writer.bytes(4, new Uint8Array(8))),
    'FORMAT_INVALID',
    /3 numbers.*8 bytes/,
  ],
  [
    'too many bytes',
    tensor(1, [1], (writer) => writer.bytes(4, new Uint8Array(8))),
    'FORMAT_INVALID',
    /1 numbers.*8 bytes/,
  ],
  [
    'half a number',
    tensor(1, [1], (writer) => writer.bytes(4, new Uint8Array(3))),
    'FORMAT_INVALID',
    /3 bytes/,
  ],
  [
    'a list that is too long',
    tensor(1, [1], (writer) => writer.packedFloats(5, [1, 2])),
    'FORMAT_INVALID',
    /more than the 1/,
  ],
  ['a size below 0', tensor(1, [-1], () => {}), 'FORMAT_INVALID', /size of -1/],
  [
    'a terabyte from one number',
    tensor(1, [2 ** 38], (writer) => writer.float(5, 1)),
    'FORMAT_INVALID',
    /larger than the file/,
  ],
  [
    '10^300 numbers',
    tensor(
      1,
      Array.from({ length: 20 }, () => 10 ** 15),
      () => {},
    ),
    'FORMAT_INVALID',
    /larger than the file/,
  ],
  [
    '300 axes',
    tensor(
      1,
      Array.from({ length: 300 }, () => 1),
      () => {},
    ),
    'FORMAT_INVALID',
    /axes/,
  ],
  ['integers', tensor(3, [1], (writer) => writer.int(7, 1)), 'FORMAT_UNSUPPORTED', /int32/],
  ['texts', tensor(7, [1], (writer) => writer.text(8, 'x')), 'FORMAT_UNSUPPORTED', /string/],
  ['an unknown type', tensor(99, [1], () => {}), 'FORMAT_UNSUPPORTED', /other/],
];
for (const [title, value, code, message] of refused) {
  test(`refused: ${title}`, () => {
    assert.throws(() => one(value).floats('c'), { code, message });
  });
}

test('an unknown shape, two nodes of a name, nodes without one', () => {
  const unknown = new WireWriter();
  unknown.int(1, 1);
  const shape = new WireWriter();
  shape.int(3, 1);
  unknown.message(2, shape);
  assert.throws(() => one(unknown).constant('c'), { code: 'FORMAT_INVALID', message: /no shape/ });
  const twice = graphDef([nodeDef('a', 'X'), nodeDef('a', 'X')]);
  assert.throws(() => open(twice), { code: 'FORMAT_INVALID', message: /called a/ });
  assert.throws(() => open(graphDef([nodeDef('', 'X')])), { code: 'FORMAT_INVALID', message: /no name/ });
});

test('many constants of one number cannot ask for more than memory', () => {
  const large = tensor(1, [2 ** 20], (writer) => writer.float(5, 1));
  const graph = open(graphDef(Array.from({ length: 100 }, (_, i) => constant(`c${i}`, large))));
  assert.throws(
    () => {
      for (const name of graph.nodes.keys()) graph.floats(name);
    },
    { code: 'FORMAT_INVALID', message: /larger than the file/ },
  );
});

function nodeWithInputs(count: number): WireWriter {
  const node = nodeDef('a', 'X');
  // Field 3, no bytes.
  node.raw(new Uint8Array(2 * count).map((_, i) => (i % 2 === 0 ? 0x1a : 0)));
  return node;
}

test('bombs of inputs without names end early, in one node or in many', () => {
  const half = nodeWithInputs(2_500_000);
  half.text(1, 'b');
  for (const nodes of [[nodeWithInputs(5_000_000)], [nodeWithInputs(2_500_000), half]]) {
    assert.throws(() => open(graphDef(nodes)), { code: 'FORMAT_INVALID', message: /too many inputs/ });
  }
});

/** Reads everything there is. */
function tolerate(bytes: Uint8Array): boolean {
  try {
    const graph = open(bytes);
    for (const name of graph.nodes.keys()) if (graph.constant(name) !== undefined) graph.floats(name);
    return true;
  } catch (error) {
    if (!(error instanceof VisageError) || !error.code.startsWith('FORMAT_')) throw error;
    return false;
  }
}
const sample = graphDef([
  constant('weights', tensorProto(grid)),
  constant('list', tensorProto(grid, 'list')),
  constant(
    'half',
    tensor(19, [4], (writer) => writer.packedInts(13, [1, 2, 0xffff])),
  ),
  nodeDef('weights/read', 'Identity', ['weights']),
  nodeDef('add', 'Add', ['weights/read', 'list']),
]);

test('every cut and every changed byte ends in a coded error or in nothing', () => {
  let refusals = 0;
  for (let length = 0; length < sample.length; length++)
    if (!tolerate(sample.subarray(0, length))) refusals++;
  assert.ok(refusals > sample.length / 2);
  const copy = sample.slice();
  for (let at = 0; at < copy.length; at++) {
    const before = copy[at]!;
    for (let change = 1; change < 256; change += 3) {
      copy[at] = before ^ change;
      tolerate(copy);
    }
    copy[at] = before;
  }
});

test('random damage ends in a coded error or in nothing', () => {
  const change = tuple(
    integer({ min: 0, max: sample.length }),
    oneof(uint8Array({ minLength: 1, maxLength: 8 }), constantFrom(new Uint8Array(8).fill(0xff))),
  );
  check(
    property(array(change, { minLength: 1, maxLength: 5 }), (changes) => {
      const bytes = sample.slice();
      for (const [at, content] of changes) bytes.set(content, at % (bytes.length - 8));
      tolerate(bytes);
    }),
    { numRuns: 3000, seed: 4 },
  );
});
