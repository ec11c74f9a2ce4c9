import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import type { Graph } from '../../src/graph/index.ts';
import { convolutionBlock } from '../../src/runtime/index.ts';
import { differentiate, gradientName, nextName } from '../../src/train/index.ts';
import { withMatrices } from '../../src/train/autodiff/matrix-layout.ts';
import { deterministicTensor } from '../support/deterministic-weights.ts';
import { inRepository } from '../support/repository.ts';
import { numbersOf } from './support/golden-gradients.ts';
import { runFloats, type Numbers } from './support/gradient-check.ts';
import { batchStatisticsCase, blockedCases, Case, operationCases } from './support/operation-cases.ts';

/** For `y` and each input and weight: the length, then numbers at places (⌊i·n/k⌋ + i) mod n. */
type Digests = Readonly<Record<string, readonly number[]>>;
const golden = JSON.parse(
  await readFile(inRepository('test/train/goldens/operations.json'), 'utf8'),
) as Readonly<Record<string, Readonly<Record<string, Digests>>>>;

/** Numbers between −1 and 1 that follow from the name. */
const numbers = (name: string, dims: readonly number[]): Float32Array =>
  deterministicTensor(name, dims).data.map((value) => 8 * value);

function assertDigest(got: Numbers, [length, ...samples]: readonly number[], what: string): void {
  const count = got.data.length;
  const scale = Math.max(length! / Math.sqrt(count), ...samples.map(Math.abs));
  // What is 0 in exact numbers may be as large as the rounding of sums of numbers about 1.
  const limit = 1e-3 * scale + 1e-6;
  const error = Math.abs(Math.hypot(...got.data) - length!);
  assert.ok(error <= 1e-3 * length! + 1e-6, `length of ${what}: off by ${error}`);
  for (const [i, sample] of samples.entries()) {
    const place = (Math.floor((i * count) / samples.length) + i) % count;
    assert.ok(Math.abs(got.data[place]! - sample) <= limit, `${what} at ${place}`);
  }
}

/** Convolutions of the small pictures of these cases as products of matrices. */
const asMatrices = (graph: Graph): Graph => withMatrices(graph, [...graph.initializers.keys()]);

/** @param build states the outputs, of which `y` is the one the loss depends on: Σ seed·y, or y itself */
async function check(
  name: string,
  batch: number,
  build: (c: Case) => void,
  channelBlock = 0,
  arrange = (graph: Graph): Graph => graph,
): Promise<void> {
  const expected = golden[name]?.[batch];
  assert.ok(expected !== undefined, `no golden of ${name}; see scripts/goldens/operation_gradients.py`);
  const path = (part: string): string => `${name}/${batch}/${part}`;
  const c = new Case((part, dims) => numbers(path(part), dims));
  build(c);
  const graph = c.b.finish();
  const weights = [...graph.initializers.keys()].filter((weight) => weight.startsWith('weight'));
  const inputs = graph.inputs.map((input) => input.name);
  const gradients = differentiate(arrange(graph), { weights, inputs, outputs: ['y'], channelBlock });
  const feeds = new Map([...numbersOf(graph), ...c.inputs]);
  const seedDims = graph.outputs[0]!.dims.map((dim) => (dim === 'batch' ? batch : Number(dim)));
  if (seedDims.length > 0) {
    feeds.set(gradientName('y'), { dims: seedDims, data: numbers(path('seed'), seedDims) });
  }
  const got = await runFloats(gradients, feeds);
  for (const [what, digest] of Object.entries(expected)) {
    const isGiven = what.startsWith('x') || what.startsWith('weight');
    assertDigest(got.get(isGiven ? gradientName(what) : what)!, digest, path(what));
  }
  for (const what of [...weights, ...inputs]) assert.ok(what in expected, `no golden of ${path(what)}`);
  for (const state of ['mean', 'variance']) {
    const next = got.get(nextName(state));
    if (next !== undefined) assertDigest(next, expected[`${state} after`]!, path(nextName(state)));
  }
}

for (const [name, build] of Object.entries(operationCases)) {
  test(`the gradient of ${name} is that of PyTorch`, async () => {
    for (const batch of [1, 3]) await check(name, batch, (c) => c.b.output('y', build(c, batch)));
  });
}

for (const [name, build] of Object.entries(operationCases).filter(([name]) => name.startsWith('Conv'))) {
  test(`the gradient of ${name} on matrices is that of PyTorch`, async () => {
    for (const batch of [1, 3]) {
      await check(name, batch, (c) => c.b.output('y', build(c, batch)), 0, asMatrices);
    }
  });
}

for (const [name, build] of Object.entries(blockedCases)) {
  test(`the gradient of ${name} by blocks of channels is that of PyTorch`, async () => {
    const block = await convolutionBlock();
    for (const batch of [1, 3]) {
      await check(`blocked ${name}`, batch, (c) => c.b.output('y', build(c, batch)), block);
    }
  });
}

test('the gradient of BatchNormalization through the statistics of the batch is that of PyTorch', async () => {
  for (const batch of [1, 3]) {
    await check('BatchNormalization, batch', batch, (c) => batchStatisticsCase(c, [batch, 4, 5, 3]));
  }
});
