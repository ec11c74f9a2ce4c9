import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeSsdBoxes } from '../../src/detect/ssd-boxes.ts';
import { suppressOverlaps } from '../../src/detect/suppression.ts';
import type { Detection } from '../../src/detect/index.ts';
import { decodePhoto, letterbox } from '../../src/image/index.ts';
import { intersectionOverUnion } from '../../src/kernel/index.ts';
import { ssdAnchors, ssdMobilenetV1, ssdMobilenetV1Bytes } from '../../src/nets/index.ts';
import { multipliesBytesExactly } from '../../src/runtime/index.ts';
import { bundledWeights, samplePhoto } from '../support/bundled-weights.ts';
import { openSession, runSession } from '../support/session.ts';

const sizePx = 512;
const anchors = ssdAnchors(sizePx, sizePx);

test('on bytes the detector finds the faces of the sample photos that it finds in float32', async () => {
  const weights = await bundledWeights('ssd_mobilenetv1_model');
  const exact = await openSession(ssdMobilenetV1(weights));
  const filters = (await multipliesBytesExactly()) ? 'int8' : 'uint8';
  const bytes = await openSession(ssdMobilenetV1Bytes(weights, { filters }));
  const other = await openSession(ssdMobilenetV1Bytes(weights, { filters: 'uint8' }));
  let faces = 0;
  for (const file of [1, 2, 3, 4, 5, 6].map((n) => `sample${n}.jpg`)) {
    const { raster } = await decodePhoto(samplePhoto(file));
    const { data } = (await letterbox(raster, sizePx, sizePx)).raster;
    const input = { type: 'uint8' as const, dims: [1, sizePx, sizePx, 3], data };
    const [a, b, c] = await Promise.all([
      runSession(exact, input),
      runSession(bytes, input),
      runSession(other, input),
    ]);
    assert.deepEqual(b, c, 'signed and unsigned filters must not differ');
    const [wanted, got] = [a, b].map((outputs): Detection[] =>
      suppressOverlaps(
        decodeSsdBoxes(outputs['logits']!.data, outputs['encodings']!.data, anchors, 0.4),
        0.45,
      ),
    ) as [Detection[], Detection[]];
    assert.equal(got.length, wanted.length, file);
    for (const face of wanted) {
      const overlaps = got.map(({ box }) => intersectionOverUnion(box, face.box));
      const nearest = overlaps.indexOf(Math.max(...overlaps));
      assert.ok(overlaps[nearest]! > 0.97, `${file}: ${overlaps[nearest]}`);
      assert.ok(Math.abs(got[nearest]!.score - face.score) < 0.06, file);
    }
    faces += wanted.length;
  }
  assert.equal(faces, 22);
  await Promise.all([exact.release(), bytes.release(), other.release()]);
});
