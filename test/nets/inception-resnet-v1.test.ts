import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inceptionDimension, inceptionResnetV1 } from '../../src/nets/index.ts';
import {
  deterministicPictures,
  inceptionShapes,
  inceptionWeights,
} from '../support/deterministic-weights.ts';
import { runGraph } from '../support/session.ts';

const narrow = inceptionWeights({ narrowing: 16, dimension: 16 });
const pictures = { type: 'uint8', dims: [2, 160, 160, 3], data: deterministicPictures(2) } as const;

/** Numbers in all tensors together. */
function parameters(dimension: number): number {
  let sum = 0;
  for (const dims of inceptionShapes({ dimension }).values()) sum += dims.reduce((a, b) => a * b, 1);
  return sum;
}

test('the published networks have the published number of weights', () => {
  assert.equal(inceptionShapes().size, 490);
  assert.equal(parameters(128), 22_808_144);
  assert.equal(parameters(512), 23_497_424);
});

test('a narrow network gives embeddings of unit length that tell pictures apart', async () => {
  assert.equal(inceptionDimension(narrow), 16);
  const { embedding } = await runGraph(inceptionResnetV1(narrow, { normalise: true }), pictures);
  assert.deepEqual(embedding!.dims, [2, 16]);
  let [norm, dot] = [0, 0];
  for (let i = 0; i < 16; i++) {
    norm += embedding!.data[i]! ** 2;
    dot += embedding!.data[i]! * embedding!.data[16 + i]!;
  }
  assert.ok(Math.abs(norm - 1) < 1e-6);
  assert.ok(dot < 0.999, `cosine ${dot}`);
});
