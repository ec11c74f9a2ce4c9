import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { mtcnnOutputNet, mtcnnProposalNet, mtcnnRefineNet, type BuildOptions } from '../../src/nets/index.ts';
import type { Graph } from '../../src/graph/index.ts';
import { VisageError, type NamedWeights } from '../../src/kernel/index.ts';
import type { MtcnnPart } from '../../src/packs/index.ts';
import { deterministicTensor } from '../support/deterministic-weights.ts';
import { mtcnnWeights } from '../support/mtcnn-weights.ts';
import { inRepository } from '../support/repository.ts';
import { openSession, runGraph, runSession } from '../support/session.ts';

/** Made by scripts/goldens/mtcnn.py. */
const goldens = JSON.parse(
  readFileSync(inRepository('test', 'nets', 'goldens', 'mtcnn.json'), 'utf8'),
) as Record<string, { dims: number[]; data: number[] }>;

const build: Readonly<Record<MtcnnPart, (weights: NamedWeights, options?: BuildOptions) => Graph>> = {
  pnet: mtcnnProposalNet,
  rnet: mtcnnRefineNet,
  onet: mtcnnOutputNet,
};

/** [batch, 3, height, width] in [−1, 1). */
const picture = (name: string, ...dims: number[]): Float32Array =>
  deterministicTensor(`${name}/moving_variance`, dims).data.map((value) => 2 * (value - 1));

/** The goldens are worked out in float64, the networks in float32 with sums of up to 1152 products. */
const float32Noise = 5e-6;

const sigmoid = (value: number): number => 1 / (1 + Math.exp(-value));

function assertNear(got: ArrayLike<number>, wanted: ArrayLike<number>, limit: number, what: string): void {
  assert.equal(got.length, wanted.length, what);
  for (let i = 0; i < wanted.length; i++) {
    const off = Math.abs(got[i]! - wanted[i]!);
    assert.ok(off <= limit * Math.max(1, Math.abs(wanted[i]!)), `${what} ${i}: ${got[i]} for ${wanted[i]}`);
  }
}

/** A picture with its plane `outside`, on a canvas. */
function onCanvas(
  pixels: Float32Array,
  [height, width]: readonly [number, number],
  [canvasHeight, canvasWidth]: readonly [number, number],
  [top, left]: readonly [number, number],
  canvas: Float32Array = new Float32Array(4 * canvasHeight * canvasWidth).fill(
    1,
    3 * canvasHeight * canvasWidth,
  ),
): Float32Array {
  const plane = canvasHeight * canvasWidth;
  for (let y = 0; y < height; y++) {
    const to = (top + y) * canvasWidth + left;
    for (let c = 0; c < 3; c++) {
      const from = (c * height + y) * width;
      canvas.set(pixels.subarray(from, from + width), c * plane + to);
    }
    canvas.fill(0, 3 * plane + to, 3 * plane + to + width);
  }
  return canvas;
}

for (const [height, width] of [
  [12, 12],
  [17, 20],
  [15, 13],
] as const) {
  test(`P-Net gives PyTorch's numbers on a picture of ${width}×${height}`, async () => {
    const name = `pnet ${height}x${width}`;
    const golden = goldens[name]!;
    const pixels = picture(name, 1, 3, height, width);
    const data = onCanvas(pixels, [height, width], [height, width], [0, 0]);
    const { cells } = await runGraph(build.pnet(mtcnnWeights('pnet')), {
      type: 'float32',
      dims: [1, 4, height, width],
      data,
    });
    assert.deepEqual(cells!.dims, golden.dims);
    const plane = golden.data.length / 5;
    const got = cells!.data.map((value, i) => (i < plane ? sigmoid(value) : value));
    assertNear(got, golden.data, float32Noise, name);
  });
}

for (const [part, sizePx, batch] of [
  ['rnet', 24, 3],
  ['onet', 48, 2],
] as const) {
  test(`${part} gives PyTorch's numbers`, async () => {
    const golden = goldens[part]!;
    const input = {
      type: 'float32',
      dims: [batch, 3, sizePx, sizePx],
      data: picture(part, batch, 3, sizePx, sizePx),
    } as const;
    const { judgements } = await runGraph(build[part](mtcnnWeights(part)), input);
    assert.deepEqual(judgements!.dims, golden.dims);
    const [, columns] = golden.dims as [number, number];
    const got = judgements!.data.map((value, i) => (i % columns === 0 ? sigmoid(value) : value));
    assertNear(got, golden.data, float32Noise, part);
  });
}

test('pictures that share a canvas get the bits that each gets alone', async () => {
  const session = await openSession(build.pnet(mtcnnWeights('pnet')));
  const run = async (data: Float32Array, [height, width]: readonly [number, number]) =>
    (await runSession(session, { type: 'float32', dims: [1, 4, height, width], data }))['cells']!;
  const canvasSize = [62, 46] as const;
  let canvas: Float32Array | undefined;
  const places = [
    { size: [21, 23], at: [0, 0] },
    { size: [20, 21], at: [0, 24] },
    { size: [37, 45], at: [24, 0] },
  ] as const;
  for (const [i, { size, at }] of places.entries()) {
    canvas = onCanvas(picture(`shared ${i}`, 1, 3, size[0], size[1]), size, canvasSize, at, canvas);
  }
  const shared = await run(canvas!, canvasSize);
  const mapWidth = shared.dims[3]!;
  for (const [i, { size, at }] of places.entries()) {
    const alone = await run(
      onCanvas(picture(`shared ${i}`, 1, 3, size[0], size[1]), size, size, [0, 0]),
      size,
    );
    const [, planes, rows, columns] = alone.dims as [number, number, number, number];
    assert.deepEqual(
      [rows, columns],
      size.map((length) => Math.ceil(length / 2) - 5),
    );
    for (let p = 0; p < planes; p++) {
      for (let row = 0; row < rows; row++) {
        const start = (p * shared.dims[2]! + at[0] / 2 + row) * mapWidth + at[1] / 2;
        const from = (p * rows + row) * columns;
        assert.deepEqual(
          shared.data.subarray(start, start + columns),
          alone.data.subarray(from, from + columns),
          `picture ${i}, plane ${p}, row ${row}`,
        );
      }
    }
  }
  await session.release();
});

test('slopes of every kind give the same as taking the maximum last', async () => {
  const kinds: Readonly<Record<string, (slope: number) => number>> = {
    'all rising': Math.abs,
    'all falling': (slope) => -Math.abs(slope) - 0.01,
    'none above 1': (slope) => slope / 3,
    zero: () => 0,
  };
  for (const [kind, turn] of Object.entries(kinds)) {
    const weights = mtcnnWeights('rnet', turn);
    const data = picture('slopes', 2, 3, 24, 24);
    const { judgements } = await runGraph(build.rnet(weights), {
      type: 'float32',
      dims: [2, 3, 24, 24],
      data,
    });
    assertNear(judgements!.data, plainRefineNet(weights, data, 2), 2e-5, kind);
  }
});

const prelu = (value: number, slope: number): number => (value > 0 ? value : slope * value);

/** R-Net in plain loops of float64, PReLU before the maximum. */
function plainRefineNet(weights: NamedWeights, pixels: Float32Array, batch: number): number[] {
  type Map3 = { size: number; channels: number; at: (x: number, y: number, c: number) => number };
  const data = (name: string): Float32Array => weights.get(name)!.data;
  const keep = (size: number, channels: number, value: Map3['at']): Map3 => {
    const values = new Float64Array(size * size * channels);
    for (let x = 0; x < size; x++)
      for (let y = 0; y < size; y++)
        for (let c = 0; c < channels; c++) values[(x * size + y) * channels + c] = value(x, y, c);
    return { size, channels, at: (x, y, c) => values[(x * size + y) * channels + c]! };
  };
  const conv = (map: Map3, layer: number, k: number, to: number): Map3 =>
    keep(map.size - k + 1, to, (x, y, o) => {
      let sum = data(`conv${layer}/biases`)[o]!;
      for (let i = 0; i < k; i++)
        for (let j = 0; j < k; j++)
          for (let c = 0; c < map.channels; c++)
            sum +=
              map.at(x + i, y + j, c) *
              data(`conv${layer}/weights`)[((i * k + j) * map.channels + c) * to + o]!;
      return prelu(sum, data(`prelu${layer}/alpha`)[o]!);
    });
  const pool = (map: Map3, same: boolean): Map3 =>
    keep((same ? Math.ceil : Math.floor)((map.size - 3) / 2) + 1, map.channels, (x, y, c) => {
      let most = -Infinity;
      for (let i = 0; i < 3; i++)
        for (let j = 0; j < 3; j++)
          if (2 * x + i < map.size && 2 * y + j < map.size)
            most = Math.max(most, map.at(2 * x + i, 2 * y + j, c));
      return most;
    });
  const dense = (values: number[], layer: string, to: number): number[] =>
    Array.from({ length: to }, (_, o) =>
      values.reduce(
        (sum, value, i) => sum + value * data(`${layer}/weights`)[i * to + o]!,
        data(`${layer}/biases`)[o]!,
      ),
    );
  return Array.from({ length: batch }, (_, n) => {
    const first = keep(24, 3, (x, y, c) => pixels[((n * 3 + c) * 24 + y) * 24 + x]!);
    const last = conv(pool(conv(pool(conv(first, 1, 3, 28), true), 2, 3, 48), false), 3, 2, 64);
    const flat = Array.from({ length: 576 }, (_, i) =>
      last.at(Math.floor(i / 192), Math.floor(i / 64) % 3, i % 64),
    );
    const hidden = dense(flat, 'conv4', 128).map((value, i) => prelu(value, data('prelu4/alpha')[i]!));
    const [not, face] = dense(hidden, 'conv5-1', 2) as [number, number];
    return [face - not, ...dense(hidden, 'conv5-2', 4)];
  }).flat();
}

test('weights that are missing or of another shape are named', () => {
  for (const part of ['pnet', 'rnet', 'onet'] as const) {
    const weights = new Map(mtcnnWeights(part));
    const [name, tensor] = [...weights].at(-1)!;
    weights.set(name, { ...tensor, dims: [...tensor.dims, 1] });
    const options = { weightsPath: 'det.npy' };
    const named = (error: unknown): boolean =>
      error instanceof VisageError && error.code === 'WEIGHTS_INVALID' && error.message.includes(name);
    assert.throws(() => build[part](weights, options), named);
    weights.delete(name);
    assert.throws(() => build[part](weights, options), named);
  }
});
