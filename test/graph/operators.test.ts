import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import {
  add,
  averagePool,
  cast,
  clip,
  concat,
  conv,
  denseFilters,
  depthwiseFilters,
  div,
  flatten,
  foldBatchNorm,
  foldInput,
  gemm,
  globalAveragePool,
  GraphBuilder,
  matMul,
  maxPool,
  mul,
  pad,
  perChannel,
  prelu,
  reduceMean,
  relu,
  reshape,
  softmax,
  split,
  sub,
  transpose,
  type Dim,
  type Padding,
  type Value,
} from '../../src/graph/index.ts';
import { Random, type Tensor } from '../../src/kernel/index.ts';
import { runGraph, type RunOutput } from '../support/session.ts';

const random = new Random(7);
const numbers = (...dims: number[]): Tensor<'float32'> => ({
  type: 'float32',
  dims,
  data: Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, () => random.normal()),
});

/** Runs what `build` adds over one float32 input, and checks that the predicted shape is the real one. */
async function evaluate(
  x: Tensor<'float32'>,
  build: (builder: GraphBuilder, x: Value) => Value,
  dims: readonly Dim[] = x.dims,
): Promise<RunOutput> {
  const builder = new GraphBuilder('test');
  const value = build(builder, builder.input('x', 'float32', dims));
  builder.output('y', value);
  const graph = builder.finish();
  const { y } = await runGraph(graph, x);
  assert.deepEqual(graph.outputs[0]!.dims.length, y!.dims.length);
  for (const [i, dim] of graph.outputs[0]!.dims.entries()) {
    if (typeof dim === 'number') assert.equal(y!.dims[i], dim);
  }
  return y!;
}

function assertClose(got: Float32Array, wanted: ArrayLike<number>, tolerance = 1e-4): void {
  assert.equal(got.length, wanted.length);
  for (let i = 0; i < got.length; i++) {
    assert.ok(Math.abs(got[i]! - wanted[i]!) <= tolerance, `${i}: ${got[i]} instead of ${wanted[i]}`);
  }
}

/**
 * TensorFlow's conv2d in five plain loops, on one channels-first picture with filters [h, w, in, out].
 * SAME padding as TensorFlow documents it, written out here a second time.
 */
function referenceConv(
  x: Tensor<'float32'>,
  filters: Tensor<'float32'>,
  stride: number,
  same: boolean,
): number[] {
  const [, channels, height, width] = x.dims as [number, number, number, number];
  const [kh, kw, , out] = filters.dims as [number, number, number, number];
  const axis = (size: number, kernel: number): [number, number] => {
    if (!same) return [Math.ceil((size - kernel + 1) / stride), 0];
    const rest = size % stride;
    const total = Math.max(rest === 0 ? kernel - stride : kernel - rest, 0);
    return [Math.ceil(size / stride), Math.floor(total / 2)];
  };
  const [outHeight, top] = axis(height, kh);
  const [outWidth, left] = axis(width, kw);
  const result: number[] = [];
  for (let o = 0; o < out; o++) {
    for (let row = 0; row < outHeight; row++) {
      for (let column = 0; column < outWidth; column++) {
        let sum = 0;
        for (let i = 0; i < kh; i++) {
          for (let j = 0; j < kw; j++) {
            const [y, z] = [row * stride + i - top, column * stride + j - left];
            if (y < 0 || z < 0 || y >= height || z >= width) continue;
            for (let c = 0; c < channels; c++) {
              const at = (c * height + y) * width + z;
              sum += x.data[at]! * filters.data[((i * kw + j) * channels + c) * out + o]!;
            }
          }
        }
        result.push(sum);
      }
    }
  }
  return result;
}

test('convolution pads as TensorFlow does, for known sizes and for sizes known at run time', async () => {
  const cases = fc.record({
    height: fc.integer({ min: 3, max: 9 }),
    width: fc.integer({ min: 3, max: 9 }),
    kernel: fc.constantFrom(1, 2, 3),
    stride: fc.constantFrom(1, 2, 3),
    same: fc.boolean(),
    symbolic: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(cases, async ({ height, width, kernel, stride, same, symbolic }) => {
      const x = numbers(1, 2, height, width);
      const filters = numbers(kernel, kernel, 2, 3);
      const dims = symbolic ? ['batch', 2, 'height', 'width'] : x.dims;
      const padding: Padding = same ? 'same' : 'valid';
      const y = await evaluate(
        x,
        (builder, value) => conv(builder, value, denseFilters(filters), { stride, padding }),
        dims,
      );
      assertClose(y.data, referenceConv(x, filters, stride, same));
    }),
    { numRuns: 60 },
  );
});

test('depthwise filters keep channels apart', async () => {
  const x = numbers(1, 2, 4, 4);
  const filters = numbers(3, 3, 2, 1);
  const y = await evaluate(x, (builder, value) =>
    conv(builder, value, depthwiseFilters(filters), { padding: 'same' }),
  );
  const wanted = [0, 1].flatMap((channel) =>
    referenceConv(
      { type: 'float32', dims: [1, 1, 4, 4], data: x.data.slice(16 * channel, 16 * channel + 16) },
      { type: 'float32', dims: [3, 3, 1, 1], data: filters.data.filter((_, i) => i % 2 === channel) },
      1,
      true,
    ),
  );
  assertClose(y.data, wanted);
});

test('a folded batch normalisation and a folded input equal the steps one by one', async () => {
  const x = numbers(1, 2, 5, 5);
  const filters = denseFilters(numbers(3, 3, 2, 3), numbers(3).data);
  const norm = {
    gamma: numbers(3).data,
    beta: numbers(3).data,
    mean: numbers(3).data,
    variance: numbers(3).data.map((value) => value * value),
    epsilon: 0.001,
  };
  const folded = await evaluate(x, (builder, value) =>
    conv(builder, value, foldInput(foldBatchNorm(filters, norm), [0.3, -2], 0.25)),
  );
  const stepwise = await evaluate(x, (builder, value) => {
    const centred = sub(builder, value, perChannel(builder, [0.3, -2]));
    const scaled = mul(builder, centred, perChannel(builder, [0.25, 0.25]));
    const y = sub(builder, conv(builder, scaled, filters), perChannel(builder, norm.mean));
    const deviation = norm.variance.map((value) => Math.sqrt(value + norm.epsilon));
    const unit = div(builder, y, perChannel(builder, deviation));
    return add(builder, mul(builder, unit, perChannel(builder, norm.gamma)), perChannel(builder, norm.beta));
  });
  assertClose(folded.data, stepwise.data);
});

test('pools, means and activations', async () => {
  const x: Tensor<'float32'> = {
    type: 'float32',
    dims: [1, 1, 3, 3],
    data: Float32Array.of(-4, 2, 3, 4, 5, 6, 7, 8, 9),
  };
  const run = (build: (builder: GraphBuilder, x: Value) => Value): Promise<RunOutput> => evaluate(x, build);
  assertClose((await run((b, v) => maxPool(b, v, 2, { stride: 2, padding: 'same' }))).data, [5, 6, 8, 9]);
  assertClose((await run((b, v) => maxPool(b, v, 2, { stride: 1 }))).data, [5, 6, 8, 9]);
  assertClose((await run((b, v) => averagePool(b, v, 2, { stride: 2, padding: 'same' }))).data, [
    7 / 4,
    4.5,
    7.5,
    9,
  ]);
  assertClose((await run((b, v) => globalAveragePool(b, v))).data, [40 / 9]);
  assertClose((await run((b, v) => reduceMean(b, v, [2, 3]))).data, [40 / 9]);
  assertClose((await run((b, v) => reduceMean(b, v, [3], true))).data, [1 / 3, 5, 8]);
  assertClose((await run((b, v) => relu(b, v))).data, [0, 2, 3, 4, 5, 6, 7, 8, 9]);
  assertClose((await run((b, v) => clip(b, v, 0, 6))).data, [0, 2, 3, 4, 5, 6, 6, 6, 6]);
  assertClose((await run((b, v) => prelu(b, v, Float32Array.of(0.5)))).data, [-2, 2, 3, 4, 5, 6, 7, 8, 9]);
  const { data } = await run((b, v) => softmax(b, v, 3));
  assertClose(
    data.slice(6),
    [Math.exp(-2), Math.exp(-1), 1].map((e) => e / (1 + Math.exp(-1) + Math.exp(-2))),
  );
});

test('matrices, shapes and types', async () => {
  const x = numbers(2, 3);
  const matrix = numbers(3, 2);
  const bias = numbers(2);
  const product = [0, 1].flatMap((r) =>
    [0, 1].map((c) => [0, 1, 2].reduce((sum, k) => sum + x.data[3 * r + k]! * matrix.data[2 * k + c]!, 0)),
  );
  assertClose((await evaluate(x, (b, v) => matMul(b, v, b.constant(matrix)))).data, product);
  // One matrix for all before or behind, or one for each.
  const two = { ...x, dims: [2, 1, 3] };
  const each = await evaluate(two, (b, v) => matMul(b, v, b.constant(matrix)));
  assert.deepEqual(each.dims, [2, 1, 2]);
  assertClose(each.data, product);
  const behind = { ...matrix, dims: [1, 3, 2] };
  assertClose((await evaluate(x, (b, v) => matMul(b, v, b.constant(behind)))).data, product);
  const own = numbers(2, 3, 2);
  const products = [0, 1].flatMap((r) =>
    [0, 1].map((c) =>
      [0, 1, 2].reduce((sum, k) => sum + x.data[3 * r + k]! * own.data[6 * r + 2 * k + c]!, 0),
    ),
  );
  assertClose((await evaluate(two, (b, v) => matMul(b, v, b.constant(own)))).data, products);
  assertClose(
    (await evaluate(x, (b, v) => gemm(b, v, b.constant(matrix), b.constant(bias)))).data,
    product.map((value, i) => value + bias.data[i % 2]!),
  );
  const turned = await evaluate(x, (b, v) => transpose(b, v, [1, 0]), ['rows', 3]);
  assertClose(
    turned.data,
    [0, 3, 1, 4, 2, 5].map((i) => x.data[i]!),
  );
  const reshaped = await evaluate(x, (b, v) => reshape(b, v, [0, -1, 1], [2, 3, 1]));
  assert.deepEqual(reshaped.dims, [2, 3, 1]);
  assert.deepEqual((await evaluate(numbers(2, 3, 4), (b, v) => flatten(b, v))).dims, [2, 12]);
  const whole = await evaluate(x, (b, v) => cast(b, cast(b, v, 'int32'), 'float32'));
  assertClose(whole.data, x.data.map(Math.trunc));
  const swapped = await evaluate(x, (b, v) => {
    const [left, right] = split(b, v, 1, [1, 2]);
    return concat(b, [right!, left!], 1);
  });
  assertClose(
    swapped.data,
    [1, 2, 0, 4, 5, 3].map((i) => x.data[i]!),
  );
  const padded = await evaluate(x, (b, v) => pad(b, v, [0, 1], [1, 0]));
  assertClose(padded.data, [0, ...x.data.slice(0, 3), 0, ...x.data.slice(3), 0, 0, 0, 0]);
});

test('what cannot fit is refused while building', () => {
  const refused: readonly ((builder: GraphBuilder, x: Value) => unknown)[] = [
    (b, x) => conv(b, x, denseFilters(numbers(1, 1, 5, 2))),
    (b, x) => conv(b, x, denseFilters(numbers(9, 9, 3, 2))),
    (b, x) => add(b, x, perChannel(b, [1, 2])),
    (b, x) => add(b, x, b.constant({ type: 'int32', dims: [], data: Int32Array.of(1) })),
    (b, x) => transpose(b, x, [0, 1, 2, 2]),
    (b, x) => concat(b, [x, perChannel(b, [1])], 1),
    (b, x) => split(b, x, 1, [1, 1]),
    (b, x) => matMul(b, x, b.constant(numbers(6, 2))),
    (b, x) => matMul(b, x, b.constant(numbers(2, 3, 5, 2))),
    (b) => matMul(b, b.constant(numbers(3)), b.constant(numbers(3))),
    (b, x) => prelu(b, x, new Float32Array(2)),
    (b, x) => pad(b, x, [1], [1]),
    (b, x) => maxPool(b, reshape(b, x, [1, -1], [1, 48]), 2),
    (b, x) => relu(b, { ...x }),
    (b, x) => b.output('y', x),
    (b) => b.input('x', 'float32', []),
    (b) => b.constant({ type: 'float32', dims: [3], data: new Float32Array(2) }),
  ];
  for (const build of refused) {
    const builder = new GraphBuilder('test');
    const x = builder.input('x', 'float32', [1, 3, 4, 4]);
    assert.throws(() => build(builder, x), { code: 'MODEL_INVALID' }, String(build));
  }
});

test('a graph can be looked at, and equal small constants are one', () => {
  const builder = new GraphBuilder('test');
  const x = builder.input('x', 'float32', ['batch', 3, 'height', 'width']);
  const once = clip(builder, x, 0, 6, 'first');
  const strided = conv(builder, clip(builder, once, 0, 6), denseFilters(numbers(3, 3, 3, 8)), {
    stride: 2,
    padding: 'same',
    name: 'strided',
  });
  builder.output('y', strided);
  const graph = builder.finish();
  assert.deepEqual(
    graph.nodes.map(({ op, inputs, outputs }) => [op, inputs, outputs]),
    [
      ['Clip', ['x', 'scalar/0', 'scalar/6'], ['first']],
      ['Clip', ['first', 'scalar/0', 'scalar/6'], ['clip']],
      ['Conv', ['clip', 'strided/weights', 'strided/bias'], ['y']],
    ],
  );
  assert.deepEqual(
    [...graph.initializers.keys()],
    ['scalar/0', 'scalar/6', 'strided/weights', 'strided/bias'],
  );
  assert.deepEqual(graph.values.get('y')!.dims, ['batch', 8, 'ceil(height/2)', 'ceil(width/2)']);
  assert.deepEqual(graph.nodes[2]!.attributes['auto_pad'], { kind: 'string', value: 'SAME_UPPER' });
});
