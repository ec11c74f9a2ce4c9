import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { MtcnnDetector, openDetector, type LocatedFace } from '../../../src/detect/index.ts';
import { decodePhoto, type Photo, type Raster } from '../../../src/image/index.ts';
import { Random, VisageError } from '../../../src/kernel/index.ts';
import { type MtcnnSettings, type OpenPack, publishedMtcnn } from '../../../src/packs/index.ts';
import { openInferencePool, type InferencePool } from '../../../src/runtime/index.ts';
import { mtcnnModels, publishedMtcnnWeights } from '../../support/mtcnn-pool.ts';
import { mtcnnWeights } from '../../support/mtcnn-weights.ts';
import { inShared, skipWithoutShared } from '../../support/repository.ts';

const pool = openInferencePool({ workers: 2 });
after(() => pool.close());

const photoOf = (raster: Raster, scale = 1): Photo => ({
  raster,
  width: raster.width * scale,
  height: raster.height * scale,
  scale,
});

function swapRedAndBlue({ data, width, height }: Raster): Raster {
  const swapped = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i += 3) {
    swapped[i] = data[i + 2]!;
    swapped[i + 1] = data[i + 1]!;
    swapped[i + 2] = data[i]!;
  }
  return { data: swapped, width, height };
}

interface Golden {
  readonly sides: readonly number[];
  readonly score: number;
  readonly x: readonly number[];
  readonly y: readonly number[];
}

/** davidsandberg's algorithm in NumPy with OpenCV 4.14 on ivan.jpg (shared/facts/model-files.md, 6.6). */
const rgb: Golden = {
  sides: [277.83272, 93.73227, 326.64725, 155.52446],
  score: 0.99997473,
  x: [291.23947, 314.5513, 304.08334, 296.97723, 313.38248],
  y: [117.25797, 115.45082, 130.97487, 143.15085, 142.2306],
};
const bgr: Golden = {
  sides: [277.91282, 90.92251, 326.29819, 154.14982],
  score: 0.99851984,
  x: [291.26556, 314.46262, 303.65173, 296.91656, 313.64676],
  y: [117.17637, 114.60205, 131.23753, 143.0838, 141.42274],
};

/** timesler/facenet-pytorch @ 787da06 with PyTorch 1.13 on ivan.jpg. */
const facenetPytorch: Golden = {
  sides: [277.50076, 94.02723, 326.76416, 156.82632],
  score: 0.99982661,
  x: [291.52097, 315.20026, 304.57104, 297.02283, 313.83929],
  y: [118.05595, 116.2091, 132.49648, 143.91771, 142.82455],
};

const near = (got: readonly number[], wanted: readonly number[], limit: number): void =>
  got.forEach((value, i) =>
    assert.ok(Math.abs(value - wanted[i]!) < limit, `${got.join()} for ${wanted.join()}`),
  );

function assertFace({ box, score, landmarks }: LocatedFace, golden: Golden): void {
  near([box.x, box.y, box.x + box.width, box.y + box.height], golden.sides, 0.05);
  near([score], [golden.score], 1e-4);
  near(
    landmarks.map(({ x }) => x),
    golden.x,
    0.05,
  );
  near(
    landmarks.map(({ y }) => y),
    golden.y,
    0.05,
  );
}

const ivan = (): Promise<Photo> => decodePhoto(inShared('models/mtcnn/ivan.jpg'));
const boxOf = ({ box }: LocatedFace): number[] => [box.x, box.y, box.width, box.height];
const noise = (width: number, height: number): Photo => {
  const random = new Random(3);
  const data = Uint8Array.from({ length: 3 * width * height }, () => random.integer(256));
  return photoOf({ data, width, height });
};

const open = async (
  settings: Partial<MtcnnSettings> = {},
  on: InferencePool = pool,
): Promise<MtcnnDetector> =>
  new MtcnnDetector(
    mtcnnModels(await publishedMtcnnWeights(), 'published'),
    { ...publishedMtcnn, ...settings },
    on,
  );

describe('MTCNN with the published weights', {
  skip: skipWithoutShared('models/mtcnn/ivan.jpg'),
}, async () => {
  test('finds the published face in colours as they are', async () => {
    const faces = await (await open()).detect(await ivan());
    assert.equal(faces.length, 2);
    assertFace(faces[0]!, rgb);
    assert.ok(Math.abs(faces[1]!.score - 0.86572) < 1e-4);
    const [x, y, width, height] = boxOf(faces[1]!) as [number, number, number, number];
    const weak = [307.73794, 173.41948, 344.68643, 228.42891];
    [x, y, x + width, y + height].forEach((side, i) => assert.ok(Math.abs(side - weak[i]!) < 0.05));
  });

  test('finds the face of the README with red and blue swapped, as that was made', async () => {
    const photo = photoOf(swapRedAndBlue((await ivan()).raster));
    const faces = await (await open()).detect(photo);
    assert.equal(faces.length, 1);
    assertFace(faces[0]!, bgr);
  });

  test('gives the whole numbers of ipazc/mtcnn 0.1.0 and 0.1.1', async () => {
    const photo = await ivan();
    const swapped = photoOf(swapRedAndBlue(photo.raster));
    const old = await open({ boxRule: '0.1.0' });
    const newer = await open({ boxRule: '0.1.1' });
    assert.deepEqual(boxOf((await old.detect(photo))[0]!), [277, 93, 48, 61]);
    assert.deepEqual(boxOf((await newer.detect(photo))[0]!), [277, 93, 49, 62]);
    const [face] = await old.detect(swapped);
    assert.deepEqual(boxOf(face!), [277, 90, 48, 63]);
    assert.deepEqual(boxOf((await newer.detect(swapped))[0]!), [277, 90, 49, 64]);
    // The README's points.
    assert.deepEqual(
      face!.landmarks.map(({ x, y }) => [Math.trunc(x), Math.trunc(y)]),
      [
        [291, 117],
        [314, 114],
        [303, 131],
        [296, 143],
        [313, 141],
      ],
    );
  });

  test('finds the face of facenet-pytorch by its rules', async () => {
    const faces = await (await open({ rules: 'facenet-pytorch' })).detect(await ivan());
    assert.equal(faces.length, 1);
    assertFace(faces[0]!, facenetPytorch);
  });

  test('the third threshold of mtcnn 1.0 keeps the weak face, 0.9 does not', async () => {
    const photo = await ivan();
    assert.equal((await (await open({ minScore: 0.8 })).detect(photo)).length, 2);
    assert.equal((await (await open({ minScore: 0.9 })).detect(photo)).length, 1);
  });

  test('reports in pixels of the photo where that was shrunk', async () => {
    const { raster } = await ivan();
    const detector = await open();
    const [face] = await detector.detect(photoOf(raster));
    const [twice] = await detector.detect(photoOf(raster, 2));
    assert.deepEqual(
      boxOf(twice!),
      boxOf(face!).map((value) => 2 * value),
    );
    assert.equal(twice!.landmarks[2].x, 2 * face!.landmarks[2].x);
  });

  test('looks for no face below the smallest size asked for', async () => {
    const photo = await ivan();
    assert.equal((await (await open({ minFacePx: 40 })).detect(photo)).length, 1);
    assert.equal((await (await open({ minFacePx: 300 })).detect(photo)).length, 0);
  });

  test('the same bits come out whatever else runs beside, on one worker and spread over all', async () => {
    const photo = await ivan();
    for (const rules of ['davidsandberg', 'facenet-pytorch'] as const) {
      const detector = await open({ rules });
      // The first finds the pool idle and is spread, the others are a job each.
      const runs = await Promise.all(Array.from({ length: 4 }, () => detector.detect(photo)));
      assert.ok(runs[0]!.length > 0);
      for (const run of runs) assert.deepEqual(run, runs[0]);
    }
  });
});

describe('MTCNN with any weights', () => {
  const models = mtcnnModels(
    { pnet: mtcnnWeights('pnet'), rnet: mtcnnWeights('rnet'), onet: mtcnnWeights('onet') },
    'deterministic',
  );

  test('a picture of noise with no least score ends with boxes in order', async () => {
    const open = { proposalScore: 0, refineScore: 0, minScore: 0, scaleFactor: 0.9 };
    const detector = new MtcnnDetector(models, { ...publishedMtcnn, ...open, minFacePx: 12 }, pool);
    const faces = await detector.detect(noise(180, 140));
    assert.ok(faces.length > 0);
    for (const [i, { score, box }] of faces.entries()) {
      assert.ok(score >= 0 && score <= 1 && score <= (faces[i - 1]?.score ?? 1));
      assert.ok([box.x, box.y, box.width, box.height].every(Number.isFinite));
    }
  });

  test('a picture smaller than the smallest face has none', async () => {
    const detector = new MtcnnDetector(models, publishedMtcnn, pool);
    assert.deepEqual(await detector.detect(noise(16, 200)), []);
  });

  test('an abort rejects with its reason', async () => {
    const detector = new MtcnnDetector(models, publishedMtcnn, pool);
    const reason = new Error('enough');
    await assert.rejects(detector.detect(noise(64, 64), AbortSignal.abort(reason)), reason);
    const controller = new AbortController();
    const running = detector.detect(noise(300, 300), controller.signal);
    controller.abort(reason);
    await assert.rejects(running, reason);
  });

  test('settings outside of their ranges are refused by name', () => {
    const wrong = {
      minFacePx: 11,
      scaleFactor: 1,
      proposalScore: -0.1,
      refineScore: 2,
      minScore: Number.NaN,
    };
    for (const [option, value] of Object.entries(wrong)) {
      assert.throws(
        () => new MtcnnDetector(models, { ...publishedMtcnn, [option]: value }, pool),
        (error) =>
          error instanceof VisageError && error.code === 'OPTION_INVALID' && error.message.includes(option),
      );
    }
  });

  test('a pack says which detector it has', async () => {
    const { pnet, rnet, onet } = models;
    const pack = {
      name: 'made',
      detector: publishedMtcnn,
      models: { detector: pnet, refine: rnet, landmarks: onet, embedder: pnet },
    } as unknown as OpenPack;
    assert.deepEqual(await openDetector(pack, pool).detect(noise(16, 16)), []);
    const broken = { ...pack, models: { detector: pnet, landmarks: onet, embedder: pnet } };
    assert.throws(() => openDetector(broken, pool), /no R-Net/);
  });
});
