import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, before, test } from 'node:test';
import { openServer } from '../../src/serve/index.ts';
import { skipWithoutBrowser } from '../support/browser.ts';
import { visit } from '../web/support/visit.ts';
import { samplePhoto } from '../support/bundled-weights.ts';
import { recordCommandLine } from '../cli/recording.ts';
import { rooms } from '../../src/cli/rooms.ts';
import { galleryClassifier, openExistingGallery } from '../../src/gallery/index.ts';
import { decodePhoto } from '../../src/image/index.ts';
import { packCalibration } from '../../src/packs/index.ts';
import { openRecognizer, type IdentifiedFace } from '../../src/recognizer.ts';
import { fileAt, form } from './support/form.ts';

interface Named {
  readonly box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
  readonly name: string | null;
  readonly distance: number;
  readonly probability: number;
  readonly certainty?: number;
  readonly falseAcceptRate?: number;
  readonly unknown?: object;
}
const whole = ({ x, y, width, height }: Named['box']): number[] => [x, y, width, height].map(Math.round);
const gist = ({ box, name, distance, probability, certainty, unknown }: Named) => ({
  box: whole(box),
  name,
  distance: distance.toFixed(4),
  probability: probability.toFixed(6),
  // Answers hold six digits; what is rounded twice can come out otherwise.
  certainty: certainty?.toFixed(6),
  unknown,
});

/** The reason why there is no name goes by `reason` in answers. */
function asAnswered({ unknown, ...face }: IdentifiedFace): Named {
  if (unknown === undefined) return face;
  const { kind: reason, ...more } = unknown;
  return { ...face, unknown: { reason, ...more } };
}

let folder: string;
let galleryPath: string;
const photos = ['sample1.jpg', 'sample4.jpg'].map(samplePhoto);
/** The faces of each photo, as the library gives them. */
const called: Named[][] = [];

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'visage-same-'));
  galleryPath = join(folder, 'people.gallery');
  {
    await using server = await openServer({ galleryPath });
    for (const [name, file] of [
      ['Ada', 'sample1.jpg'],
      ['Bea', 'sample2.jpg'],
      ['Cy', 'sample3.jpg'],
    ] as const) {
      const fields = form(['name', name], ['photo', await fileAt(samplePhoto(file))]);
      const answer = await server.app.inject({ method: 'POST', url: '/api/v1/enroll', ...fields });
      assert.equal(answer.statusCode, 201, answer.body);
    }
  }
  await using gallery = await openExistingGallery(galleryPath);
  await using recognizer = await openRecognizer();
  const { maxDistance } = recognizer.pack.embedder;
  const calibration = await packCalibration(gallery.pack);
  const classifier = await galleryClassifier(gallery, { maxDistance, calibration });
  for (const photo of photos) {
    called.push((await recognizer.identify(photo, classifier)).faces.map(asAnswered));
  }
});
after(() => rm(folder, { recursive: true }));

test('the library knows one of them and says why it does not know the others', () => {
  assert.equal(called[0]!.length, 3);
  assert.deepEqual(
    called[0]!.flatMap(({ name }) => name ?? []),
    ['Ada'],
  );
  for (const { name, unknown, certainty, falseAcceptRate } of called.flat()) {
    assert.equal(unknown === undefined, name !== null);
    assert.ok(certainty !== undefined && falseAcceptRate !== undefined);
    assert.equal(name !== null, falseAcceptRate <= 0.001 && unknown === undefined);
  }
});

test('the API gives the boxes, names, numbers and reasons of the library, each time', async () => {
  await using server = await openServer({ galleryPath });
  for (const round of [1, 2]) {
    for (const [i, photo] of photos.entries()) {
      const fields = form(['photo', await fileAt(photo)]);
      const answer = await server.app.inject({ method: 'POST', url: '/api/v1/identify', ...fields });
      const faces = answer.json().faces as Named[];
      assert.deepEqual(faces.map(gist), called[i]!.map(gist), `round ${round}`);
      for (const [j, { falseAcceptRate }] of faces.entries()) {
        assert.equal(falseAcceptRate, Number(called[i]![j]!.falseAcceptRate!.toPrecision(3)));
      }
    }
  }
});

test('the command line gives them too', async () => {
  const said = await recordCommandLine(['identify', ...photos, '--gallery', galleryPath, '--json'], rooms);
  const typed = JSON.parse(said.stdout).photos as { faces: Named[] }[];
  assert.deepEqual(
    typed.map(({ faces }) => faces.map(gist)),
    called.map((faces) => faces.map(gist)),
  );
});

test('and so does the page, as it stands there', { skip: skipWithoutBrowser }, async () => {
  await using session = await visit({ galleryPath });
  const page = await session.open('identify');
  for (const [i, photo] of photos.entries()) {
    await page.locator('input[type=file]').setInputFiles([photo]);
    const card = page.locator('.photo', { hasText: basename(photo) });
    await card
      .locator('.box')
      .nth(called[i]!.length - 1)
      .waitFor();
    const { width, height } = await sizeOf(photo);
    const shown = await card.locator('.box').evaluateAll((boxes) =>
      boxes.map((box) => ({
        name: box.querySelector('.label')!.textContent,
        place: ['left', 'top', 'width', 'height'].map((side) =>
          Number.parseFloat(box.style.getPropertyValue(side)),
        ),
      })),
    );
    const expected = called[i]!.map(({ box, name }) => ({ name: name ?? 'Unknown', box: whole(box) }));
    assert.deepEqual(
      shown.map(({ name, place: [left, top, wide, high] }) => ({
        name,
        box: whole({
          x: (left! * width) / 100,
          y: (top! * height) / 100,
          width: (wide! * width) / 100,
          height: (high! * height) / 100,
        }),
      })),
      expected,
    );
    // The list beside the picture has the same names in the same order.
    assert.deepEqual(
      await card.locator('.face-list .name').allTextContents(),
      expected.map(({ name }) => name),
    );
  }
  assert.deepEqual(session.troubles, []);
});

/** Of the upright photo; these have no orientation. */
async function sizeOf(photo: string): Promise<{ width: number; height: number }> {
  const { raster } = await decodePhoto(photo);
  return { width: raster.width, height: raster.height };
}
