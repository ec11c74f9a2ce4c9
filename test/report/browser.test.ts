import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { buildReport } from '../../src/report/index.ts';
import { openBrowser, skipWithoutBrowser } from '../support/browser.ts';
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

  async function open(width: number): Promise<{ page: Page; troubles: string[] }> {
    const page = await browser.newPage({ viewport: { width, height: 800 } });
    const troubles: string[] = [];
    page.on('console', (message) => troubles.push(message.text()));
    page.on('pageerror', (error) => troubles.push(error.message));
    page.on('request', (request) => {
      if (!request.url().startsWith('data:') && request.url() !== address) troubles.push(request.url());
    });
    await page.goto(address);
    return { page, troubles };
  }

  it('opens without a complaint or a request, and no name runs', async () => {
    const { page, troubles } = await open(1200);
    assert.deepEqual(troubles, []);
    assert.match(await page.title(), /^Who is in/);
    await page.close();
  });

  it('fits a phone', async () => {
    const { page } = await open(360);
    const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
    assert.equal(overflow, 0);
    await page.close();
  });

  it('filters the predictions by tone and name', async () => {
    const { page, troubles } = await open(1200);
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
    const { page, troubles } = await open(1200);
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
