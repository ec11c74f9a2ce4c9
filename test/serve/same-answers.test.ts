import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openServer } from '../../src/serve/index.ts';
import { samplePhoto } from '../support/bundled-weights.ts';
import { recordCommandLine } from '../cli/recording.ts';
import { rooms } from '../../src/cli/rooms.ts';
import { galleryClassifier, openExistingGallery } from '../../src/gallery/index.ts';
import { packCalibration } from '../../src/packs/index.ts';
import { openRecognizer } from '../../src/recognizer.ts';
import { fileAt, form } from './support/form.ts';

interface Named {
  readonly box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
  readonly name: string | null;
  readonly distance: number;
  readonly probability: number;
  readonly certainty?: number;
}
const gist = ({ box: { x, y, width, height }, name, distance, probability, certainty }: Named) => ({
  certainty: certainty?.toFixed(5),
  box: [x, y, width, height].map(Math.round),
  name,
  distance: distance.toFixed(4),
  probability: probability.toFixed(6),
});

test('the API, the command line and the library give the same boxes, names and numbers', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'visage-same-'));
  const galleryPath = join(folder, 'people.gallery');
  try {
    const photo = samplePhoto('sample1.jpg');
    const overHttp: Named[] = [];
    {
      await using server = await openServer({ galleryPath });
      const post = (path: string, fields: ReturnType<typeof form>) =>
        server.app.inject({ method: 'POST', url: `/api/v1${path}`, ...fields });
      for (const [name, file] of [
        ['Ada', 'sample1.jpg'],
        ['Bea', 'sample2.jpg'],
        ['Cy', 'sample3.jpg'],
      ] as const) {
        const answer = await post(
          '/enroll',
          form(['name', name], ['photo', await fileAt(samplePhoto(file))]),
        );
        assert.equal(answer.statusCode, 201, answer.body);
      }
      overHttp.push(...(await post('/identify', form(['photo', await fileAt(photo)]))).json().faces);
    }
    const said = await recordCommandLine(['identify', photo, '--gallery', galleryPath, '--json'], rooms);
    const typed = JSON.parse(said.stdout).photos[0].faces as Named[];
    await using gallery = await openExistingGallery(galleryPath);
    await using recognizer = await openRecognizer();
    const { maxDistance } = recognizer.pack.embedder;
    const calibration = await packCalibration(gallery.pack);
    const classifier = await galleryClassifier(gallery, { maxDistance, calibration });
    const called = await recognizer.identify(photo, classifier);
    assert.equal(overHttp.length, 3);
    assert.equal(overHttp.filter(({ name }) => name === 'Ada').length, 1);
    assert.deepEqual(overHttp.map(gist), typed.map(gist));
    assert.deepEqual(overHttp.map(gist), called.faces.map(gist));
  } finally {
    await rm(folder, { recursive: true });
  }
});
