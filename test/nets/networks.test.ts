import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeModel } from '../../src/formats/index.ts';
import { toModel } from '../../src/graph/index.ts';
import { Random, type NamedWeights } from '../../src/kernel/index.ts';
import { dlibResnet, landmarks68, ssdAnchors, ssdMobilenetV1 } from '../../src/nets/index.ts';
import { bundledWeights } from '../support/bundled-weights.ts';
import { openSession, runSession } from '../support/session.ts';

const networks = [
  { build: ssdMobilenetV1, model: 'ssd_mobilenetv1_model', sizes: [64, 96], output: 'encodings' },
  { build: landmarks68, model: 'face_landmark_68_model', sizes: [112, 112], output: 'landmarks' },
  { build: dlibResnet, model: 'face_recognition_model', sizes: [150, 150], output: 'embedding' },
] as const;

/** Smooth random pictures: something for the networks to react to. */
function pictures(count: number, height: number, width: number): Uint8Array {
  const random = new Random(3);
  const data = new Uint8Array(count * height * width * 3);
  for (let picture = 0, at = 0; picture < count; picture++) {
    const [fx, fy, phase] = [random.between(0.02, 0.2), random.between(0.02, 0.2), random.between(0, 6)];
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        for (let c = 0; c < 3; c++) {
          data[at++] = 128 + 100 * Math.sin(fx * x + fy * y * (c + 1) + phase) + random.between(0, 20);
        }
      }
    }
  }
  return data;
}

for (const { build, model, sizes, output } of networks) {
  test(`${model}: a batch of three gives what three single pictures give`, async () => {
    const session = await openSession(build(await bundledWeights(model)));
    const [height, width] = sizes;
    const data = pictures(3, height, width);
    const together = await runSession(session, { type: 'uint8', dims: [3, height, width, 3], data });
    const { dims } = together[output]!;
    const length = together[output]!.data.length / 3;
    assert.equal(dims[0], 3);
    let largest = 0;
    for (let i = 0; i < 3; i++) {
      const single = data.slice((i * data.length) / 3, ((i + 1) * data.length) / 3);
      const alone = await runSession(session, { type: 'uint8', dims: [1, height, width, 3], data: single });
      assert.deepEqual(alone[output]!.dims, [1, ...dims.slice(1)]);
      for (let j = 0; j < length; j++) {
        const [a, b] = [alone[output]!.data[j]!, together[output]!.data[i * length + j]!];
        assert.ok(Math.abs(a - b) <= 1e-5 * Math.max(1, Math.abs(a)), `${i}, ${j}: ${a} and ${b}`);
        largest = Math.max(largest, Math.abs(a - together[output]!.data[((i + 1) % 3) * length + j]!));
      }
    }
    assert.ok(largest > 1e-3, 'the three pictures must not look alike to the network');
    await session.release();
  });

  test(`${model}: equal weights give equal bytes; missing or misshapen ones are named`, async () => {
    const weights = await bundledWeights(model);
    assert.deepEqual(encodeModel(toModel(build(weights))), encodeModel(toModel(build(weights))));
    const [name, tensor] = [...weights].find(([, tensor]) => tensor.dims.length === 4)!;
    const missing = new Map(weights);
    missing.delete(name);
    const misshapen: NamedWeights = new Map(weights).set(name, { ...tensor, dims: [tensor.data.length] });
    for (const bad of [missing, misshapen]) {
      assert.throws(
        () => build(bad, { weightsPath: 'w.bin' }),
        (error: Error & { code: string }) =>
          error.code === 'WEIGHTS_INVALID' && error.message.includes(name) && error.message.includes('w.bin'),
      );
    }
  });
}

test('dlib-resnet checks its options', async () => {
  const weights = await bundledWeights('face_recognition_model');
  assert.throws(() => dlibResnet(weights, { pixelScale: 0 }), { code: 'OPTION_INVALID' });
});

test('at 512×512 the anchors are those that come with the weights', async () => {
  const stored = (await bundledWeights('ssd_mobilenetv1_model')).get('Output/extra_dim')!;
  assert.deepEqual(stored.dims, [1, 5118, 4]);
  const anchors = ssdAnchors(512, 512);
  assert.equal(anchors.length, 4 * 5118);
  for (let i = 0; i < 5118; i++) {
    const [top, left, bottom, right] = Array.from(stored.data.subarray(4 * i, 4 * i + 4), (v) => v * 512);
    const wanted = [(top! + bottom!) / 2, (left! + right!) / 2, bottom! - top!, right! - left!];
    for (let k = 0; k < 4; k++) {
      assert.ok(Math.abs(anchors[4 * i + k]! - wanted[k]!) < 1e-3, `anchor ${i}: ${wanted.join(', ')}`);
    }
  }
});

test('the detector takes every multiple of 32 and gives one row an anchor', async () => {
  const session = await openSession(ssdMobilenetV1(await bundledWeights('ssd_mobilenetv1_model')));
  for (const [height, width] of [
    [32, 32],
    [96, 160],
    [224, 128],
    [320, 544],
  ] as const) {
    const data = pictures(1, height, width);
    const { encodings, logits } = await runSession(session, {
      type: 'uint8',
      dims: [1, height, width, 3],
      data,
    });
    const count = ssdAnchors(height, width).length / 4;
    assert.deepEqual(
      [encodings!.dims, logits!.dims],
      [
        [1, count, 4],
        [1, count],
      ],
    );
  }
  await session.release();
});
