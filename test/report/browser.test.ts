import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { buildReport } from '../../src/report/index.ts';
import { openBrowser, openPage, overflowPx, skipWithoutBrowser } from '../support/browser.ts';
import { syntheticReport } from './synthetic-report.ts';

describe('the report in a browser', { skip: skipWithoutBrowser }, () => {
  let browser: Browser;
  let folder: string;
  let address: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'visage-report-'));
    const data = syntheticReport({
      people: 12,
      trainPerPerson: 4,
      testPerPerson: 3,
      wrongEvery: 9,
      nameOf: (person) => `<img src=x onerror="document.title='hacked'">${person}`,
    });
    const file = join(folder, 'report.html');
    await writeFile(file, buildReport(data));
    address = pathToFileURL(file).href;
    browser = await openBrowser();
  });
  after(async () => {
    await browser.close();
    await rm(folder, { recursive: true });
  });

  it('opens without a complaint or a request, and no name runs', async () => {
    const { page, troubles } = await openPage(browser, address);
    assert.deepEqual(troubles, []);
    assert.match(await page.title(), /^Who is in/);
    await page.close();
  });

  it('fits a phone', async () => {
    const { page } = await openPage(browser, address, { width: 360 });
    const overflow = await overflowPx(page);
    assert.equal(overflow, 0);
    await page.close();
  });

  it('filters the predictions by tone and name', async () => {
    const { page, troubles } = await openPage(browser, address);
    const visible = (): Promise<number> => page.locator('.card:visible').count();
    assert.equal(await visible(), 24);
    await page.locator('#more-cards').click();
    assert.equal(await visible(), 36);
    await page.locator('.filter button[data-tone=wrong]').click();
    assert.equal(await visible(), 4);
    await page.locator('.filter button[data-tone=""]').click();
    await page.locator('#prediction-search').fill('>11');
    assert.ok((await visible()) >= 3);
    assert.deepEqual(troubles, []);
    await page.close();
  });

  it('tells about a face on the map by pointer and by keyboard', async () => {
    const { page, troubles } = await openPage(browser, address);
    await page.locator('.markers path').first().hover();
    assert.match(await page.locator('#map-tip').innerText(), /test face/);
    await page.locator('#plane').focus();
    await page.keyboard.press('ArrowRight');
    assert.match((await page.locator('#map-told').textContent()) ?? '', /face/);
    await page.keyboard.press('Escape');
    assert.equal(await page.locator('#map-tip').isHidden(), true);
    assert.deepEqual(troubles, []);
    await page.close();
  });
});
