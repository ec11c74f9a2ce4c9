import assert from 'node:assert/strict';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { encodeModel } from '../../../src/formats/index.ts';
import { toModel, type Graph } from '../../../src/graph/index.ts';
import { Random } from '../../../src/kernel/index.ts';
import { differentiate, gradientName } from '../../../src/train/index.ts';
import { evaluate, type Array64 } from './float64-evaluator.ts';

export interface Numbers {
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

/** Runs a graph whose inputs and outputs are all float32, with one thread. */
export async function runFloats(
  graph: Graph,
  inputs: ReadonlyMap<string, Numbers>,
): Promise<Map<string, Numbers>> {
  const session = await InferenceSession.create(encodeModel(toModel(graph)), {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
  });
  try {
    const feeds = Object.fromEntries(
      session.inputNames.map((name) => {
        const { dims, data } = inputs.get(name)!;
        return [name, new Tensor('float32', data, dims)];
      }),
    );
    const outputs = await session.run(feeds);
    return new Map(
      Object.entries(outputs).map(([name, { dims, data }]) => [name, { dims, data: data as Float32Array }]),
    );
  } finally {
    await session.release();
  }
}

export const normals = (random: Random, dims: readonly number[], scale = 1): Numbers => ({
  dims,
  data: Float32Array.from(
    { length: dims.reduce((product, size) => product * size, 1) },
    () => scale * random.normal(),
  ),
});

/** The largest difference as a share of the largest number expected. */
export function relativeError(got: ArrayLike<number>, expected: ArrayLike<number>): number {
  let [difference, scale] = [0, 0];
  for (let i = 0; i < expected.length; i++) {
    difference = Math.max(difference, Math.abs(got[i]! - expected[i]!));
    scale = Math.max(scale, Math.abs(expected[i]!));
  }
  return scale === 0 ? difference : difference / scale;
}

const toFloat64 = ({ dims, data }: Numbers): Array64 => ({ dims, data: Float64Array.from(data) });

/** Numbers of a tensor that are held against central differences. */
const checkedPlaces = 24;

/**
 * Holds the gradients of Σ seed·output with respect to all weights and inputs against central
 * differences of a float64 reference, and the outputs themselves.
 * @param inputs of the graph; its weights are its float32 constants called `weight…`
 * @param outputs that the loss depends on
 * @param channelBlock of ONNX Runtime's fast convolutions, where they are to be used
 * @param arrange what the graph becomes before it is differentiated
 */
export async function checkGradients(
  graph: Graph,
  inputs: ReadonlyMap<string, Numbers>,
  outputs: readonly string[] = graph.outputs.map(({ name }) => name),
  channelBlock = 0,
  arrange = (graph: Graph): Graph => graph,
): Promise<void> {
  const random = new Random(1);
  const weights = [...graph.initializers.keys()].filter((name) => name.startsWith('weight'));
  const trainable = [...inputs].filter(([name]) => graph.inputs.some((input) => input.name === name));
  const gradients = differentiate(arrange(graph), {
    weights,
    inputs: trainable.map(([name]) => name),
    outputs,
    channelBlock,
  });
  const values = new Map<string, Numbers>(inputs);
  for (const [name, { dims, data }] of graph.initializers) {
    values.set(name, { dims, data: data as Float32Array });
  }
  const plain = new Map([...values].filter(([, { data }]) => data instanceof Float32Array));
  const base = new Map([...plain].map(([name, value]) => [name, toFloat64(value)]));
  const expected = evaluate(graph, base);
  const seeds = new Map([...expected].map(([name, { dims }]) => [name, normals(random, dims)]));
  const isLoss = graph.outputs.every(({ dims }) => dims.length === 0);
  const feeds = new Map(plain);
  for (const [name, value] of seeds) feeds.set(gradientName(name), value);
  const got = await runFloats(gradients, feeds);

  for (const [name, { data }] of expected) {
    assert.ok(relativeError(got.get(name)!.data, data) < 1e-4, `output ${name}`);
  }
  const lossOf = (values: ReadonlyMap<string, Array64>): number => {
    let total = 0;
    for (const [name, { data }] of evaluate(graph, values)) {
      if (!outputs.includes(name)) continue;
      const weight = seeds.get(name)!.data;
      for (let i = 0; i < data.length; i++) total += (isLoss ? 1 : weight[i]!) * data[i]!;
    }
    return total;
  };
  for (const name of [...weights, ...trainable.map(([name]) => name)]) {
    const { dims, data } = base.get(name)!;
    const places =
      data.length <= checkedPlaces
        ? Array.from(data, (_, i) => i)
        : Array.from({ length: checkedPlaces }, () => random.integer(data.length));
    const step = 1e-5;
    const central = places.map((place) => {
      const at = (shift: number): number => {
        const moved = data.slice();
        moved[place]! += shift;
        return lossOf(new Map(base).set(name, { dims, data: moved }));
      };
      return (at(step) - at(-step)) / (2 * step);
    });
    const gradient = got.get(gradientName(name))!;
    // What is trained may come in fewer axes.
    const shape = weights.includes(name) ? [gradient.data.length] : gradient.dims;
    assert.deepEqual(
      shape,
      weights.includes(name) ? [data.length] : dims,
      `shape of the gradient of ${name}`,
    );
    const error = relativeError(
      places.map((place) => gradient.data[place]!),
      central,
    );
    assert.ok(error <= 1e-3, `gradient of ${name}: relative error ${error.toExponential(1)}`);
  }
}
