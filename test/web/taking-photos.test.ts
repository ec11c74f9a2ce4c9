import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import type { JSHandle, Page } from 'playwright-core';
import { skipWithoutBrowser } from '../support/browser.ts';
import { samplePhoto } from '../support/bundled-weights.ts';
import { visit, type Visit } from './support/visit.ts';

/** What a person drags or has on the clipboard, as the browser hands it to the page. */
async function transferOf(page: Page, ...files: readonly string[]): Promise<JSHandle> {
  const contents = await Promise.all(
    files.map(async (name) => ({ name, base64: (await readFile(samplePhoto(name))).toString('base64') })),
  );
  return page.evaluateHandle(
    `(() => {
      const transfer = new DataTransfer();
      for (const { name, base64 } of ${JSON.stringify(contents)}) {
        const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
        transfer.items.add(new File([bytes], name, { type: 'image/jpeg' }));
      }
      return (globalThis.transfer = transfer);
    })()`,
  );
}

describe('photos come to the page', { skip: skipWithoutBrowser }, () => {
  let session: Visit;
  let page: Page;
  before(async () => {
    session = await visit();
    page = await session.open('identify');
    await page.getByRole('heading', { name: 'I know nobody yet' }).waitFor();
  });
  after(async () => {
    await session[Symbol.asyncDispose]();
  });
  const peopleNow = async () =>
    (await session.server.service.gallery.people()).map(({ name, exampleCount }) => [name, exampleCount]);

  it('dragged anywhere onto Identify, several at once', async () => {
    const dataTransfer = await transferOf(page, 'sample1.jpg', 'sample2.jpg');
    const heading = page.getByRole('heading', { name: 'Who is in this photo?' });
    await heading.dispatchEvent('dragover', { dataTransfer });
    await page.locator('.drop-zone.over').waitFor();
    await heading.dispatchEvent('drop', { dataTransfer });
    await page.getByText('6 faces in 2 photos, 0 named.').waitFor();
    assert.equal(await page.locator('.drop-zone.over').count(), 0);
    assert.deepEqual(await page.locator('.photo .file').allTextContents(), ['sample1.jpg', 'sample2.jpg']);
  });

  it('and are left alone where they leave again, as is text', async () => {
    const zone = page.locator('.drop-zone');
    await zone.dispatchEvent('dragover', { dataTransfer: await transferOf(page, 'sample3.jpg') });
    await page.locator('.drop-zone.over').waitFor();
    await page.locator('body').dispatchEvent('dragleave', {});
    await page.locator('.drop-zone.over').waitFor({ state: 'detached' });
    const text = await page.evaluateHandle(
      `(() => { const text = new DataTransfer(); text.setData('text/plain', 'no photo'); return text; })()`,
    );
    await zone.dispatchEvent('dragover', { dataTransfer: text });
    await zone.dispatchEvent('drop', { dataTransfer: text });
    assert.equal(await page.locator('.drop-zone.over').count(), 0);
    assert.equal(await page.locator('.photo').count(), 2);
  });

  it('pasted from the clipboard', async () => {
    await page.getByRole('button', { name: 'Put all away' }).click();
    await transferOf(page, 'sample3.jpg');
    await page.evaluate(
      `document.body.dispatchEvent(
        new ClipboardEvent('paste', { clipboardData: transfer, bubbles: true, cancelable: true }),
      )`,
    );
    await page.getByText('3 faces in 1 photo, 0 named.').waitFor();
    await page.locator('.photo .box').nth(2).waitFor();
  });

  it('dragged onto People, for somebody new and for somebody who is there', async () => {
    page = await session.open('people');
    await page.getByRole('heading', { name: 'Whom shall I know?' }).waitFor();
    await page.getByLabel('Name').fill('Ada');
    const drop = async (...files: string[]) => {
      const dataTransfer = await transferOf(page, ...files);
      await page.locator('.drop-zone').dispatchEvent('dragover', { dataTransfer });
      await page.locator('.drop-zone').dispatchEvent('drop', { dataTransfer });
    };
    await drop('sample1.jpg');
    await page.getByRole('button', { name: 'Add 1 photo to Ada' }).click();
    await page.getByText('1 face added to Ada.').waitFor();
    assert.deepEqual(await peopleNow(), [['Ada', 1]]);
    await page.getByRole('link', { name: /^Ada/ }).click();
    await page.getByText('Known by 1 face.').waitFor();
    await drop('sample2.jpg');
    await page.getByRole('button', { name: 'Add 1 photo to Ada' }).click();
    await page.getByText('1 face added to Ada.').waitFor();
    assert.deepEqual(await peopleNow(), [['Ada', 2]]);
    assert.deepEqual(session.troubles, []);
  });
});
