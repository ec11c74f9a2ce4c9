import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { decodePhoto, type Photo } from '../../src/image/index.ts';
import { type Box, intersectionOverUnion } from '../../src/kernel/index.ts';
import { openRecognizer, type Recognizer } from '../../src/recognizer.ts';
import { inRepository, inShared, skipWithoutShared } from '../support/repository.ts';

interface Annotated {
  readonly file: string;
  readonly boxes: readonly { readonly xywh: readonly number[]; readonly ignore: boolean }[];
}

const sample = (n: number): string => inRepository(`node_modules/@vladmandic/face-api/demo/sample${n}.jpg`);

describe('the detector of the bundled pack', () => {
  let recognizer: Recognizer;
  before(async () => {
    recognizer = await openRecognizer({ workers: 1 });
  });
  after(() => recognizer.close());

  test('finds the 22 faces of the six sample photos, and nothing else', async () => {
    const found: number[] = [];
    for (let n = 1; n <= 6; n++) found.push((await recognizer.locate(sample(n))).faces.length);
    assert.deepEqual(found, [3, 3, 3, 4, 5, 4]);
  });

  test('puts the landmarks where a face has them', async () => {
    for (const { box, landmarks } of (await recognizer.locate(sample(5))).faces) {
      const [leftEye, rightEye, nose, leftMouth, rightMouth] = landmarks;
      assert.ok(leftEye.x < nose.x && nose.x < rightEye.x && leftMouth.x < rightMouth.x);
      assert.ok(Math.max(leftEye.y, rightEye.y) < nose.y && nose.y < Math.min(leftMouth.y, rightMouth.y));
      for (const { x, y } of landmarks) {
        assert.ok(x > box.x && x < box.x + box.width && y > box.y && y < box.y + box.height);
      }
    }
  });

  test('finds a face however much of the picture it fills', async () => {
    const whole = await decodePhoto(sample(1));
    const face = (await recognizer.locate(sample(1))).faces[0]!.box;
    // The same face alone, with ever less around it: from half the picture to all of it.
    for (const share of [0.5, 0.7, 0.9, 1.1]) {
      const png = await pngOf(cut(whole, face, share));
      const { faces, photo } = await recognizer.locate({ name: `share ${share}`, bytes: png });
      assert.equal(faces.length, 1, `${faces.length} faces at ${share}`);
      assert.ok(faces[0]!.box.height > 0.7 * Math.min(1, share) * photo.height, `size at ${share}`);
    }
  });

  test('finds every annotated face of the detection set and invents none', {
    skip: skipWithoutShared('data/detection/boxes.json'),
  }, async () => {
    const { items } = JSON.parse(await readFile(inShared('data/detection/boxes.json'), 'utf8')) as {
      items: Annotated[];
    };
    for (const { file, boxes } of items) {
      const { faces } = await recognizer.locate(inShared('data/detection', file));
      assert.equal(faces.length, boxes.length, file);
      for (const { xywh } of boxes) {
        const [x, y, width, height] = xywh as [number, number, number, number];
        const best = Math.max(
          ...faces.map((face) => intersectionOverUnion(face.box, { x, y, width, height })),
        );
        assert.ok(best > 0.3, `${file} ${xywh.join(' ')}: ${best}`);
      }
    }
  });
});

function cut({ raster }: Photo, face: Box, share: number): Photo['raster'] {
  const side = Math.round(Math.max(face.width, face.height) / share);
  const left = Math.round(face.x + face.width / 2 - side / 2);
  const top = Math.round(face.y + face.height / 2 - side / 2);
  const data = new Uint8Array(side * side * 3);
  for (let y = 0; y < side; y++) {
    const from = ((top + y) * raster.width + left) * 3;
    data.set(raster.data.subarray(from, from + side * 3), y * side * 3);
  }
  return { data, width: side, height: side };
}

async function pngOf({ data, width, height }: Photo['raster']): Promise<Uint8Array> {
  const { default: sharp } = await import('sharp');
  return sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
}
