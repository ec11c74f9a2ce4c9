import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cast, GraphBuilder, transpose } from '../../src/graph/index.ts';
import { decodePhoto, mirror, type Raster } from '../../src/image/index.ts';
import { norm, unit, distance } from '../../src/kernel/index.ts';
import { dlibResnet, dlibResnetBytes, type FaceView } from '../../src/nets/index.ts';
import { faceViews } from '../../src/nets/face-views.ts';
import { multipliesBytesExactly } from '../../src/runtime/index.ts';
import { bundledWeights, samplePhoto } from '../support/bundled-weights.ts';
import { openSession, runGraph, runSession } from '../support/session.ts';

const views: readonly FaceView[] = [
  { mirrored: false, zoom: 1 },
  { mirrored: true, zoom: 1 },
  { mirrored: false, zoom: 1.06 },
  { mirrored: true, zoom: 1.1 },
];

/** Square parts of a sample photo, scaled by nothing. */
async function crops(sizePx: number, count: number): Promise<Raster[]> {
  const { raster } = await decodePhoto(samplePhoto('sample1.jpg'));
  return Array.from({ length: count }, (_, i) => {
    const data = new Uint8Array(sizePx * sizePx * 3);
    for (let y = 0; y < sizePx; y++) {
      const from = 3 * ((40 + 30 * i + y) * raster.width + 60 + 50 * i);
      data.set(raster.data.subarray(from, from + 3 * sizePx), 3 * y * sizePx);
    }
    return { data, width: sizePx, height: sizePx };
  });
}

const together = (rasters: readonly Raster[]) => {
  const { width, height } = rasters[0]!;
  const data = new Uint8Array(rasters.length * width * height * 3);
  rasters.forEach((raster, i) => data.set(raster.data, i * raster.data.length));
  return { type: 'uint8' as const, dims: [rasters.length, height, width, 3], data };
};

/** One value of a view, plainly: bilinear about the middle. */
function valueAt({ data, width }: Raster, view: FaceView, c: number, y: number, x: number): number {
  const middle = (width - 1) / 2;
  const place = (i: number): number => (i - middle) / view.zoom + middle;
  const [row, column] = [place(y), place(view.mirrored ? width - 1 - x : x)];
  let sum = 0;
  for (let r = 0; r < width; r++) {
    const down = Math.max(0, 1 - Math.abs(row - r));
    if (down === 0) continue;
    for (let k = 0; k < width; k++) {
      sum += down * Math.max(0, 1 - Math.abs(column - k)) * data[3 * (r * width + k) + c]!;
    }
  }
  return sum;
}

test('views are the picture enlarged about its middle and turned round, view after view', async () => {
  const pictures = await crops(24, 2);
  const b = new GraphBuilder('views');
  const image = b.input('image', 'uint8', ['batch', 24, 24, 3]);
  const planes = cast(b, transpose(b, image, [0, 3, 1, 2]), 'float32');
  b.output('views', faceViews(b, planes, views));
  const outputs = await runGraph(b.finish(), together(pictures));
  const { dims, data } = outputs['views']!;
  assert.deepEqual(dims, [8, 3, 24, 24]);
  let at = 0;
  for (const view of views) {
    for (const picture of pictures) {
      for (let c = 0; c < 3; c++) {
        for (let y = 0; y < 24; y++) {
          for (let x = 0; x < 24; x++) {
            const wanted = valueAt(picture, view, c, y, x);
            assert.ok(Math.abs(data[at]! - wanted) < 1e-3, `${view.zoom}, ${c}, ${y}, ${x}`);
            at++;
          }
        }
      }
    }
  }
});

test('the embedding of several views is the mean of theirs, each picture for itself', async () => {
  const weights = await bundledWeights('face_recognition_model');
  const plain = await openSession(dlibResnet(weights));
  const whole = await openSession(dlibResnet(weights, { views: views.slice(0, 2) }));
  const faces = await crops(150, 2);
  const input = together(faces);
  const [straight, turned, both] = [
    (await runSession(plain, input))['embedding']!.data,
    (await runSession(plain, together(faces.map(mirror))))['embedding']!.data,
    (await runSession(whole, input))['embedding']!,
  ];
  assert.deepEqual(both.dims, [2, 128]);
  both.data.forEach((value, i) =>
    assert.ok(Math.abs(value - (straight[i]! + turned[i]!) / 2) < 1e-5, `${i}: ${value}`),
  );
  assert.ok(distance(straight, turned) > 0.01, 'the two must differ');
  await Promise.all([plain.release(), whole.release()]);
});

test('on bytes embeddings lie near those in float32, whichever filters', async () => {
  const weights = await bundledWeights('face_recognition_model');
  const input = together(await crops(150, 3));
  const exact = (await runGraph(dlibResnet(weights, { views }), input))['embedding']!.data;
  const unsigned = (await runGraph(dlibResnetBytes(weights, { views, filters: 'uint8' }), input))[
    'embedding'
  ]!;
  if (await multipliesBytesExactly()) {
    const signed = await runGraph(dlibResnetBytes(weights, { views, filters: 'int8' }), input);
    assert.deepEqual(signed['embedding'], unsigned, 'signed and unsigned filters must not differ');
  }
  for (let i = 0; i < 3; i++) {
    const [a, b] = [exact, unsigned.data].map((data) => unit(data.slice(i * 128, (i + 1) * 128)));
    const apart = distance(a!, b!);
    assert.ok(apart > 1e-4 && apart < 0.05, `${i}: ${apart}`);
    assert.ok(norm(exact.subarray(i * 128, (i + 1) * 128)) > 0.5);
  }
});
