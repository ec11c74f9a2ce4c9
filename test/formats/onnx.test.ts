import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import onnxProto from 'onnx-proto';
import {
  decodeModel,
  encodeModel,
  type OnnxAttribute,
  type OnnxGraph,
  type OnnxModel,
  type OnnxTensor,
} from '../../src/formats/index.ts';
import { VisageError } from '../../src/kernel/index.ts';
import { WireWriter } from '../../src/formats/protobuf.ts';

const { onnx } = onnxProto;

const tensors: Record<string, OnnxTensor> = {
  float32: { type: 'float32', dims: [2, 3], data: Float32Array.of(0, -1.5, 3e38, 1e-45, NaN, Infinity) },
  uint8: { type: 'uint8', dims: [3], data: Uint8Array.of(0, 127, 255) },
  int8: { type: 'int8', dims: [3], data: Int8Array.of(-128, 0, 127) },
  uint16: { type: 'uint16', dims: [2], data: Uint16Array.of(0, 65535) },
  int16: { type: 'int16', dims: [2], data: Int16Array.of(-32768, 32767) },
  int32: { type: 'int32', dims: [2], data: Int32Array.of(-(2 ** 31), 2 ** 31 - 1) },
  int64: { type: 'int64', dims: [2], data: BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n) },
  string: { type: 'string', dims: [2], data: ['', 'Zoë'] },
  bool: { type: 'bool', dims: [2], data: Uint8Array.of(0, 1) },
  float16: { type: 'float16', dims: [2], data: Uint16Array.of(0x3c00, 0xc000) },
  float64: { type: 'float64', dims: [1, 2], data: Float64Array.of(Math.PI, -0) },
  uint32: { type: 'uint32', dims: [1], data: Uint32Array.of(2 ** 32 - 1) },
  uint64: { type: 'uint64', dims: [1], data: BigUint64Array.of(2n ** 64n - 1n) },
  bfloat16: { type: 'bfloat16', dims: [1], data: Uint16Array.of(0x3f80) },
  scalar: { type: 'float32', dims: [], data: Float32Array.of(7) },
  empty: { type: 'float32', dims: [0, 4], data: new Float32Array(0) },
};

const inner: OnnxGraph = {
  name: 'branch',
  nodes: [],
  initializers: new Map([['x', tensors['int32']!]]),
  inputs: [],
  outputs: [{ name: 'x', type: 'int32', dims: [2] }],
  values: [],
};

const attributes: Record<string, OnnxAttribute> = {
  float: { kind: 'float', value: -0.5 },
  int: { kind: 'int', value: -(2n ** 63n) },
  string: { kind: 'string', value: 'SAME_UPPER' },
  tensor: { kind: 'tensor', value: tensors['float32']! },
  graph: { kind: 'graph', value: inner },
  floats: { kind: 'floats', value: [1, 2.5] },
  ints: { kind: 'ints', value: [-1n, 0n, 2n ** 62n] },
  strings: { kind: 'strings', value: ['a', ''] },
  tensors: { kind: 'tensors', value: [tensors['uint8']!, tensors['scalar']!] },
  graphs: { kind: 'graphs', value: [inner, inner] },
  noInts: { kind: 'ints', value: [] },
};

const model: OnnxModel = {
  irVersion: 8,
  opsets: new Map([
    ['', 17],
    ['ai.onnx.ml', 3],
  ]),
  producerName: 'visage',
  producerVersion: '1',
  domain: 'example',
  modelVersion: 3n,
  metadata: new Map([['pack', 'bundled']]),
  graph: {
    name: 'everything',
    nodes: [
      {
        op: 'Odd',
        name: 'odd',
        domain: 'custom',
        inputs: ['in', '', 'float32'],
        outputs: ['out'],
        attributes,
      },
    ],
    initializers: new Map(Object.entries(tensors)),
    inputs: [{ name: 'in', type: 'uint8', dims: ['batch', 3, undefined] }, { name: 'free' }],
    outputs: [{ name: 'out', type: 'float32' }],
    values: [{ name: 'middle', type: 'float16', dims: [] }],
  },
};

test('a model of every element type and attribute kind survives the round trip', () => {
  const bytes = encodeModel(model);
  assert.deepEqual(decodeModel(bytes, 'm.onnx'), model);
  assert.deepEqual(encodeModel(model), bytes);
  assert.deepEqual(encodeModel(decodeModel(bytes, 'm.onnx')), bytes);
});

test('a model is read from any kind of byte array, whatever its alignment', () => {
  const bytes = encodeModel(model);
  const shifted = Buffer.alloc(bytes.length + 1);
  shifted.set(bytes, 1);
  assert.deepEqual(decodeModel(shifted.subarray(1), 'm.onnx'), model);
});

test('onnx-proto reads what we write', () => {
  const read = onnx.ModelProto.decode(encodeModel(model));
  const plain = onnx.ModelProto.toObject(read, { longs: String, enums: String });
  assert.equal(plain['irVersion'], '8');
  assert.deepEqual(plain['opsetImport'], [{ version: '17' }, { domain: 'ai.onnx.ml', version: '3' }]);
  assert.deepEqual(plain['metadataProps'], [{ key: 'pack', value: 'bundled' }]);
  const graph = plain['graph'];
  assert.deepEqual(graph.input[0].type.tensorType, {
    elemType: 2,
    shape: { dim: [{ dimParam: 'batch' }, { dimValue: '3' }, {}] },
  });
  const node = graph.node[0];
  assert.deepEqual([node.opType, node.domain, node.input], ['Odd', 'custom', ['in', '', 'float32']]);
  const byName = new Map<string, Record<string, unknown>>(
    node.attribute.map((attribute: { name: string }) => [attribute.name, attribute]),
  );
  assert.deepEqual(byName.get('int'), { name: 'int', type: 'INT', i: '-9223372036854775808' });
  assert.deepEqual(byName.get('ints')!['ints'], ['-1', '0', String(2n ** 62n)]);
  assert.deepEqual(byName.get('floats')!['floats'], [1, 2.5]);
  assert.equal(byName.get('graph')!['type'], 'GRAPH');
  const stored = graph.initializer.find((tensor: { name: string }) => tensor.name === 'float64');
  assert.deepEqual(
    [stored.dims, stored.dataType, new Float64Array(Uint8Array.from(stored.rawData).buffer)],
    [['1', '2'], 11, Float64Array.of(Math.PI, -0)],
  );
});

test('we read what onnx-proto writes, in typed lists instead of raw bytes', () => {
  const initializer = [
    { name: 'f', dims: [2], dataType: 1, floatData: [1.5, -2] },
    { name: 'd', dims: [1], dataType: 11, doubleData: [Math.E] },
    { name: 'i', dims: [2], dataType: 6, int32Data: [-7, 8] },
    { name: 'u', dims: [2], dataType: 2, int32Data: [0, 255] },
    { name: 'h', dims: [1], dataType: 10, int32Data: [0x3c00] },
    { name: 'b', dims: [2], dataType: 9, int32Data: [1, 0] },
    { name: 'l', dims: [1], dataType: 7, int64Data: [-3] },
    { name: 's', dims: [1], dataType: 8, stringData: [new TextEncoder().encode('hi')] },
  ];
  const bytes = onnx.ModelProto.encode(
    onnx.ModelProto.fromObject({
      irVersion: 3,
      graph: {
        name: 'g',
        docString: 'kept',
        initializer,
        node: [{ opType: 'A', attribute: [{ name: 'k', ints: [3], type: 7 }], docString: 'also kept' }],
      },
    }),
  ).finish();
  const read = decodeModel(bytes, 'm.onnx');
  const data = Object.fromEntries([...read.graph.initializers].map(([name, tensor]) => [name, tensor.data]));
  assert.deepEqual(data, {
    f: Float32Array.of(1.5, -2),
    d: Float64Array.of(Math.E),
    i: Int32Array.of(-7, 8),
    u: Uint8Array.of(0, 255),
    h: Uint16Array.of(0x3c00),
    b: Uint8Array.of(1, 0),
    l: BigInt64Array.of(-3n),
    s: ['hi'],
  });
  assert.deepEqual(read.graph.nodes[0]!.attributes, { k: { kind: 'ints', value: [3n] } });
  const again = onnx.ModelProto.decode(encodeModel(read));
  assert.equal(again.graph!.docString, 'kept');
  assert.equal(again.graph!.node![0]!.docString, 'also kept');
});

test('fields that are not modelled are written back', () => {
  const bytes = onnx.ModelProto.encode(
    onnx.ModelProto.fromObject({
      irVersion: 8,
      graph: {
        name: 'g',
        input: [{ name: 'list', type: { sequenceType: { elemType: { tensorType: { elemType: 1 } } } } }],
        node: [{ opType: 'A', attribute: [{ name: 'k', refAttrName: 'outer', type: 2 }] }],
      },
      functions: [{ name: 'f', node: [{ opType: 'B' }] }],
    }),
  ).finish();
  const again = onnx.ModelProto.decode(encodeModel(decodeModel(bytes, 'm.onnx')));
  assert.deepEqual(onnx.ModelProto.toObject(again), onnx.ModelProto.toObject(onnx.ModelProto.decode(bytes)));
});

/** Reading must give a model or `FORMAT_INVALID`, nothing else. */
function readsOrRefuses(bytes: Uint8Array): void {
  try {
    decodeModel(bytes, 'm.onnx');
  } catch (thrown) {
    assert.ok(thrown instanceof VisageError && thrown.code === 'FORMAT_INVALID', String(thrown));
  }
}

test('every truncation and any damage gives a model or FORMAT_INVALID', () => {
  const bytes = encodeModel(model);
  for (let length = 0; length < bytes.length; length++) readsOrRefuses(bytes.subarray(0, length));
  const damage = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(damage, (changes) => {
      const damaged = bytes.slice();
      for (const [at, byte] of changes) damaged[at] = byte;
      readsOrRefuses(damaged);
    }),
    { numRuns: 1500 },
  );
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), readsOrRefuses), { numRuns: 500 });
});

/** A model with one initializer, written by hand. */
function modelWith(fill: (tensor: WireWriter) => void): Uint8Array {
  const [tensor, graph, whole] = [new WireWriter(), new WireWriter(), new WireWriter()];
  fill(tensor);
  graph.message(5, tensor);
  whole.message(7, graph);
  return whole.finish();
}

test('lying sizes are refused before anything is allocated for them', () => {
  const huge = modelWith((tensor) => {
    tensor.packedInts(1, [2 ** 40, 2 ** 40]);
    tensor.int(2, 1);
    tensor.bytes(9, new Uint8Array(8));
  });
  const negative = modelWith((tensor) => {
    tensor.packedInts(1, [-2]);
    tensor.int(2, 1);
  });
  const external = modelWith((tensor) => {
    tensor.int(2, 1);
    tensor.int(14, 1);
  });
  for (const bytes of [huge, negative, external, new Uint8Array(0)]) {
    assert.throws(() => decodeModel(bytes, 'm.onnx'), { code: 'FORMAT_INVALID' });
  }
});

test('graphs nested without end are refused, not followed', () => {
  let graph = new WireWriter();
  for (let depth = 0; depth < 5000; depth++) {
    const [attribute, node, outer] = [new WireWriter(), new WireWriter(), new WireWriter()];
    attribute.message(6, graph);
    node.message(5, attribute);
    outer.message(1, node);
    graph = outer;
  }
  const whole = new WireWriter();
  whole.message(7, graph);
  assert.throws(() => decodeModel(whole.finish(), 'm.onnx'), { code: 'FORMAT_INVALID' });
});

/** `count` times the two bytes of an empty field. */
const empties = (field: number, count: number): Uint8Array => {
  const bytes = new Uint8Array(2 * count);
  for (let i = 0; i < bytes.length; i += 2) bytes[i] = 8 * field + 2;
  return bytes;
};

/** `content` as fields inside of each other, outermost first. */
function nested(fields: readonly number[], content: Uint8Array): Uint8Array {
  return fields.reduceRight((inner, field) => {
    const outer = new WireWriter();
    outer.bytes(field, inner);
    return outer.finish();
  }, content);
}

test('a file of nothing but empty fields, which would fill the memory, is refused', () => {
  const many = 1_100_000;
  const hostile: Readonly<Record<string, Uint8Array>> = {
    nodes: nested([7], empties(1, many)),
    'names of inputs': nested([7, 1], empties(1, many)),
    attributes: nested([7, 1], empties(5, many)),
    inputs: nested([7], empties(11, many)),
    sizes: nested([7, 5, 1], new Uint8Array(17 * many)),
    'whole numbers': nested([7, 1, 5, 8], new Uint8Array(17 * many)),
    texts: nested([7, 5], empties(6, many)),
    metadata: empties(14, many),
    'unknown fields': nested([7], empties(10, many)),
  };
  for (const [what, bytes] of Object.entries(hostile)) {
    assert.throws(
      () => decodeModel(bytes, 'm.onnx'),
      { code: 'FORMAT_INVALID', message: /more fields than any real file/ },
      what,
    );
  }
});

test('messages made at random, of the right fields with anything in them, give a model or FORMAT_INVALID', () => {
  const { message } = fc.letrec<{ message: Uint8Array; field: Uint8Array }>((tie) => ({
    message: fc
      .array(tie('field'), { maxLength: 6 })
      .map((fields) => Uint8Array.from(fields.flatMap((field) => [...field]))),
    field: fc
      .tuple(
        fc.integer({ min: 1, max: 21 }),
        fc.oneof(
          { maxDepth: 5 },
          fc.uint8Array({ maxLength: 12 }),
          tie('message'),
          fc.bigInt(0n, 2n ** 64n - 1n),
        ),
      )
      .map(([number, value]) => {
        const writer = new WireWriter();
        if (typeof value === 'bigint') writer.int(number, value);
        else writer.bytes(number, value);
        return writer.finish();
      }),
  }));
  fc.assert(
    fc.property(message, (graph) => readsOrRefuses(nested([7], graph))),
    { numRuns: 2000 },
  );
});
