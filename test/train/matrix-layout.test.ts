import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as ops from '../../src/graph/index.ts';
import { float, int, type Graph, type Value } from '../../src/graph/index.ts';
import { Random } from '../../src/kernel/index.ts';
import { convolutionBlock } from '../../src/runtime/index.ts';
import { withMatrices } from '../../src/train/autodiff/matrix-layout.ts';
import { checkGradients, normals } from './support/gradient-check.ts';
import { Case, operationCases } from './support/operation-cases.ts';

function randomCase(): Case {
  const random = new Random(9);
  return new Case((_, dims) => normals(random, dims).data);
}

const weightsOf = (graph: Graph): string[] =>
  [...graph.initializers.keys()].filter((name) => name.startsWith('weight'));
const asMatrices = (graph: Graph): Graph => withMatrices(graph, weightsOf(graph));
const count = (graph: Graph, op: string): number => graph.nodes.filter((node) => node.op === op).length;

for (const [name, build] of Object.entries(operationCases).filter(([name]) => name.startsWith('Conv'))) {
  test(`the gradient of ${name} on matrices is that of central differences`, async () => {
    for (const batch of [1, 3]) {
      const c = randomCase();
      c.b.output('y', build(c, batch));
      await checkGradients(c.b.finish(), c.inputs, ['y'], 0, asMatrices);
    }
  });
}

/** Normalised by the batch. */
function normalised(c: Case, x: Value): Value {
  const channels = x.dims[1] as number;
  const perChannel = { type: 'float32', dims: [channels] } as const;
  const state = (name: string): Value => {
    const data = new Float32Array(channels).fill(0.7);
    return c.b.weight({ ...perChannel, data }, `${name} of ${x.name}`);
  };
  const inputs = [x, c.weight([channels], (gamma) => 1 + gamma / 4), c.weight([channels])];
  const attributes = { epsilon: float(1e-3), momentum: float(0.75), training_mode: int(1) };
  const results = [{ type: 'float32', dims: x.dims } as const, perChannel, perChannel];
  const states = [state('mean'), state('variance')];
  const [y, mean, variance] = c.b.nodes('BatchNormalization', [...inputs, ...states], attributes, results);
  c.b.output(`mean after ${x.name}`, mean!);
  c.b.output(`variance after ${x.name}`, variance!);
  return y!;
}

/** As in Inception-ResNet: branches side by side, joined, turned back by a convolution, of which a share is added. */
function residual(c: Case, batch: number, change: (c: Case, x: Value) => Value): Value {
  const x = c.input([batch, 4, 5, 3]);
  const smooth = (value: Value): Value => ops.sigmoid(c.b, change(c, value));
  const [left, right] = [
    smooth(c.conv(x, 3, [1, 1])),
    smooth(c.conv(smooth(c.conv(x, 2, [1, 1])), 2, [3, 3], { pads: [1, 1, 1, 1] })),
  ];
  const up = c.conv(ops.concat(c.b, [left, right], 1), 4, [1, 1]);
  const sum = ops.add(c.b, x, ops.mul(c.b, up, ops.scalar(c.b, 0.25)));
  return ops.maxPool(c.b, ops.sigmoid(c.b, sum), 3, { stride: 2 });
}

for (const [what, change] of [
  ['', (_: Case, x: Value) => x],
  [', normalised by the batch,', normalised],
] as const) {
  for (const channelBlock of [0, await convolutionBlock()]) {
    const way = channelBlock === 0 ? '' : ' and operators of ONNX Runtime';
    test(`the gradient of a residual block${what} on matrices${way} is that of central differences`, async () => {
      for (const batch of [2, 3]) {
        const c = randomCase();
        c.b.output('y', residual(c, batch, change));
        await checkGradients(c.b.finish(), c.inputs, ['y'], channelBlock, asMatrices);
      }
    });
  }
}

test('what lies as matrices stays so from convolution to convolution, and the share is part of the product', () => {
  const c = randomCase();
  c.b.output(
    'y',
    residual(c, 2, (_, x) => x),
  );
  const graph = asMatrices(c.b.finish());
  assert.equal(count(graph, 'MatrixConv'), 4);
  assert.equal(count(graph, 'Conv') + count(graph, 'Mul'), 0);
  // Into matrices at the input, out of them at the pool.
  assert.equal(count(graph, 'Transpose'), 2);
});

test('what lies as matrices in between can be an output as well, as pictures', async () => {
  const c = randomCase();
  const x = c.input([3, 4, 5, 3]);
  const inner = normalised(c, c.conv(x, 2, [3, 3], { pads: [1, 1, 1, 1] }));
  const sum = ops.sigmoid(c.b, inner);
  c.b.output(inner.name, inner);
  c.b.output(sum.name, sum);
  c.b.output('y', c.conv(ops.concat(c.b, [sum, sum], 1), 2, [1, 1]));
  await checkGradients(c.b.finish(), c.inputs, [inner.name, sum.name, 'y'], 0, asMatrices);
});

test('large pictures and convolutions by groups stay pictures', () => {
  const c = randomCase();
  const large = c.conv(c.input([2, 4, 18, 18]), 4, [1, 1]);
  c.b.output('large', large);
  c.b.output('gathered', c.conv(c.input([2, 4, 9, 9]), 4, [3, 3]));
  c.b.output('groups', c.conv(c.input([2, 4, 5, 5]), 4, [3, 3], { groups: 2 }));
  assert.equal(count(asMatrices(c.b.finish()), 'MatrixConv'), 0);
});
