import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { inceptionResnetV1 } from '../../src/nets/index.ts';
import { differentiate, extendGraph, gradientName } from '../../src/train/index.ts';
import { deterministicPictures, inceptionWeights } from '../support/deterministic-weights.ts';
import { inRepository } from '../support/repository.ts';
import { errorOf, numbersOf, tripletLoss, type GoldenGradient } from './support/golden-gradients.ts';
import { runFloats } from './support/gradient-check.ts';

interface Golden {
  /** Number of the first of the three pictures. */
  readonly first: number;
  readonly margin: number;
  readonly loss: number;
  readonly weights: Readonly<Record<string, GoldenGradient>>;
}
const golden = JSON.parse(
  await readFile(inRepository('test/train/goldens/inception-gradients.json'), 'utf8'),
) as Golden;

test('every gradient of Inception-ResNet-v1 is that of PyTorch', async () => {
  const network = inceptionResnetV1(inceptionWeights({ gamma: true }), {
    batchNorm: 'separate',
    input: 'float32',
  });
  const lossGraph = extendGraph(network, 'triplet', (b, value) =>
    b.output('loss', tripletLoss(b, value('embedding'), golden.margin)),
  );
  const gradients = differentiate(lossGraph, { weights: Object.keys(golden.weights) });
  const data = Float32Array.from(deterministicPictures(golden.first + 3).slice(-3 * 160 * 160 * 3));
  const image = { dims: [3, 160, 160, 3], data };
  const got = await runFloats(gradients, numbersOf(network).set('image', image));

  assert.ok(Math.abs(got.get('loss')!.data[0]! - golden.loss) <= 1e-3 * golden.loss);
  let worst = { error: 0, name: '' };
  for (const [name, expected] of Object.entries(golden.weights)) {
    const error = errorOf(got.get(gradientName(name))!, expected, name === 'Bottleneck/weights');
    if (error > worst.error) worst = { error, name };
  }
  assert.ok(worst.error <= 1e-3, `${worst.name}: ${worst.error.toExponential(2)}`);
});
