import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  clip,
  conv,
  type FilterBytes,
  type Filters,
  type Graph,
  GraphBuilder,
  quantizeConvolutions,
  relu,
} from '../../src/graph/index.ts';
import { Random } from '../../src/kernel/index.ts';
import { multipliesBytesExactly } from '../../src/runtime/index.ts';
import { runGraph } from '../support/session.ts';

const random = new Random(5);
const numbers = (count: number, limit: number): Float32Array =>
  Float32Array.from({ length: count }, () => random.between(-limit, limit));
const filters = (out: number, inPerGroup: number, size: number, groups: number, limit: number): Filters => ({
  out,
  inPerGroup,
  groups,
  height: size,
  width: size,
  weights: numbers(out * inPerGroup * size * size, limit),
  bias: numbers(out, 1),
});
const depthwise = filters(4, 1, 3, 4, 0.9);
const pointwise = filters(6, 4, 1, 1, 1.2);
const head = filters(3, 6, 1, 1, 1);

/** Clip, depthwise 3×3 and clip, 1×1 and clip: an output, and what a head makes of it. */
function network(): Graph {
  const b = new GraphBuilder('small');
  const first = clip(b, b.input('image', 'float32', [1, 4, 5, 7]), 0, 6, 'first');
  const wide = clip(b, conv(b, first, depthwise, { padding: 'same', name: 'wide' }), 0, 6, 'wide/clip');
  const deep = clip(b, conv(b, wide, pointwise, { name: 'deep' }), 0, 6, 'deep/clip');
  b.output('head', conv(b, deep, head, { name: 'head/conv' }));
  b.output('features', deep);
  return b.finish();
}
const image = { type: 'float32' as const, dims: [1, 4, 5, 7], data: numbers(4 * 5 * 7, 5).map((v) => v + 3) };
const wanted = (name: string): boolean => !name.startsWith('head');
const levelSize = 6 / 255;

const inLevels = (value: number): number => Math.min(255, Math.max(0, Math.round(value / levelSize)));
/** The scale of one filter, and its bytes. */
function byteFilter({ weights, inPerGroup, height, width }: Filters, out: number) {
  const count = inPerGroup * height * width;
  const own = weights.subarray(out * count, (out + 1) * count);
  const scale = Math.max(...own.map(Math.abs)) / 127;
  return { scale, bytes: Array.from(own, (weight) => Math.round(weight / scale)) };
}

const at = (c: number, y: number, x: number): number =>
  y < 0 || y > 4 || x < 0 || x > 6 ? 0 : inLevels(image.data[(c * 5 + y) * 7 + x]!);

/** The same by whole numbers, plainly: levels of the features [6][5·7]. */
function featureLevels(): number[][] {
  const wide = [0, 1, 2, 3].map((c) => {
    const { scale, bytes } = byteFilter(depthwise, c);
    return Array.from({ length: 35 }, (_, place) => {
      const [y, x] = [Math.floor(place / 7), place % 7];
      let sum = Math.round(depthwise.bias[c]! / (scale * levelSize));
      bytes.forEach((byte, i) => {
        sum += byte * at(c, y + Math.floor(i / 3) - 1, x + (i % 3) - 1);
      });
      return inLevels(sum * scale * levelSize);
    });
  });
  return [0, 1, 2, 3, 4, 5].map((o) => {
    const { scale, bytes } = byteFilter(pointwise, o);
    const bias = Math.round(pointwise.bias[o]! / (scale * levelSize));
    return Array.from({ length: 35 }, (_, place) => {
      const sum = bytes.reduce((total, byte, c) => total + byte * wide[c]![place]!, bias);
      return inLevels(sum * scale * levelSize);
    });
  });
}

// Signed filters are for machines that do not saturate.
const usable: FilterBytes[] = (await multipliesBytesExactly()) ? ['int8', 'uint8'] : ['uint8'];
for (const type of usable) {
  test(`${type} filters give what whole numbers give, and nearly what float32 gives`, async () => {
    const graph = network();
    const bytes = await runGraph(quantizeConvolutions(graph, { filters: type, wanted }), image);
    const floats = await runGraph(graph, image);
    const levels = featureLevels().flat();
    let unequal = 0;
    let middling = 0;
    bytes['features']!.data.forEach((value, i) => {
      const level = Math.round(value / levelSize);
      assert.ok(Math.abs(value - level * levelSize) < 1e-5, 'every feature is a whole number of levels');
      if (level !== levels[i]) unequal++;
      // A tie may go to either side.
      assert.ok(Math.abs(level - levels[i]!) <= 1, `${i}: ${level} and ${levels[i]}`);
      if (level > 0 && level < 255) middling++;
      assert.ok(Math.abs(value - floats['features']!.data[i]!) < 0.15);
    });
    assert.ok(unequal <= 3, `${unequal} of ${levels.length} levels differ`);
    assert.ok(middling > 60, 'most features must not be at a limit');
    bytes['head']!.data.forEach((value, i) => {
      assert.ok(Math.abs(value - floats['head']!.data[i]!) < 0.4, `${i}`);
    });
  });
}

/** Two convolutions, a ReLU after the first; neither says what its values lie between. */
function openEnded(): Graph {
  const b = new GraphBuilder('open-ended');
  const x = b.input('image', 'float32', [1, 4, 5, 7]);
  const wide = relu(b, conv(b, x, depthwise, { padding: 'same', name: 'wide' }), 'wide/relu');
  b.output('sums', conv(b, wide, pointwise, { name: 'deep' }));
  return b.finish();
}
const ranges = new Map([
  ['image', { low: -2, high: 8 }],
  ['wide/relu', { low: 0, high: 20 }],
  ['sums', { low: -25, high: 35 }],
]);

test('values that are not clipped take the ranges that are given, below 0 too', async () => {
  const options = { filters: usable[0]!, wanted: () => true, ranges };
  const bytes = await runGraph(quantizeConvolutions(openEnded(), options), image);
  const floats = await runGraph(openEnded(), image);
  const [got, exact] = [bytes['sums']!.data, floats['sums']!.data];
  const level = 60 / 255;
  let below = 0;
  got.forEach((value, i) => {
    // Zero has a level of its own, so every result is a whole number of levels.
    assert.ok(Math.abs(value / level - Math.round(value / level)) < 1e-4, `${value}`);
    assert.ok(Math.abs(value - exact[i]!) < 3 * level, `${i}: ${value} and ${exact[i]}`);
    if (value < 0) below++;
  });
  assert.ok(below > 20 && below < got.length - 20, `${below} of ${got.length} are below 0`);
  const ops = quantizeConvolutions(openEnded(), options).nodes.map(({ op }) => op);
  assert.deepEqual(ops, ['QuantizeLinear', 'QLinearConv', 'QLinearConv', 'DequantizeLinear']);
});

test('a ReLU whose range goes below 0 is kept', () => {
  const wide = new Map([...ranges, ['wide', { low: -9, high: 20 }], ['wide/relu', { low: -1, high: 20 }]]);
  const graph = quantizeConvolutions(openEnded(), { filters: 'uint8', wanted: () => true, ranges: wide });
  assert.ok(graph.nodes.some(({ op }) => op === 'Relu'));
});

test('only what was asked for is on bytes, and nothing unused is left', () => {
  const graph = quantizeConvolutions(network(), { filters: 'int8', wanted });
  const ops = graph.nodes.map(({ op }) => op);
  const expected = ['Clip', 'QuantizeLinear', 'QLinearConv', 'QLinearConv', 'DequantizeLinear', 'Conv'];
  assert.deepEqual(ops, expected);
  const used = new Set(graph.nodes.flatMap(({ inputs }) => inputs));
  assert.deepEqual(
    [...graph.initializers.keys()].filter((name) => !used.has(name)),
    [],
  );
});

test('a convolution of unknown range is refused by name', () => {
  assert.throws(() => quantizeConvolutions(network(), { filters: 'int8', wanted: () => true }), {
    code: 'MODEL_INVALID',
    message: /head\/conv|head cannot/,
  });
});
