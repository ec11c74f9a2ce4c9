import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { add, div, scalar, type Value } from '../../src/graph/index.ts';
import { inceptionResnetV1 } from '../../src/nets/index.ts';
import {
  extendGraph,
  GradientSession,
  runningAveragesOf,
  weightsOf,
  withBatchStatistics,
} from '../../src/train/index.ts';
import {
  deterministicPictures,
  deterministicTensor,
  inceptionWeights,
} from '../support/deterministic-weights.ts';
import { inRepository } from '../support/repository.ts';
import { tripletLoss } from './support/golden-gradients.ts';
import { relativeError } from './support/gradient-check.ts';

interface Golden {
  readonly margin: number;
  readonly loss: number;
  /** Length of each weight's gradient, and its product with a direction. */
  readonly weights: Readonly<Record<string, readonly [number, number]>>;
  /** The first four of each running average after the step. */
  readonly running: Readonly<Record<string, readonly number[]>>;
}
const golden = JSON.parse(
  await readFile(inRepository('test/train/goldens/inception-batch-gradients.json'), 'utf8'),
) as Golden;

function product(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function assertErrors(errors: readonly number[], median: number, worst: number): void {
  const sorted = [...errors].sort((a, b) => a - b);
  const middle = sorted[Math.floor(sorted.length / 2)]!;
  assert.ok(middle <= median, `median ${middle}`);
  assert.ok(sorted.at(-1)! <= worst, `worst ${sorted.at(-1)}`);
}

/** Gradients shorter than this are 0 but for rounding: a bias that a normalisation takes out again. */
const nothing = 1e-6;

test('gradients and running averages of Inception-ResNet-v1 with the statistics of the batch are those of PyTorch', async () => {
  const network = inceptionResnetV1(inceptionWeights({ gamma: true }), { batchNorm: 'separate' });
  const lossGraph = extendGraph(withBatchStatistics(network), 'triplets', (b, value) => {
    const embedding = value('embedding');
    const losses = [0, 1].map((triplet): Value => {
      const rows = b.constant({
        type: 'int64',
        dims: [3],
        data: BigInt64Array.from([0, 1, 2], (row) => BigInt(3 * triplet + row)),
      });
      const three = { type: 'float32', dims: [3, embedding.dims[1]!] } as const;
      return tripletLoss(b, b.node('Gather', [embedding, rows], {}, three), golden.margin);
    });
    b.output('loss', div(b, add(b, losses[0]!, losses[1]!), scalar(b, 2)));
  });
  const weights = Object.keys(golden.weights);
  const values = weightsOf(lossGraph, [...weights, ...runningAveragesOf(network)]);
  await using session = await GradientSession.open(lossGraph, values, { weights, outputs: ['loss'] });
  const image = { type: 'uint8', dims: [6, 160, 160, 3], data: deterministicPictures(6) } as const;
  const { loss } = await session.run({ image });

  assert.ok(Math.abs(Number(loss!.data[0]) - golden.loss) <= 1e-5 * golden.loss, `loss ${loss!.data[0]}`);
  const [lengths, directions]: [number[], number[]] = [[], []];
  for (const [name, [length, along]] of Object.entries(golden.weights)) {
    const gradient = session.gradients.get(name)!;
    const got = Math.sqrt(product(gradient, gradient));
    if (length < nothing) {
      assert.ok(got < nothing, `${name} should have no gradient, it is ${got}`);
      continue;
    }
    lengths.push(Math.abs(got - length) / length);
    const direction = deterministicTensor(`direction/${name}`, values.get(name)!.dims).data;
    const usual = (length * Math.sqrt(product(direction, direction))) / Math.sqrt(direction.length);
    directions.push(Math.abs(product(gradient, direction) - along) / Math.max(usual, Math.abs(along)));
  }
  // Float32 allows no more; see the measurement in scripts/goldens/inception_gradients.py.
  assertErrors(lengths, 1e-3, 1e-2);
  assertErrors(directions, 1e-2, 1e-1);
  assert.equal(Object.keys(golden.running).length, runningAveragesOf(network).length);
  for (const [name, expected] of Object.entries(golden.running)) {
    assert.ok(relativeError(values.get(name)!.data, expected) <= 1e-4, name);
  }
});
