import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import {
  decodeModel,
  encodeModel,
  type OnnxModel,
  type OnnxNode,
  type OnnxTensor,
} from '../../src/formats/index.ts';
import { int, ints } from '../../src/graph/index.ts';
import { Random } from '../../src/kernel/index.ts';
import type { PixelPreparation } from '../../src/packs/index.ts';
import { adaptOnnx, type AdaptOptions } from '../../src/packs/import/adapt-onnx.ts';

const side = 4;
const pixels = Uint8Array.from(
  { length: 2 * side * side * 3 },
  (
    (random) => () =>
      random.integer(256)
  )(new Random(5)),
);

interface Foreign {
  readonly input?: string;
  readonly output?: string;
  readonly layout?: 'nchw' | 'nhwc';
  readonly opset?: number;
  readonly batch?: number | string;
  readonly type?: 'float32' | 'uint8';
}

const node = (op: string, from: string[], to: string, attributes: OnnxNode['attributes'] = {}): OnnxNode => ({
  op,
  name: to,
  domain: '',
  inputs: from,
  outputs: [to],
  attributes,
});

/** A network as somebody else exports it: gives its input back, flattened. */
function foreign({
  input = 'input.1',
  output = '683',
  layout = 'nchw',
  opset = 11,
  batch = 'N',
  type = 'float32',
}: Foreign = {}): OnnxModel {
  const picture = layout === 'nchw' ? [3, side, side] : [side, side, 3];
  const one: OnnxTensor = { type: 'float32', dims: [1], data: Float32Array.of(1) };
  return {
    irVersion: opset < 9 ? 3 : 6,
    opsets: new Map([['', opset]]),
    producerName: 'mxnet',
    producerVersion: '',
    domain: '',
    modelVersion: 0n,
    metadata: new Map(),
    graph: {
      name: 'foreign',
      initializers: new Map([['weight', one]]),
      nodes: [
        ...(type === 'uint8' ? [node('Cast', [input], 'float', { to: int(1) })] : []),
        node('Mul', [type === 'uint8' ? 'float' : input, 'weight'], 'scaled'),
        node('Flatten', ['scaled'], output, { axis: int(1) }),
      ],
      // Files of old list the weights as inputs too.
      inputs: [
        { name: input, type, dims: [batch, ...picture] },
        { name: 'weight', type: 'float32', dims: [1] },
      ],
      outputs: [{ name: output, type: 'float32', dims: [batch, 3 * side * side] }],
      values: [],
    },
  };
}

const plain: PixelPreparation = { normalisation: { mean: 0, divisor: 1 }, colourOrder: 'rgb' };
const options = (given: Partial<AdaptOptions> = {}): AdaptOptions => ({
  path: 'foreign.onnx',
  sizePx: side,
  layout: 'nchw',
  preparation: plain,
  required: ['embedding'],
  ...given,
});

async function run(bytes: Uint8Array, batch = 2): Promise<Float32Array> {
  const session = await InferenceSession.create(bytes, { logSeverityLevel: 4 });
  assert.deepEqual(session.inputNames, ['image']);
  const data = pixels.subarray(0, batch * side * side * 3);
  const { embedding } = await session.run({ image: new Tensor('uint8', data, [batch, side, side, 3]) });
  await session.release();
  return embedding!.data as Float32Array;
}

/** The same in plain loops. */
function expected(
  { normalisation, colourOrder }: PixelPreparation,
  layout: 'nchw' | 'nhwc',
  batch = 2,
): number[] {
  const size = side * side * 3;
  return Array.from({ length: batch }, (_, n) => {
    const own = [...pixels.subarray(n * size, (n + 1) * size)];
    const mean = own.reduce((sum, value) => sum + value, 0) / size;
    const deviation = Math.sqrt(own.reduce((sum, value) => sum + (value - mean) ** 2, 0) / size);
    const prepare = (value: number): number =>
      typeof normalisation === 'object'
        ? (value - normalisation.mean) / normalisation.divisor
        : (value - mean) /
          (normalisation === 'prewhiten' ? Math.max(deviation, 1 / Math.sqrt(size)) : deviation);
    const at = (y: number, x: number, c: number): number =>
      prepare(own[(y * side + x) * 3 + (colourOrder === 'bgr' ? 2 - c : c)]!);
    const out: number[] = [];
    const [first, second, third] = layout === 'nchw' ? [3, side, side] : [side, side, 3];
    for (let i = 0; i < first; i++)
      for (let j = 0; j < second; j++)
        for (let k = 0; k < third; k++) out.push(layout === 'nchw' ? at(j, k, i) : at(i, j, k));
    return out;
  }).flat();
}

const assertClose = (got: Float32Array, wanted: readonly number[]): void => {
  assert.equal(got.length, wanted.length);
  got.forEach((value, i) =>
    assert.ok(
      Math.abs(value - wanted[i]!) <= 1e-5 * Math.max(1, Math.abs(wanted[i]!)),
      `${i}: ${value} for ${wanted[i]}`,
    ),
  );
};

const sizes = (...data: bigint[]): OnnxTensor => ({
  type: 'int64',
  dims: [data.length],
  data: BigInt64Array.from(data),
});

describe('a network of somebody else takes uint8 pictures in RGB', () => {
  const preparations: readonly PixelPreparation['normalisation'][] = [
    { mean: 0, divisor: 1 },
    { mean: 127.5, divisor: 127.5 },
    { mean: 0, divisor: 255 },
    'prewhiten',
    'prewhiten-unfloored',
  ];
  for (const normalisation of preparations) {
    for (const colourOrder of ['rgb', 'bgr'] as const) {
      for (const layout of ['nchw', 'nhwc'] as const) {
        test(`${JSON.stringify(normalisation)}, ${colourOrder}, ${layout}`, async () => {
          const preparation = { normalisation, colourOrder };
          for (const opset of [8, 11, 13, 18]) {
            const { bytes, maxBatch } = adaptOnnx(
              encodeModel(foreign({ layout, opset })),
              options({ preparation, layout }),
            );
            assert.equal(maxBatch, undefined);
            assertClose(await run(bytes), expected(preparation, layout));
          }
        });
      }
    }
  }

  test('names that are ours already make no trouble', async () => {
    for (const [input, output] of [
      ['image', 'embedding'],
      ['embedding', 'image'],
      ['data', 'embedding'],
    ] as const) {
      const { bytes } = adaptOnnx(
        encodeModel(foreign({ input, output })),
        options({ outputs: { embedding: output } }),
      );
      assertClose(await run(bytes), expected(plain, 'nchw'));
    }
  });

  test('a network written down for one picture takes many where it treats each for itself', async () => {
    const { bytes, maxBatch } = adaptOnnx(encodeModel(foreign({ batch: 1 })), options());
    assert.equal(maxBatch, undefined);
    assertClose(await run(bytes), expected(plain, 'nchw'));
  });

  test('so does one of the layers and the form in which MXNet writes SFace, to the same numbers', async () => {
    const random = new Random(11);
    const weight = (...dims: number[]): OnnxTensor => ({
      type: 'float32',
      dims,
      data: Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, () => 0.1 + random.next()),
    });
    const normalisation = (name: string, channels: number): [string, OnnxTensor][] =>
      ['gamma', 'beta', 'mean', 'var'].map((part) => [`${name}_${part}`, weight(channels)]);
    const normalise = (from: string, name: string): OnnxNode =>
      node(
        'BatchNormalization',
        [from, ...['gamma', 'beta', 'mean', 'var'].map((part) => `${name}_${part}`)],
        name,
      );
    const { graph, ...rest } = foreign({ batch: 1, input: 'data', opset: 9, output: 'fc1' });
    const four = { kernel_shape: ints([3, 3]), pads: ints([1, 1, 1, 1]) };
    const model: OnnxModel = {
      ...rest,
      graph: {
        ...graph,
        inputs: [graph.inputs[0]!],
        outputs: [{ name: 'fc1', type: 'float32', dims: [1, 5] }],
        initializers: new Map([
          ['minus', weight(1)],
          ['times', weight(1)],
          ['conv0_weight', weight(4, 3, 3, 3)],
          ...normalisation('bn0', 4),
          ['slope', weight(4, 1, 1)],
          ['conv1_weight', weight(4, 1, 3, 3)],
          ...normalisation('bn1', 4),
          ['dense_weight', weight(5, 16)],
          ['dense_bias', weight(5)],
          ...normalisation('fc1', 5),
        ]),
        nodes: [
          node('Sub', ['data', 'minus'], 'minus0'),
          node('Mul', ['minus0', 'times'], 'times0'),
          node('Conv', ['times0', 'conv0_weight'], 'conv0', four),
          normalise('conv0', 'bn0'),
          node('PRelu', ['bn0', 'slope'], 'relu0'),
          node('Conv', ['relu0', 'conv1_weight'], 'conv1', { ...four, group: int(4), strides: ints([2, 2]) }),
          normalise('conv1', 'bn1'),
          node('Dropout', ['bn1'], 'dropped'),
          node('Flatten', ['dropped'], 'flat'),
          node('Gemm', ['flat', 'dense_weight', 'dense_bias'], 'dense', { transB: int(1) }),
          normalise('dense', 'fc1'),
        ],
      },
    };
    const { bytes, maxBatch } = adaptOnnx(encodeModel(model), options({ outputs: { embedding: 'fc1' } }));
    assert.equal(maxBatch, undefined);
    const session = await InferenceSession.create(bytes, { logSeverityLevel: 4 });
    const embed = async (first: number, end: number): Promise<number[]> => {
      const size = 3 * side * side;
      const image = new Tensor('uint8', pixels.slice(first * size, end * size), [end - first, side, side, 3]);
      return [...((await session.run({ image }))['embedding']!.data as Float32Array)];
    };
    const together = await embed(0, 2);
    assertClose(Float32Array.from(together), [...(await embed(0, 1)), ...(await embed(1, 2))]);
    await session.release();
  });

  test('a network that mixes pictures, or may do so, stays one for one picture', async () => {
    const { graph, ...rest } = foreign({ batch: 1 });
    const size = 3 * side * side;
    const ending = (...nodes: OnnxNode[]): OnnxModel => ({
      ...rest,
      graph: {
        ...graph,
        initializers: new Map([
          ...graph.initializers,
          ['one', sizes(1n, BigInt(size))],
          ['kept', sizes(0n, BigInt(size))],
          ['rows', { type: 'float32', dims: [2, size], data: new Float32Array(2 * size) }],
        ]),
        nodes: [graph.nodes[0]!, ...nodes],
      },
    });
    const mixing: readonly OnnxNode[][] = [
      [node('Reshape', ['scaled', 'one'], '683')],
      [node('Flatten', ['scaled'], '683', { axis: int(0) })],
      [node('ReduceMean', ['scaled'], 'mean'), node('Flatten', ['mean'], '683')],
      [node('Flatten', ['scaled'], 'flat'), node('Add', ['flat', 'rows'], '683')],
      [node('Flatten', ['scaled'], 'flat'), node('Concat', ['flat', 'flat'], '683', { axis: int(0) })],
      [node('Flatten', ['scaled'], 'flat'), node('Softmax', ['flat'], '683', { axis: int(0) })],
      [node('Identity', ['weight'], '683')],
    ];
    for (const nodes of mixing) {
      const { maxBatch } = adaptOnnx(encodeModel(ending(...nodes)), options());
      assert.equal(maxBatch, 1, nodes.map(({ op }) => op).join());
    }
    const { bytes } = adaptOnnx(encodeModel(ending(...mixing[0]!)), options());
    assertClose(await run(bytes, 1), expected(plain, 'nchw', 1));
    const free = adaptOnnx(encodeModel(ending(node('Reshape', ['scaled', 'kept'], '683'))), options());
    assert.equal(free.maxBatch, undefined);
    assertClose(await run(free.bytes), expected(plain, 'nchw'));
  });

  test('a network that takes bytes gets bytes', async () => {
    const { bytes } = adaptOnnx(encodeModel(foreign({ type: 'uint8' })), options());
    assertClose(await run(bytes), expected(plain, 'nchw'));
  });

  test('its weights and nodes are as they were', () => {
    const model = foreign();
    const { bytes } = adaptOnnx(encodeModel(model), options());
    const adapted = decodeModel(bytes, 'adapted').graph;
    assert.deepEqual(adapted.initializers, model.graph.initializers);
    for (const node of model.graph.nodes)
      assert.ok(
        adapted.nodes.some(({ op, inputs }) => op === node.op && inputs.join() === node.inputs.join()),
      );
  });
});

const refused = (model: OnnxModel, given: Partial<AdaptOptions>, message: RegExp): void => {
  assert.throws(() => adaptOnnx(encodeModel(model), options(given)), {
    code: 'WEIGHTS_UNSUPPORTED',
    message,
  });
};

describe('what does not fit its description is refused', () => {
  test('another size or layout', () => {
    refused(foreign(), { sizePx: 112 }, /input\.1 is \[N, 3, 4, 4\], described as \[batch, 3, 112, 112\]/);
    refused(foreign({ layout: 'nhwc' }), {}, /described as/);
  });
  test('an output that is not there', () => {
    refused(foreign(), { outputs: { embedding: '500' } }, /no output 500; its outputs: 683/);
  });
  test('several inputs, odd types, other batches', () => {
    const model = foreign();
    const { graph } = model;
    refused({ ...model, graph: { ...graph, initializers: new Map() } }, {}, /2 inputs/);
    const typed = {
      ...graph,
      inputs: [{ name: 'input.1', type: 'int64' as const, dims: ['N', 3, 4, 4] }],
      initializers: graph.initializers,
    };
    refused({ ...model, graph: typed }, {}, /of type int64/);
    refused(foreign({ batch: 8 }), {}, /takes 8 pictures/);
  });
  test('bytes that are no ONNX', () => {
    assert.throws(() => adaptOnnx(Uint8Array.of(8, 7, 255, 255, 255), options()), { code: 'FORMAT_INVALID' });
  });
});
