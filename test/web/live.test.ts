import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Page, Request } from 'playwright-core';
import { distance, intersectionOverUnion, unit, type Box } from '../../src/kernel/index.ts';
import { decodePhoto, encodePicture, placeOnCanvas, resizeRaster } from '../../src/image/index.ts';
import type { ApiIdentifyAnswer } from '../../src/serve/api-types.ts';
import { samplePhoto } from '../support/bundled-weights.ts';
import { skipWithoutBrowser } from '../support/browser.ts';
import { faultsOf, phone, picture, visit, type Visit } from './support/visit.ts';

/** Networks are loaded and compiled first, on machines that may be busy. */
const patient = { timeout: 90_000 };

interface ShownFace {
  /** As shares of the picture. */
  readonly box: Box;
  readonly name: string;
}

/** The boxes that the page shows, as in the picture itself: what is shown is its mirror image. */
async function shownFaces(page: Page): Promise<ShownFace[]> {
  const faces = (await page.locator('.stage .box').evaluateAll((boxes) =>
    boxes.map((box) => {
      const { left, top, width, height } = (box as unknown as { style: Record<string, string> }).style;
      return {
        place: [left, top, width, height].map((share) => Number.parseFloat(share!) / 100),
        name: box.textContent,
      };
    }),
  )) as { place: [number, number, number, number]; name: string }[];
  return faces.map(({ place: [left, y, width, height], name }) => ({
    box: { x: 1 - left - width, y, width, height },
    name,
  }));
}

/** A photo as a camera gives it: as large as the page asks for, so that nothing is cut off or scaled on the way. */
async function cameraFrame(): Promise<Buffer> {
  const { raster } = await decodePhoto(samplePhoto('sample1.jpg'));
  const height = Math.round((raster.width * 9) / 16);
  const wide = placeOnCanvas(raster, raster.width, height, 0, -Math.round((raster.height - height) / 2));
  return Buffer.from(await encodePicture(resizeRaster(wide, 1280, 720, 'area'), { quality: 95 }));
}

const start = async (page: Page): Promise<void> => {
  await page.getByRole('button', { name: 'Start the camera' }).click();
  await page.locator('.box .label', { hasText: 'Ada' }).waitFor(patient);
};

const bodyOf = (request: Request): Buffer => request.postDataBuffer() ?? Buffer.alloc(0);

describe('the live view on the page', { skip: skipWithoutBrowser }, () => {
  let session: Visit;
  let folder: string;
  let photo: Buffer;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'visage-live-'));
    // Motion JPEG is one JPEG file after the other: a camera before which nobody moves.
    photo = await cameraFrame();
    const film = join(folder, 'camera.mjpeg');
    await writeFile(film, Buffer.concat([photo, photo, photo]));
    session = await visit(
      {},
      '--use-fake-ui-for-media-stream',
      '--use-fake-device-for-media-stream',
      `--use-file-for-fake-video-capture=${film}`,
    );
    const seen = await fetch(`${session.address}/api/v1/identify?remember=true`, {
      method: 'POST',
      headers: { 'content-type': 'image/jpeg' },
      body: photo,
    });
    const { faces } = (await seen.json()) as { faces: { faceId: string }[] };
    await fetch(`${session.address}/api/v1/faces/name`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'Ada', faceIds: [faces[0]!.faceId] }),
    });
  });
  after(async () => {
    await session[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  it('finds the faces in the browser as the server does, and sends no picture', async () => {
    const page = await session.open('live', { permissions: ['camera'] });
    const requests: Request[] = [];
    page.on('request', (request) => requests.push(request));
    await start(page);
    await page.getByText('Pictures stay here.').waitFor();
    // A second frame makes a rate; every face has been named by then or soon after.
    await page.locator('.rate', { hasText: /[1-9]/ }).waitFor(patient);
    await page
      .locator('.box .label', { hasText: '…' })
      .first()
      .waitFor({ state: 'detached', ...patient });
    const shown = await shownFaces(page);

    const response = await fetch(`${session.address}/api/v1/identify`, {
      method: 'POST',
      headers: { 'content-type': 'image/jpeg' },
      body: photo,
    });
    const { faces, width, height } = (await response.json()) as ApiIdentifyAnswer;
    assert.equal(shown.length, faces.length);
    const { recognizer } = session.server.service;
    const located = await recognizer.locate({ name: 'frame', bytes: photo });
    const wanted = await recognizer.embed(located.faces.map((face) => recognizer.crop(located, face)));

    const sent = requests.filter((request) => request.method() !== 'GET');
    assert.ok(sent.length > 0);
    const embeddings = sent.flatMap((request) => {
      assert.equal(new URL(request.url()).pathname, '/api/v1/embeddings/identify');
      assert.equal(request.headers()['content-type'], 'application/json');
      const { pack, embeddings, ...others } = request.postDataJSON() as {
        pack: string;
        embeddings: number[][];
      };
      assert.deepEqual([pack, others], ['bundled', {}]);
      // 128 numbers of at most 24 characters each: no room for a picture.
      assert.ok(
        bodyOf(request).length <= 100 + embeddings.length * 128 * 25,
        `${bodyOf(request).length} bytes`,
      );
      for (const embedding of embeddings) {
        assert.equal(embedding.length, 128);
        assert.ok(embedding.every((value) => typeof value === 'number'));
      }
      return embeddings.map((embedding) => unit(Float32Array.from(embedding)));
    });
    for (const request of requests) if (!sent.includes(request)) assert.equal(bodyOf(request).length, 0);

    for (const [i, face] of faces.entries()) {
      const { x, y, width: w, height: h } = face.box;
      const box = { x: x / width, y: y / height, width: w / width, height: h / height };
      const overlaps = shown.map((other) => intersectionOverUnion(other.box, box));
      const overlap = Math.max(...overlaps);
      const name = face.name ?? 'Unknown';
      assert.ok(overlap > 0.8, `${name}: overlap ${overlap}`);
      assert.equal(shown[overlaps.indexOf(overlap)]!.name, name);
      const apart = Math.min(...embeddings.map((embedding) => distance(embedding, unit(wanted[i]!))));
      if (process.env['VISAGE_FIGURES'])
        process.stdout.write(`# ${name}: IoU ${overlap}, distance ${apart}\n`);
      assert.ok(apart < 0.1, `${name}: distance ${apart}`);
    }
    await picture(page, 'live');
    assert.deepEqual(await faultsOf(page), []);
    assert.deepEqual(session.troubles, []);
  });

  it('lets the server look instead, keeps a picture, and stops', async () => {
    const page = await session.open('live', { ...phone, colorScheme: 'dark', permissions: ['camera'] });
    await start(page);
    await picture(page, 'live-phone-dark');
    assert.deepEqual(await faultsOf(page), []);
    await page.getByRole('radio', { name: 'On the server' }).check();
    await page.getByText('Each picture goes to the server').waitFor();
    await page.locator('.rate', { hasText: /[1-9]/ }).waitFor(patient);
    await page.locator('.box .label', { hasText: 'Ada' }).waitFor(patient);
    await picture(page, 'live-phone-dark-server');

    await page.getByRole('button', { name: 'Keep this picture' }).click();
    await page.getByRole('heading', { name: /^Camera / }).waitFor(patient);
    await page.getByRole('button', { name: /^Face \d: Ada$/ }).waitFor(patient);

    await page.getByRole('link', { name: 'Live' }).click();
    await page.getByRole('heading', { name: 'The camera is off' }).waitFor();
    assert.deepEqual(session.troubles, []);
  });

  it('goes by the server and says why where the browser cannot look itself', async () => {
    const cases: readonly [string, RegExp, (page: Page) => Promise<unknown>][] = [
      ['no SIMD', /no WebAssembly with SIMD/, (page) => page.evaluate('WebAssembly.validate = () => false')],
      [
        'a licence',
        /because the licence of pack arcface/,
        (page) =>
          page.route('**/api/v1/pack', (route) =>
            route.fulfill({
              json: {
                pack: { name: 'arcface' },
                networks: [],
                withheld: 'the licence of pack arcface does not let its networks be given out',
              },
            }),
          ),
      ],
      [
        'networks that do not come',
        /networks do not run in this browser \(.* could not be loaded, status 500\)/,
        (page) => page.route('**/api/v1/pack/networks/**', (route) => route.fulfill({ status: 500 })),
      ],
    ];
    for (const [what, reason, prepare] of cases) {
      const page = await session.open('live', { permissions: ['camera'] });
      await prepare(page);
      await start(page);
      await page.getByText(reason).waitFor();
      assert.ok(await page.getByRole('radio', { name: 'On the server' }).isChecked(), what);
      if (what === 'no SIMD') {
        await picture(page, 'live-server');
        assert.deepEqual(await faultsOf(page), []);
      }
      await page.context().close();
    }
    assert.deepEqual(session.troubles, []);
  });

  it('says so where the camera is refused', async () => {
    const page = await session.open('live');
    await page.evaluate(
      `navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', 'NotAllowedError'))`,
    );
    await page.getByRole('button', { name: 'Start the camera' }).click();
    await page.getByText('The browser did not let me use the camera.').waitFor();
  });
});
