import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeModel, encodeModel } from '../../src/formats/index.ts';
import { toModel, type Graph } from '../../src/graph/index.ts';
import type { Tensor } from '../../src/kernel/index.ts';
import { inceptionResnetV1 } from '../../src/nets/index.ts';
import { openLocalSession, type TensorMap } from '../../src/runtime/index.ts';
import {
  blendGraphs,
  differentiate,
  graphOfModel,
  headOf,
  splitGraph,
  weightsAsInputs,
  weightsFrom,
  weightsOf,
  withWeights,
} from '../../src/train/index.ts';
import { deterministicPictures, inceptionWeights } from '../support/deterministic-weights.ts';
import { relativeError } from './support/gradient-check.ts';

const network = inceptionResnetV1(inceptionWeights({ narrowing: 16, dimension: 16 }), { normalise: true });
const image: Tensor<'uint8'> = { type: 'uint8', dims: [2, 160, 160, 3], data: deterministicPictures(2) };

async function run(graph: Graph, inputs: TensorMap): Promise<TensorMap> {
  await using session = await openLocalSession(graph.name, encodeModel(toModel(graph)));
  const outputs = await session.run(inputs);
  return outputs;
}
const embeddingOf = async (graph: Graph, inputs: TensorMap): Promise<Float32Array> =>
  (await run(graph, inputs))['embedding']!.data as Float32Array;

test('a network cut in two computes what it did whole, wherever it is cut', async () => {
  const whole = await embeddingOf(network, { image });
  assert.equal(headOf(network), 'features');
  for (const at of ['features', 'Block17_3_Activation', 'Conv2d_4b_3x3/relu']) {
    const { trunk, head } = splitGraph(network, at);
    const features = await run(trunk, { image });
    assert.ok(relativeError(await embeddingOf(head, features), whole) < 1e-5, at);
  }
});

test('a cut that something passes by is refused', () => {
  assert.throws(() => splitGraph(network, 'Block17_3_Branch_0_Conv2d_1x1/relu'), { code: 'MODEL_INVALID' });
  assert.throws(() => splitGraph(network, 'nothing'), { code: 'MODEL_INVALID' });
  assert.throws(() => weightsFrom(network, 'nothing'), { code: 'MODEL_INVALID' });
});

test('from a named block upward exactly the weights behind it are trained', () => {
  assert.deepEqual(weightsFrom(network, 'features'), ['Bottleneck/weights', 'Bottleneck/bias']);
  const names = weightsFrom(network, 'Block8_5_Activation');
  assert.ok(names.every((name) => /^(Block8_6|Bottleneck)/.test(name)));
  assert.equal(names.length, 2 * 5 + 2);
  assert.equal(weightsFrom(network, 'image').length, 2 * (111 + 21) + 2);
  // Blocks below are not walked backwards.
  const gradient = differentiate(network, { weights: names });
  assert.ok(!gradient.nodes.some((node) => node.op === 'ScatterElements'));
});

test('the graph of a file has the shapes of the graph that it was made from', async () => {
  const model = decodeModel(encodeModel(toModel(network)), 'network.onnx');
  const graph = await graphOfModel('network', model);
  for (const [name, { type, dims }] of network.values) {
    assert.deepEqual(graph.values.get(name), { name, type, dims }, name);
  }
  const names = weightsFrom(graph, 'features');
  const gradient = differentiate(graph, { weights: names });
  assert.ok(gradient.outputs.some(({ name }) => name === 'gradient/Bottleneck/weights'));
});

test('weights given as inputs or put in place count as if they had been there', async () => {
  const names = ['Bottleneck/weights'];
  const changed = weightsOf(network, names);
  changed.get(names[0]!)!.data.forEach((value, i, data) => {
    data[i] = value * (1 + (i % 7));
  });
  const expected = await embeddingOf(withWeights(network, changed), { image });
  const inputs = { image, [names[0]!]: changed.get(names[0]!)! };
  assert.ok(relativeError(await embeddingOf(weightsAsInputs(network, names), inputs), expected) < 1e-5);
  assert.ok(relativeError(await embeddingOf(network, { image }), expected) > 1e-3);
  assert.throws(() => weightsOf(network, ['nothing']), { code: 'MODEL_INVALID' });
});

test('a blend begins at one network and ends at the other', () => {
  const names = ['Bottleneck/weights', 'Bottleneck/bias'];
  const changed = weightsOf(network, names);
  for (const { data } of changed.values()) data.forEach((value, i) => void (data[i] = value + 1));
  const after = withWeights(network, changed);
  for (const share of [0, 0.25, 1]) {
    const blended = weightsOf(blendGraphs(network, after, names, share), names);
    for (const [name, { data }] of weightsOf(network, names)) {
      const moved = blended.get(name)!.data;
      assert.ok(data.every((value, i) => Math.abs(moved[i]! - value - share) < 1e-6));
    }
  }
  assert.throws(() => blendGraphs(network, network, ['nothing'], 0.5), { code: 'MODEL_INVALID' });
});
