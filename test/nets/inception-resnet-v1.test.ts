import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { encodeModel } from '../../src/formats/index.ts';
import { toModel } from '../../src/graph/index.ts';
import type { NamedWeights } from '../../src/kernel/index.ts';
import {
  inceptionDimension,
  inceptionResnetV1,
  type InceptionPreprocessing,
  type InceptionResnetV1Options,
} from '../../src/nets/index.ts';
import {
  deterministicPictures,
  inceptionShapes,
  inceptionWeights,
} from '../support/deterministic-weights.ts';
import { inRepository } from '../support/repository.ts';
import { runGraph, type RunInput } from '../support/session.ts';

/** Made by scripts/goldens/inception.py: PyTorch in float64. */
interface Golden {
  readonly dimension: number;
  readonly narrowing?: number;
  readonly gamma?: boolean;
  readonly preprocessing: InceptionPreprocessing;
  readonly norms: readonly number[];
  readonly unit: readonly (readonly number[])[];
}
const { variants } = JSON.parse(
  readFileSync(inRepository('test', 'nets', 'goldens', 'inception.json'), 'utf8'),
) as { readonly variants: readonly Golden[] };

const narrow = inceptionWeights({ narrowing: 16, dimension: 16 });
const pictures = (count: number): RunInput => ({
  type: 'uint8',
  dims: [count, 160, 160, 3],
  data: deterministicPictures(count),
});

/** Embeddings as rows. */
async function embed(
  weights: NamedWeights,
  input: RunInput,
  options?: InceptionResnetV1Options,
): Promise<Float32Array[]> {
  const { embedding } = await runGraph(inceptionResnetV1(weights, options), input);
  const [count, dimension] = embedding!.dims as [number, number];
  return Array.from({ length: count }, (_, i) => embedding!.data.slice(i * dimension, (i + 1) * dimension));
}

/** Largest difference between the numbers of two rows. */
const gap = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i]!)));

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

for (const { unit, norms, preprocessing, ...settings } of variants) {
  const title = Object.entries({ ...settings, preprocessing })
    .flat()
    .join(' ');
  test(`agrees with PyTorch within 1e-5: ${title}`, async () => {
    const weights = inceptionWeights(settings);
    assert.equal(inceptionDimension(weights), settings.dimension);
    const rows = await embed(weights, pictures(unit.length), { preprocessing, normalise: true });
    assert.equal(rows.length, unit.length);
    rows.forEach((row, i) => {
      assert.equal(row.length, settings.dimension);
      assert.ok(gap(row, unit[i]!) < 1e-5, `picture ${i}: ${gap(row, unit[i]!)}`);
      // Neighbouring pictures are told apart by far more than the tolerance.
      assert.ok(gap(row, unit[(i + 1) % unit.length]!) > 1e-3);
    });
    const raw = await embed(weights, pictures(unit.length), { preprocessing });
    raw.forEach((row, i) => {
      const length = Math.hypot(...row);
      assert.ok(Math.abs(length / norms[i]! - 1) < 1e-5, `length ${length}, should be ${norms[i]}`);
    });
  });
}

test('every pre-processing gives other embeddings, far beyond the tolerance', () => {
  const of16 = variants.filter(({ dimension, gamma }) => dimension === 16 && gamma !== true);
  for (const a of of16) {
    for (const b of of16)
      if (a !== b) assert.ok(gap(a.unit[0]!, b.unit[0]!) > 2e-5, `${a.preprocessing}, ${b.preprocessing}`);
  }
});

test('float32 input that is prepared outside gives the same', async () => {
  const bytes = deterministicPictures(2);
  const prepared = Float32Array.from(bytes, (pixel) => (pixel - 127.5) / 128);
  const float = { type: 'float32', dims: [2, 160, 160, 3] } as const;
  const inside = await embed(narrow, pictures(2), { preprocessing: 'fixed-128' });
  const outside = await embed(
    narrow,
    { ...float, data: prepared },
    { input: 'float32', preprocessing: 'none' },
  );
  const between = await embed(
    narrow,
    { ...float, data: Float32Array.from(bytes) },
    { input: 'float32', preprocessing: 'fixed-128' },
  );
  for (let i = 0; i < 2; i++) {
    assert.ok(gap(inside[i]!, outside[i]!) < 1e-4, `${gap(inside[i]!, outside[i]!)}`);
    assert.ok(gap(inside[i]!, between[i]!) < 1e-5);
  }
});

test('pictures of a batch do not influence each other', async () => {
  const together = await embed(narrow, pictures(3));
  for (let i = 0; i < 3; i++) {
    const data = deterministicPictures(3).slice(i * 76800, (i + 1) * 76800);
    const [alone] = await embed(narrow, { type: 'uint8', dims: [1, 160, 160, 3], data });
    assert.ok(gap(alone!, together[i]!) < 1e-5);
  }
});

test('BGR is RGB with the colours swapped', async () => {
  const input = pictures(1);
  const swapped = input.data.map((_, at) => input.data[at - (at % 3) + 2 - (at % 3)]!) as Uint8Array;
  const options = { preprocessing: 'fixed-128' } as const;
  const [plain] = await embed(narrow, { ...input, data: swapped }, options);
  const [bgr] = await embed(narrow, input, { ...options, colourOrder: 'bgr' });
  const [rgb] = await embed(narrow, input, options);
  assert.ok(gap(plain!, bgr!) < 1e-5);
  assert.ok(gap(rgb!, bgr!) > 1e-3);
});

test('the floor of the deviation counts only for pictures of nearly one colour', async () => {
  const grey = new Uint8Array(2 * 76800).fill(100);
  // One pixel in the second: its deviation, 1/√N·√(1 − 1/N), lies just below the floor of 1/√N.
  grey[76800] = 101;
  const input = { type: 'uint8', dims: [2, 160, 160, 3], data: grey } as const;
  const floored = await embed(narrow, input);
  const unfloored = await embed(narrow, input, { preprocessing: 'prewhiten-unfloored' });
  for (const row of [...floored, ...unfloored]) assert.ok(row.every(Number.isFinite));
  assert.ok(gap(floored[0]!, unfloored[0]!) < 1e-5, 'both give zeros for one colour');
  const [a] = await embed(narrow, pictures(1));
  const [b] = await embed(narrow, pictures(1), { preprocessing: 'prewhiten-unfloored' });
  assert.ok(gap(a!, b!) === 0, 'and the same for pictures');
});

test('the scale of the last block counts', async () => {
  const [one] = await embed(narrow, pictures(1));
  const [half] = await embed(narrow, pictures(1), { lastScale: 0.5 });
  assert.ok(gap(one!, half!) > 1e-3);
});

test('equal weights give equal bytes', () => {
  assert.deepEqual(
    encodeModel(toModel(inceptionResnetV1(narrow))),
    encodeModel(toModel(inceptionResnetV1(narrow))),
  );
});

const wrong: readonly [
  string,
  (weights: Map<string, NamedWeights extends ReadonlyMap<string, infer T> ? T : never>) => void,
  RegExp,
][] = [
  [
    'a missing tensor',
    (w) => w.delete('Block35_3_Branch_2_Conv2d_0c_3x3/kernel'),
    /Block35_3_Branch_2_Conv2d_0c_3x3\/kernel is missing/,
  ],
  [
    'another number of channels',
    (w) => w.set('Block8_6_Conv2d_1x1/bias', { type: 'float32', dims: [3], data: new Float32Array(3) }),
    /Block8_6_Conv2d_1x1\/bias is \[3\] and should be \[112\]/,
  ],
  [
    'a kernel of another size',
    (w) =>
      w.set('Conv2d_1a_3x3/kernel', { type: 'float32', dims: [5, 5, 3, 2], data: new Float32Array(150) }),
    /Conv2d_1a_3x3\/kernel is \[5, 5, 3, 2\] and should be \[3, 3, 3, any\]/,
  ],
  [
    'a variance below 0',
    (w) =>
      w.set('Bottleneck_BatchNorm/moving_variance', {
        type: 'float32',
        dims: [16],
        data: new Float32Array(16).fill(-1),
      }),
    /Bottleneck_BatchNorm\/moving_variance holds numbers below 0/,
  ],
];
for (const [title, change, message] of wrong) {
  test(`refused: ${title}`, () => {
    const weights = new Map(narrow);
    change(weights);
    assert.throws(() => inceptionResnetV1(weights, { weightsPath: 'f.h5' }), {
      code: 'WEIGHTS_INVALID',
      message,
    });
  });
}

test('options are checked; weights without a bottleneck have no dimension', () => {
  const bad = { preprocessing: 'whiten' } as unknown as InceptionResnetV1Options;
  assert.throws(() => inceptionResnetV1(narrow, bad), { code: 'OPTION_INVALID' });
  assert.throws(() => inceptionDimension(new Map()), { code: 'WEIGHTS_INVALID' });
});
