import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from '../../src/kernel/index.ts';
import { convolutionBlock } from '../../src/runtime/index.ts';
import { differentiate } from '../../src/train/index.ts';
import { checkGradients, normals } from './support/gradient-check.ts';
import { batchStatisticsCase, blockedCases, Case, operationCases } from './support/operation-cases.ts';

function randomCase(): Case {
  const random = new Random(7);
  return new Case((_, dims) => normals(random, dims).data);
}

for (const [name, build] of Object.entries(operationCases)) {
  test(`the gradient of ${name} is that of central differences`, async () => {
    for (const batch of [1, 3]) {
      const c = randomCase();
      c.b.output('y', build(c, batch));
      await checkGradients(c.b.finish(), c.inputs);
    }
  });
}

for (const [name, build] of Object.entries(blockedCases)) {
  test(`the gradient of ${name} by blocks of channels is that of central differences`, async () => {
    const channelBlock = await convolutionBlock();
    for (const batch of [1, 3]) {
      const c = randomCase();
      c.b.output('y', build(c, batch));
      await checkGradients(c.b.finish(), c.inputs, ['y'], channelBlock);
    }
  });
}

test('BatchNormalization in training goes through the statistics of the batch', async () => {
  for (const shape of [
    [3, 4, 5, 3],
    [1, 2, 3, 7],
    [6, 4],
  ]) {
    const c = randomCase();
    batchStatisticsCase(c, shape);
    await checkGradients(c.b.finish(), c.inputs, ['y']);
  }
});

test('BatchNormalization of large pictures in training, by operators of ONNX Runtime, goes through the statistics of the batch', async () => {
  const c = randomCase();
  batchStatisticsCase(c, [2, 3, 33, 32]);
  const graph = c.b.finish();
  // Without a convolution any number will do.
  const channelBlock = 16;
  const { nodes } = differentiate(graph, { weights: [], inputs: ['x0'], outputs: ['y'], channelBlock });
  assert.ok(nodes.every(({ op }) => op !== 'BatchNormalization'));
  await checkGradients(graph, c.inputs, ['y'], channelBlock);
});
