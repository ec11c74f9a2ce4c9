import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { decodeScrfd, decodeYunet, openDetector, type LocatedFace } from '../../src/detect/index.ts';
import { encodeModel, type OnnxModel, type OnnxNode, type OnnxTensor } from '../../src/formats/index.ts';
import { intersectionOverUnion, Random, VisageError } from '../../src/kernel/index.ts';
import { bundled } from '../../src/packs/bundled.ts';
import type { OpenPack, SingleShotSettings } from '../../src/packs/index.ts';
import { adaptOnnx } from '../../src/packs/import/adapt-onnx.ts';
import { openInferencePool } from '../../src/runtime/index.ts';
import { modelFile } from '../support/networks.ts';

const sizePx = 64;
const strides = [8, 16, 32] as const;
type Arrays = Record<string, Float32Array>;
const reader = (arrays: Arrays) => (name: string) => arrays[name]!;

/** Faces at random places, and the cell and stride that is to see each. */
function randomFaces(
  count: number,
  seed: number,
): { face: LocatedFace; stride: number; row: number; column: number }[] {
  const random = new Random(seed);
  const taken = new Set<string>();
  return Array.from({ length: count }, () => {
    for (;;) {
      const stride = strides[random.integer(3)]!;
      const [row, column] = [random.integer(sizePx / stride), random.integer(sizePx / stride)];
      const key = `${stride} ${row} ${column}`;
      if (taken.has(key)) continue;
      taken.add(key);
      const [width, height] = [4 + 40 * random.next(), 4 + 40 * random.next()];
      const [x, y] = [60 * random.next() - 10, 60 * random.next() - 10];
      const landmarks = Array.from({ length: 5 }, () => ({
        x: 64 * random.next(),
        y: 64 * random.next(),
      }));
      const score = 0.55 + 0.4 * random.next();
      const face = { box: { x, y, width, height }, score, landmarks } as unknown as LocatedFace;
      return { face, stride, row, column };
    }
  });
}

const zeros = (parts: Record<string, number>, perCell: number): Arrays =>
  Object.fromEntries(
    strides.flatMap((stride) =>
      Object.entries(parts).map(([part, width]) => [
        `${part}_${stride}`,
        new Float32Array((sizePx / stride) ** 2 * perCell * width),
      ]),
    ),
  );

/** The other way round: what YuNet would have to answer for these faces (its training targets). */
function encodeYunet(faces: ReturnType<typeof randomFaces>): Arrays {
  const arrays = zeros({ cls: 1, obj: 1, bbox: 4, kps: 10 }, 1);
  for (const { face, stride, row, column } of faces) {
    const cell = row * (sizePx / stride) + column;
    const { x, y, width, height } = face.box;
    arrays[`cls_${stride}`]![cell] = face.score ** 2 / 0.97;
    arrays[`obj_${stride}`]![cell] = 0.97;
    const box = [
      (x + width / 2) / stride - column,
      (y + height / 2) / stride - row,
      Math.log(width / stride),
      Math.log(height / stride),
    ];
    arrays[`bbox_${stride}`]!.set(box, 4 * cell);
    const points = face.landmarks.flatMap((point) => [point.x / stride - column, point.y / stride - row]);
    arrays[`kps_${stride}`]!.set(points, 10 * cell);
  }
  return arrays;
}

/** The same for SCRFD, on the second of its two anchors a cell. */
function encodeScrfd(faces: ReturnType<typeof randomFaces>): Arrays {
  const arrays = zeros({ scores: 1, boxes: 4, points: 10 }, 2);
  for (const { face, stride, row, column } of faces) {
    const anchor = 2 * (row * (sizePx / stride) + column) + 1;
    const { x, y, width, height } = face.box;
    const [centreX, centreY] = [column * stride, row * stride];
    arrays[`scores_${stride}`]![anchor] = face.score;
    const box = [centreX - x, centreY - y, x + width - centreX, y + height - centreY];
    arrays[`boxes_${stride}`]!.set(
      box.map((side) => side / stride),
      4 * anchor,
    );
    const points = face.landmarks.flatMap((point) => [
      (point.x - centreX) / stride,
      (point.y - centreY) / stride,
    ]);
    arrays[`points_${stride}`]!.set(points, 10 * anchor);
  }
  return arrays;
}

const sorted = (faces: readonly LocatedFace[]): LocatedFace[] => faces.toSorted((a, b) => a.score - b.score);
const numbers = ({ box, score, landmarks }: LocatedFace): number[] => [
  score,
  box.x,
  box.y,
  box.width,
  box.height,
  ...landmarks.flatMap(({ x, y }) => [x, y]),
];

function assertSameFaces(got: readonly LocatedFace[], wanted: readonly LocatedFace[]): void {
  assert.equal(got.length, wanted.length);
  for (const [i, face] of sorted(got).entries()) {
    const expected = numbers(sorted(wanted)[i]!);
    numbers(face).forEach((value, n) =>
      assert.ok(Math.abs(value - expected[n]!) < 1e-3, `number ${n} of face ${i}`),
    );
  }
}

describe('decoding gives back what was encoded', () => {
  for (let seed = 1; seed <= 5; seed++) {
    const faces = randomFaces(9, seed);
    const wanted = faces.map(({ face }) => face);
    test(`YuNet, seed ${seed}`, () => {
      assertSameFaces(decodeYunet(reader(encodeYunet(faces)), sizePx, 0.5), wanted);
    });
    test(`SCRFD, seed ${seed}`, () => {
      assertSameFaces(decodeScrfd(reader(encodeScrfd(faces)), strides, sizePx, 0.5), wanted);
    });
  }
});

test('YuNet: one cell worked out by hand', () => {
  const arrays = zeros({ cls: 1, obj: 1, bbox: 4, kps: 10 }, 1);
  // Stride 16, 4 × 4 cells, row 2, column 1: cell 9. A class above 1 counts as 1: √(1 · 0.49) = 0.7.
  arrays['cls_16']![9] = 1.3;
  arrays['obj_16']![9] = 0.49;
  arrays['bbox_16']!.set([0.5, 0.25, 0, Math.log(2)], 36);
  arrays['kps_16']!.set([0, 0, 1, 0, 0.5, 0.5, 0, 1, 1, 1], 90);
  const [face, ...others] = decodeYunet(reader(arrays), sizePx, 0.6);
  assert.equal(others.length, 0);
  // Centre (1.5·16, 2.25·16) = (24, 36), size 16 × 32.
  assertSameFaces(
    [face!],
    [
      {
        box: { x: 16, y: 20, width: 16, height: 32 },
        score: 0.7,
        landmarks: [
          { x: 16, y: 32 },
          { x: 32, y: 32 },
          { x: 24, y: 40 },
          { x: 16, y: 48 },
          { x: 32, y: 48 },
        ],
      },
    ],
  );
});

test('scores that are no numbers are no faces', () => {
  const arrays = zeros({ cls: 1, obj: 1, bbox: 4, kps: 10 }, 1);
  arrays['cls_8']!.fill(Number.NaN);
  assert.deepEqual(decodeYunet(reader(arrays), sizePx, 0.1), []);
});

const node = (op: string, inputs: string[], output: string): OnnxNode => ({
  op,
  name: output,
  domain: '',
  inputs,
  outputs: [output],
  attributes: {},
});

/** A network with outputs that do not depend on the picture, as somebody else would export it. */
function answering(arrays: Arrays, dims: (name: string, length: number) => number[]): Uint8Array {
  const names = Object.keys(arrays);
  const constants = new Map<string, OnnxTensor>(
    names.map((name) => [
      `${name}/numbers`,
      { type: 'float32', dims: dims(name, arrays[name]!.length), data: arrays[name]! },
    ]),
  );
  const zero = { type: 'float32', dims: [], data: Float32Array.of(0) } as const;
  const model: OnnxModel = {
    irVersion: 7,
    opsets: new Map([['', 11]]),
    producerName: 'pytorch',
    producerVersion: '1.9',
    domain: '',
    modelVersion: 0n,
    metadata: new Map(),
    graph: {
      name: 'torch-jit-export',
      initializers: new Map<string, OnnxTensor>([...constants, ['zero', zero]]),
      nodes: [
        node('ReduceMean', ['input.1'], 'mean'),
        node('Mul', ['mean', 'zero'], 'nothing'),
        node('Squeeze', ['nothing'], 'scalar'),
        ...names.map((name) => node('Add', [`${name}/numbers`, 'scalar'], name)),
      ],
      inputs: [{ name: 'input.1', type: 'float32', dims: [1, 3, sizePx, sizePx] }],
      outputs: names.map((name) => ({ name, type: 'float32' as const })),
      values: [],
    },
  };
  return encodeModel(model);
}

const photo = (width: number, height: number) => ({
  raster: { data: new Uint8Array(3 * width * height), width, height },
  width: 2 * width,
  height: 2 * height,
  scale: 2,
});

const alone = (face: LocatedFace, others: readonly LocatedFace[]): boolean =>
  others.every((other) => other === face || intersectionOverUnion(face.box, other.box) < 0.3);

describe('the detector', () => {
  const pool = openInferencePool({ workers: 1 });
  const settings = { inputSizePx: sizePx, photoSidePx: 1000, minScore: 0.5, maxOverlap: 0.4 } as const;
  const detectorOf = (network: SingleShotSettings['network'], bytes: Uint8Array, name = 'answering') => {
    const detector = { network, ...settings };
    const models = { detector: modelFile(`${network}-${name}`, bytes) } as OpenPack['models'];
    return openDetector({ ...bundled.pack, detector, models }, pool);
  };
  const adapt = (arrays: Arrays, outputs: Record<string, string>): Uint8Array =>
    adaptOnnx(
      answering(arrays, (_, length) => [1, length]),
      {
        path: 'answering.onnx',
        sizePx,
        layout: 'nchw',
        preparation: { normalisation: { mean: 127.5, divisor: 128 }, colourOrder: 'bgr' },
        outputs,
        required: Object.keys(outputs),
      },
    ).bytes;

  for (const network of ['yunet', 'scrfd'] as const) {
    test(`${network}: boxes and points come back in pixels of the photo, best first, doubles once`, async () => {
      const faces = randomFaces(12, 7);
      const all = faces.map(({ face }) => face);
      const wanted = all.filter((face) => alone(face, all));
      assert.ok(wanted.length >= 2, 'the seed gives faces that stand alone');
      const arrays = network === 'yunet' ? encodeYunet(faces) : encodeScrfd(faces);
      // SCRFD exports have numbers for names.
      const named =
        network === 'yunet'
          ? arrays
          : Object.fromEntries(Object.values(arrays).map((array, i) => [`${440 + i}`, array]));
      const outputs = Object.fromEntries(
        Object.keys(arrays).map((name, i) => [name, Object.keys(named)[i]!]),
      );
      const found = await detectorOf(network, adapt(named, outputs)).detect(photo(32, 24));
      assert.deepEqual(
        found.map(({ score }) => score),
        found.map(({ score }) => score).toSorted((a, b) => b - a),
      );
      // A raster of 32 × 24 fills a canvas of 64 × 48; the photo is twice the raster: the same pixels.
      for (const face of wanted) {
        const match = found.find(({ score }) => Math.abs(score - face.score) < 1e-5);
        assertSameFaces([match!], [face]);
      }
      for (const [i, face] of found.entries()) {
        for (const other of found.slice(0, i))
          assert.ok(intersectionOverUnion(face.box, other.box) <= 0.4 + 0.1);
      }
    });
  }

  test('a network without the outputs of a detector is named', async () => {
    const bytes = adapt({ cls_8: new Float32Array(64) }, { cls_8: 'cls_8' });
    await assert.rejects(detectorOf('yunet', bytes, 'without-outputs').detect(photo(32, 32)), (thrown) => {
      assert.ok(thrown instanceof VisageError);
      assert.equal(thrown.code, 'INFERENCE_FAILED');
      assert.match(thrown.message, /no output obj_8/);
      return true;
    });
  });

  test('closes', () => pool.close());
});
