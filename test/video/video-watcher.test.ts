import assert from 'node:assert/strict';
import { test } from 'node:test';
import { distance, intersectionOverUnion, unit } from '../../src/kernel/index.ts';
import { openRecognizer } from '../../src/recognizer.ts';
import { openInferencePool } from '../../src/runtime/index.ts';
import { videoDetector, VideoWatcher } from '../../src/video/index.ts';
import { placeOnCanvas, resizeRaster } from '../../src/image/index.ts';
import { samplePhoto } from '../support/bundled-weights.ts';

test('the faces of a video are those of its frames as photos, and embedded when they are new', async () => {
  await using recognizer = await openRecognizer({ workers: 1 });
  await using pool = openInferencePool({ workers: 1 });
  const { photo } = await recognizer.locate(samplePhoto('sample1.jpg'));
  const height = Math.round((1280 * photo.raster.height) / photo.raster.width);
  const frame = resizeRaster(photo.raster, 1280, height, 'area');
  const watcher = new VideoWatcher(recognizer.pack, pool);

  const [first, second] = [await watcher.watch(frame, 0), await watcher.watch(frame, 100)];
  assert.equal(first.length, 3);
  assert.deepEqual(
    first.map(({ trackId }) => trackId),
    second.map(({ trackId }) => trackId),
  );
  const embeddings = new Map<number, Float32Array>();
  for (const { trackId, embedding } of [...first, ...second])
    if (embedding) embeddings.set(trackId, embedding);
  assert.equal(first.filter(({ embedding }) => embedding).length, 2, 'two a frame');
  assert.equal(embeddings.size, 3);

  const located = await recognizer.locate(samplePhoto('sample1.jpg'));
  const whole = await recognizer.embed(located.faces.map((face) => recognizer.crop(located, face)));
  const scale = photo.width / 1280;
  for (const { trackId, box } of first) {
    const inPhoto = {
      x: box.x * scale,
      y: box.y * scale,
      width: box.width * scale,
      height: box.height * scale,
    };
    const overlaps = located.faces.map((face) => intersectionOverUnion(face.box, inPhoto));
    const same = overlaps.indexOf(Math.max(...overlaps));
    assert.ok(overlaps[same]! > 0.8, `overlap ${overlaps[same]}`);
    const apart = distance(unit(embeddings.get(trackId)!), unit(whole[same]!));
    assert.ok(apart < 0.1, `distance ${apart}`);
  }
  for (const nowMs of [200, 300, 400]) await watcher.watch(frame, nowMs);
  const settled = await watcher.watch(frame, 500);
  assert.ok(
    settled.every(({ embedding }) => embedding === undefined),
    'nothing new',
  );
});

test('a face that fills the frame is followed, as one of ordinary size is', async () => {
  await using recognizer = await openRecognizer({ workers: 1 });
  await using pool = openInferencePool({ workers: 1 });
  const located = await recognizer.locate(samplePhoto('sample1.jpg'));
  const { box } = located.faces[0]!;
  const side = Math.round(1.5 * Math.max(box.width, box.height));
  const { scale, raster } = located.photo;
  const left = Math.round((box.x + box.width / 2 - side / 2) / scale);
  const top = Math.round((box.y + box.height / 2 - side / 2) / scale);
  const part = placeOnCanvas(raster, Math.round(side / scale), Math.round(side / scale), -left, -top);
  const close = resizeRaster(part, 720, 720, 'bilinear');
  const watcher = new VideoWatcher(recognizer.pack, pool);
  for (const nowMs of [0, 100, 200]) {
    const faces = await watcher.watch(close, nowMs);
    assert.deepEqual(
      faces.map(({ trackId }) => trackId),
      [1],
    );
    assert.ok(faces[0]!.box.height > 360);
  }
});

test('detectors are set for speed, never for more work than the pack asks for', () => {
  const yunet = {
    network: 'yunet',
    inputSizePx: 640,
    photoSidePx: 5760,
    minScore: 0.6,
    maxOverlap: 0.3,
  } as const;
  assert.deepEqual(videoDetector(yunet), { usual: yunet, thorough: yunet });
});
