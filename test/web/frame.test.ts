import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { KeyFile } from '../../src/serve/index.ts';
import { samplePhoto } from '../support/bundled-weights.ts';
import { skipWithoutBrowser } from '../support/browser.ts';
import { faultsOf, picture, visit, type Visit } from './support/visit.ts';

describe('the frame of the page', { skip: skipWithoutBrowser }, () => {
  let session: Visit;
  let folder: string;
  let readKey: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'visage-page-'));
    const keysPath = join(folder, 'keys');
    readKey = (await new KeyFile(keysPath).create('Reader', 'read')).secret;
    session = await visit({ keysPath });
  });
  after(async () => {
    await session[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  it('asks for a key, refuses a wrong one, and lets a reader look but not teach', async () => {
    const page = await session.open('identify');
    await page.getByRole('heading', { name: 'Who is asking?' }).waitFor();
    await picture(page, 'key');
    assert.deepEqual(await faultsOf(page), []);
    await page.getByLabel('Key').fill('not a key');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').waitFor();
    await page.getByLabel('Key').fill(readKey);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Who is in this photo?' }).waitFor();
    assert.equal(await page.evaluate('document.cookie'), '');

    await page.locator('input[type=file]').setInputFiles([samplePhoto('sample1.jpg')]);
    await page.getByRole('button', { name: /^Face 1: unknown$/ }).click();
    await page.getByText('Your key may look, not teach.').waitFor();
    await page.getByRole('link', { name: 'People', exact: true }).first().click();
    await page.getByRole('heading', { name: 'Nobody yet' }).waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Who is asking?' }).waitFor();
    assert.deepEqual(session.troubles, []);
  });

  it('says what is wrong with a file that is no photo, by keyboard alone', async () => {
    const page = await session.open('identify');
    await page.getByLabel('Key').fill(readKey);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Who is in this photo?' }).waitFor();
    const chooser = page.waitForEvent('filechooser');
    await page.getByRole('button', { name: 'Choose photos' }).focus();
    await page.keyboard.press('Enter');
    await (await chooser).setFiles([
      { name: 'letter.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('Dear Sir') },
    ]);
    await page.getByRole('alert').waitFor();
    assert.match(await page.getByRole('alert').innerText(), /letter\.jpg/);
    await page.getByRole('button', { name: 'Try again' }).waitFor();
    await picture(page, 'identify-failed');
    await page.getByRole('link', { name: 'Trust' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Too little to judge by' }).waitFor();
    await picture(page, 'trust-empty');
    assert.deepEqual(await faultsOf(page), []);
  });
});
