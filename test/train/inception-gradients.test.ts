import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import {
  add,
  int,
  relu,
  scalar,
  sub,
  type Dim,
  type Graph,
  type GraphBuilder,
  type Value,
} from '../../src/graph/index.ts';
import { inceptionResnetV1 } from '../../src/nets/index.ts';
import { differentiate, extendGraph, gradientName } from '../../src/train/index.ts';
import { deterministicPictures, inceptionWeights } from '../support/deterministic-weights.ts';
import { inRepository } from '../support/repository.ts';
import { runFloats, type Numbers } from './support/gradient-check.ts';

interface Golden {
  readonly margin: number;
  readonly loss: number;
  /** Length of the gradient, then its numbers at places (⌊i·n/4⌋ + i) mod n, in PyTorch's layout. */
  readonly weights: Readonly<Record<string, readonly [number, number, number, number, number]>>;
}
const golden = JSON.parse(
  await readFile(inRepository('test/train/goldens/inception-gradients.json'), 'utf8'),
) as Golden;

/** max(0, |a − p|² − |a − n|² + margin) of three embeddings: anchor, positive, negative. */
function tripletLoss(b: GraphBuilder, embedding: Value, margin: number): Value {
  const node = (op: string, inputs: readonly Value[], dims: readonly Dim[], attributes = {}): Value =>
    b.node(op, inputs, attributes, { type: 'float32', dims });
  const list = (values: readonly number[]): Value =>
    b.constant({ type: 'int64', dims: [values.length], data: BigInt64Array.from(values, BigInt) });
  const dims = [1, embedding.dims[1]!];
  const unit = node('LpNormalization', [embedding], embedding.dims, { axis: int(1), p: int(2) });
  const [a, p, n] = [0, 1, 2].map((row) => node('Gather', [unit, list([row])], dims)) as [
    Value,
    Value,
    Value,
  ];
  const distance = (x: Value, y: Value): Value =>
    node('ReduceSumSquare', [sub(b, x, y)], [], { keepdims: int(0) });
  return relu(b, add(b, sub(b, distance(a, p), distance(a, n)), scalar(b, margin)));
}

const pictures = (): Numbers => ({
  dims: [3, 160, 160, 3],
  data: Float32Array.from(deterministicPictures(3)),
});

function numbersOf(graph: Graph): Map<string, Numbers> {
  const numbers = new Map<string, Numbers>();
  for (const [name, { type, dims, data }] of graph.initializers) {
    if (type === 'float32') numbers.set(name, { dims, data });
  }
  return numbers;
}

test('every gradient of Inception-ResNet-v1 is that of PyTorch', async () => {
  const network = inceptionResnetV1(inceptionWeights({ gamma: true }), {
    batchNorm: 'separate',
    input: 'float32',
  });
  const lossGraph = extendGraph(network, 'triplet', (b, value) =>
    b.output('loss', tripletLoss(b, value('embedding'), golden.margin)),
  );
  const gradients = differentiate(lossGraph, { weights: Object.keys(golden.weights) });
  const got = await runFloats(gradients, numbersOf(network).set('image', pictures()));

  assert.ok(Math.abs(got.get('loss')!.data[0]! - golden.loss) <= 1e-3 * golden.loss);
  let worst = { error: 0, name: '' };
  for (const [name, [length, ...samples]] of Object.entries(golden.weights)) {
    const { dims, data } = got.get(gradientName(name))!;
    const count = data.length;
    const scale = length / Math.sqrt(count);
    // A matrix product keeps [in, out]; PyTorch has [out, in].
    const at = (place: number): number =>
      name === 'Bottleneck/weights'
        ? data[(place % dims[0]!) * dims[1]! + Math.floor(place / dims[0]!)]!
        : data[place]!;
    const errors = [
      Math.abs(Math.hypot(...chunkLengths(data)) - length) / length,
      // Single numbers as a share of the usual size of a number of this gradient.
      ...samples.map(
        (sample, i) =>
          Math.abs(at((Math.floor((i * count) / 4) + i) % count) - sample) /
          Math.max(scale, Math.abs(sample)),
      ),
    ];
    const error = Math.max(...errors);
    if (error > worst.error) worst = { error, name };
  }
  assert.ok(worst.error <= 1e-3, `${worst.name}: ${worst.error.toExponential(2)}`);
});

/** Lengths of stretches of a long list. */
function chunkLengths(data: Float32Array): number[] {
  const lengths: number[] = [];
  for (let from = 0; from < data.length; from += 4096) {
    let sum = 0;
    for (const value of data.subarray(from, from + 4096)) sum += value * value;
    lengths.push(Math.sqrt(sum));
  }
  return lengths;
}
