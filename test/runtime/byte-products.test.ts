import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { encodeModel } from '../../src/formats/index.ts';
import { GraphBuilder, toModel } from '../../src/graph/index.ts';
import { Random } from '../../src/kernel/index.ts';
import { multipliesBytesExactly } from '../../src/runtime/index.ts';

test('the machine says of itself what random sums show', async () => {
  const [random, inner, columns] = [new Random(11), 96, 40];
  const pixels = Uint8Array.from({ length: inner }, () => random.between(128, 256));
  const filters = Int8Array.from({ length: inner * columns }, () => random.between(64, 128));
  const b = new GraphBuilder('sums');
  const x = b.input('x', 'uint8', [1, inner]);
  const weights = b.constant({ type: 'int8', dims: [inner, columns], data: filters }, 'filters');
  b.output('y', b.node('MatMulInteger', [x, weights], {}, { type: 'int32', dims: [1, columns] }));
  const session = await InferenceSession.create(encodeModel(toModel(b.finish())));
  const { y } = await session.run({ x: new Tensor('uint8', pixels, [1, inner]) });
  await session.release();
  const wanted = Int32Array.from({ length: columns }, (_, column) =>
    pixels.reduce((sum, pixel, i) => sum + pixel * filters[i * columns + column]!, 0),
  );
  const exact = (y!.data as Int32Array).every((sum, i) => sum === wanted[i]);
  assert.equal(await multipliesBytesExactly(), exact);
});
