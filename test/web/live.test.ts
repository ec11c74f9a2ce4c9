import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { samplePhoto } from '../support/bundled-weights.ts';
import { skipWithoutBrowser } from '../support/browser.ts';
import { faultsOf, picture, visit, type Visit } from './support/visit.ts';

describe('the live view on the page', { skip: skipWithoutBrowser }, () => {
  let session: Visit;
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'visage-live-'));
    // Motion JPEG is one JPEG file after the other: a camera before which nobody moves.
    const photo = await readFile(samplePhoto('sample1.jpg'));
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

  it('names whoever stands before the camera, and says how fast', async () => {
    const page = await session.open('live', { permissions: ['camera'] });
    await page.getByRole('button', { name: 'Start the camera' }).click();
    await page.locator('.box .label', { hasText: 'Ada' }).waitFor();
    // A second frame makes a rate.
    await page.locator('.rate', { hasText: /[1-9]/ }).waitFor();
    await picture(page, 'live');
    assert.deepEqual(await faultsOf(page), []);

    await page.getByRole('button', { name: 'Keep this picture' }).click();
    await page.getByRole('heading', { name: /^Camera / }).waitFor();
    await page.getByRole('button', { name: /^Face \d: Ada$/ }).waitFor();

    await page.getByRole('link', { name: 'Live' }).click();
    await page.getByRole('heading', { name: 'The camera is off' }).waitFor();
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
