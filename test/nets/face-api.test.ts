import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import sharp from 'sharp';
import { intersectionOverUnion, type Box } from '../../src/kernel/index.ts';
import { dlibResnet, landmarks68, ssdAnchors, ssdMobilenetV1 } from '../../src/nets/index.ts';
import { bundledWeights, samplePhoto } from '../support/bundled-weights.ts';
import { inRepository } from '../support/repository.ts';
import { openSession, runSession } from '../support/session.ts';
import { squareInput, type PixelBox } from '../support/square-input.ts';

/** Made by scripts/goldens/face-api.ts: face-api.js itself on the same pixels. */
interface Golden {
  readonly photos: readonly {
    readonly file: string;
    readonly width: number;
    readonly height: number;
    readonly faces: readonly {
      readonly score: number;
      readonly box: readonly [number, number, number, number];
      readonly crop: PixelBox;
      readonly landmarks: readonly number[];
      readonly embedding: readonly number[];
    }[];
  }[];
}
const goldenFile = inRepository('test/nets/goldens/face-api.json');
const { photos } = JSON.parse(await readFile(goldenFile, 'utf8')) as Golden;
const faceCount = photos.reduce((count, photo) => count + photo.faces.length, 0);

async function decode(file: string): Promise<{ data: Uint8Array; width: number; height: number }> {
  const { data, info } = await sharp(samplePhoto(file))
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}

interface Scored extends Box {
  readonly score: number;
}

/** Boxes of score above `minScore` in input pixels, overlapping ones removed; plain and slow. */
function decodeBoxes(
  encodings: Float32Array,
  logits: Float32Array,
  anchors: Float32Array,
  minScore: number,
): Scored[] {
  const boxes: Scored[] = [];
  logits.forEach((logit, i) => {
    const score = 1 / (1 + Math.exp(-logit));
    if (score <= minScore) return;
    const [e0, e1, e2, e3] = encodings.subarray(4 * i, 4 * i + 4) as unknown as number[];
    const [cy, cx, h, w] = anchors.subarray(4 * i, 4 * i + 4) as unknown as number[];
    const [height, width] = [Math.exp(e2! / 5) * h!, Math.exp(e3! / 5) * w!];
    const [y, x] = [cy! + (e0! / 10) * h! - height / 2, cx! + (e1! / 10) * w! - width / 2];
    boxes.push({ x, y, width, height, score });
  });
  boxes.sort((a, b) => b.score - a.score);
  const kept: Scored[] = [];
  for (const box of boxes)
    if (kept.every((other) => intersectionOverUnion(box, other) <= 0.5)) kept.push(box);
  return kept;
}

const largestDifference = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  assert.equal(a.length, b.length);
  let largest = 0;
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs(a[i]! - b[i]!));
  return largest;
};

test('the three networks find what face-api.js finds in its sample photos', async () => {
  const detector = await openSession(ssdMobilenetV1(await bundledWeights('ssd_mobilenetv1_model')));
  const landmarks = await openSession(landmarks68(await bundledWeights('face_landmark_68_model')));
  const embedder = await openSession(
    dlibResnet(await bundledWeights('face_recognition_model'), { pixelScale: 255 }),
  );
  const anchors = ssdAnchors(512, 512);
  assert.equal(faceCount, 22);
  for (const photo of photos) {
    const { data, width, height } = await decode(photo.file);
    assert.deepEqual([width, height], [photo.width, photo.height]);
    const cut = (box: PixelBox, sizePx: number, centred: boolean) => ({
      type: 'uint8' as const,
      dims: [1, sizePx, sizePx, 3],
      data: squareInput(data, width, box, sizePx, centred),
    });

    const whole = { x: 0, y: 0, width, height };
    const { encodings, logits } = await runSession(detector, cut(whole, 512, false));
    const boxes = decodeBoxes(encodings!.data, logits!.data, anchors, 0.5);
    assert.equal(boxes.length, photo.faces.length, photo.file);

    for (const [i, face] of photo.faces.entries()) {
      const label = `${photo.file}, face ${i}`;
      const [x, y, w, h] = face.box;
      const wanted = { x: 512 * x, y: 512 * y, width: 512 * w, height: 512 * h };
      assert.ok(intersectionOverUnion(boxes[i]!, wanted) > 0.999, label);
      assert.ok(Math.abs(boxes[i]!.score - face.score) < 1e-4, label);

      const points = await runSession(landmarks, cut(face.crop, 112, true));
      assert.ok(largestDifference(points['landmarks']!.data, face.landmarks) * 112 < 0.01, label);

      const embedding = await runSession(embedder, cut(face.crop, 150, true));
      assert.ok(largestDifference(embedding['embedding']!.data, face.embedding) < 1e-4, label);
    }
  }
  for (const session of [detector, landmarks, embedder]) await session.release();
});

test('the boxes stay where they are when the input grows, also where grids have odd sizes', async () => {
  const detector = await openSession(ssdMobilenetV1(await bundledWeights('ssd_mobilenetv1_model')));
  const { data, width } = await decode('sample6.jpg');
  const side = 512;
  const small = squareInput(data, width, { x: 288, y: 0, width: 800, height: 800 }, side, false);
  const boxesIn = async (height: number, width: number): Promise<Scored[]> => {
    const canvas = new Uint8Array(height * width * 3);
    for (let row = 0; row < side; row++) {
      canvas.set(small.subarray(row * side * 3, (row + 1) * side * 3), row * width * 3);
    }
    const input = { type: 'uint8' as const, dims: [1, height, width, 3], data: canvas };
    const { encodings, logits } = await runSession(detector, input);
    return decodeBoxes(encodings!.data, logits!.data, ssdAnchors(height, width), 0.9);
  };
  const wanted = await boxesIn(side, side);
  assert.equal(wanted.length, 2);
  for (const [height, width] of [
    [544, 544],
    [576, 608],
    [672, 544],
  ] as const) {
    const boxes = await boxesIn(height, width);
    assert.equal(boxes.length, 2);
    for (const box of wanted) {
      const best = Math.max(...boxes.map((other) => intersectionOverUnion(box, other)));
      assert.ok(best > 0.97, `${height}×${width}: ${best}`);
    }
  }
  await detector.release();
});
