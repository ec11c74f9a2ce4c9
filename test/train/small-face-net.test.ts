import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { Random, type NamedWeights, type Tensor } from '../../src/kernel/index.ts';
import {
  initialSmallFaceNet,
  smallFaceNet,
  smallFaceNetDimension,
  smallFaceNetShapes,
  smallFaceNetSizePx,
} from '../../src/nets/index.ts';
import { extendGraph, GradientSession, weightsOf, withBatchStatistics } from '../../src/train/index.ts';
import { deterministicPicture, deterministicTensor } from '../support/deterministic-weights.ts';
import { inRepository } from '../support/repository.ts';
import { runGraph } from '../support/session.ts';
import { errorOf, tripletLoss, type GoldenGradient } from './support/golden-gradients.ts';
import { relativeError } from './support/gradient-check.ts';

interface Golden {
  readonly count: number;
  readonly margin: number;
  readonly loss: number;
  readonly weights: Readonly<Record<string, GoldenGradient>>;
  /** The first four of each running average after the step. */
  readonly running: Readonly<Record<string, readonly number[]>>;
}
const golden = JSON.parse(
  await readFile(inRepository('test/train/goldens/small-face-net.json'), 'utf8'),
) as Golden;

const weights: NamedWeights = new Map(
  [...smallFaceNetShapes].map(([name, dims]): [string, Tensor<'float32'>] => {
    const tensor = deterministicTensor(name, dims);
    return [name, name.endsWith('variance') ? { ...tensor, data: tensor.data.map(() => 1) } : tensor];
  }),
);

/** The upper left 96×96 pixels of each picture. */
function pictures(count: number): Tensor<'uint8'> {
  const row = 3 * smallFaceNetSizePx;
  const data = new Uint8Array(count * smallFaceNetSizePx * row);
  for (let i = 0; i < count; i++) {
    const picture = deterministicPicture(i);
    for (let y = 0; y < smallFaceNetSizePx; y++) {
      data.set(picture.subarray(y * 480, y * 480 + row), (i * smallFaceNetSizePx + y) * row);
    }
  }
  return { type: 'uint8', dims: [count, smallFaceNetSizePx, smallFaceNetSizePx, 3], data };
}

test('every gradient of the small network and its running averages are those of PyTorch, with the statistics of the batch', async () => {
  const lossGraph = extendGraph(withBatchStatistics(smallFaceNet(weights)), 'triplet', (b, value) =>
    b.output('loss', tripletLoss(b, value('embedding'), golden.margin)),
  );
  const trained = Object.keys(golden.weights);
  const values = weightsOf(lossGraph, [...smallFaceNetShapes.keys()]);
  await using session = await GradientSession.open(lossGraph, values, {
    weights: trained,
    outputs: ['loss'],
  });
  const { loss } = await session.run({ image: pictures(golden.count) });

  assert.ok(Math.abs((loss!.data[0] as number) - golden.loss) <= 1e-4 * golden.loss);
  for (const [name, expected] of Object.entries(golden.weights)) {
    const { dims } = values.get(name)!;
    const error = errorOf({ dims, data: session.gradients.get(name)! }, expected);
    assert.ok(error <= 1e-3, `${name}: ${error.toExponential(2)}`);
  }
  for (const [name, expected] of Object.entries(golden.running)) {
    assert.ok(relativeError(values.get(name)!.data, expected) <= 1e-4, name);
  }
});

test('the small network has fewer than a million weights and starts with embeddings that are numbers', async () => {
  const initial = initialSmallFaceNet(new Random(3));
  const count = [...initial.values()].reduce((sum, { data }) => sum + data.length, 0);
  assert.ok(count < 1e6, `${count}`);
  const { embedding } = await runGraph(smallFaceNet(initial), pictures(2));
  assert.deepEqual(embedding!.dims, [2, smallFaceNetDimension]);
  assert.ok(embedding!.data.every((value) => Number.isFinite(value)));
  assert.deepEqual(initial, initialSmallFaceNet(new Random(3)));
});

test('weights of another network are refused', () => {
  const broken = new Map(weights);
  broken.set('down3/weights', deterministicTensor('down3/weights', [64, 32, 5, 5]));
  assert.throws(() => smallFaceNet(broken), { code: 'WEIGHTS_INVALID' });
});
