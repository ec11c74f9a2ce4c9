import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { chooseSheetFaces } from '../../src/report/cluster-sheet/sheet-data.ts';
import {
  buildClusterSheet,
  type ClusterSheetData,
  type SheetCluster,
  sheetLimits,
} from '../../src/report/index.ts';
import { openBrowser, openPage, overflowPx, skipWithoutBrowser } from '../support/browser.ts';
import { pixel } from './synthetic-report.ts';

const hostile = `<img src=x onerror="document.title='hacked'">`;

function cluster(number: number, faces: number, changes: Partial<SheetCluster> = {}): SheetCluster {
  return {
    number,
    name: undefined,
    unclear: false,
    faces: Array.from({ length: faces }, (_, i) => ({
      name: `it's ${number}/${i}.jpg`,
      photo: `${number}/${i}`,
      picture: pixel,
    })),
    ...changes,
  };
}

function sheet(changes: Partial<ClusterSheetData> = {}): ClusterSheetData {
  return {
    folder: `holiday ${hostile}`,
    photos: 30,
    clusters: [
      cluster(1, 14, { name: hostile }),
      cluster(7, 3),
      cluster(3, 1),
      cluster(4, 1, { unclear: true }),
    ],
    unusable: [{ file: hostile, message: `${hostile} cannot be decoded.` }],
    command: 'visage cluster holiday',
    ...changes,
  };
}

describe('the contact sheet', () => {
  it('shows every cluster, and faces alone by themselves', () => {
    const page = buildClusterSheet(sheet());
    assert.equal(page.match(/<article class="cluster/g)!.length, 2);
    assert.equal(page.match(/class="face"/g)!.length, 14 + 3 + 1 + 1);
    assert.match(page, /<h2 id="alone-title">Seen once/);
    assert.match(page, /<h2 id="unclear-title">Too unclear/);
    assert.ok(!page.includes('<img src=x'));
    assert.equal(buildClusterSheet(sheet()), page);
  });

  it('says what it leaves out', () => {
    const clusters = [cluster(1, 500), ...Array.from({ length: 4000 }, (_, i) => cluster(i + 2, 1))];
    const page = buildClusterSheet(sheet({ clusters }));
    assert.equal(page.match(/class="face"/g)!.length, sheetLimits.faces);
    assert.match(page, /and 404 more/);
    assert.match(page, /2\u2009904 of 4\u2009000 are shown/);
  });

  it('leaves later clusters out first', () => {
    assert.deepEqual(chooseSheetFaces([5, 200, 3]), [5, sheetLimits.facesPerCluster, 3]);
    const many = Array.from({ length: 50 }, () => 96);
    const shown = chooseSheetFaces(many);
    assert.equal(shown[0], 96);
    assert.equal(shown.at(-1), 0);
    assert.equal(
      shown.reduce((a, b) => a + b),
      sheetLimits.faces,
    );
  });

  it('can be empty', () => {
    assert.match(buildClusterSheet(sheet({ clusters: [], unusable: [] })), /No face was found/);
  });
});

describe('the contact sheet in a browser', { skip: skipWithoutBrowser }, () => {
  let browser: Browser;
  let folder: string;
  let address: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'visage-sheet-'));
    const file = join(folder, 'sheet.html');
    await writeFile(file, buildClusterSheet(sheet()));
    address = pathToFileURL(file).href;
    browser = await openBrowser();
  });
  after(async () => {
    await browser.close();
    await rm(folder, { recursive: true });
  });

  it('opens without a complaint or a request, no name runs, and it fits a phone', async () => {
    for (const width of [360, 1200]) {
      const { page, troubles } = await openPage(browser, address, { width });
      assert.deepEqual(troubles, []);
      assert.match(await page.title(), /^Who is in holiday/);
      assert.equal(await overflowPx(page), 0);
      await page.close();
    }
  });

  it('gives the command for what is chosen', async () => {
    const { page, troubles } = await openPage(browser, address);
    const commands = (): Promise<string[]> => page.locator('#chosen-commands code').allTextContents();
    const click = (name: string): Promise<void> => page.locator(`button[data-name="${name}"]`).click();
    await click('1');
    assert.deepEqual(await commands(), [`visage cluster holiday --name 1 'NAME' --gallery people.gallery`]);
    await click('7');
    assert.deepEqual(await commands(), [
      'visage cluster holiday --same 1 7',
      'visage cluster holiday --not-same 1 7',
    ]);
    await page.keyboard.press('Escape');
    assert.equal(await page.locator('#chosen').isHidden(), true);
    await click(`it's 7/0.jpg`);
    await click(`it's 7/2.jpg`);
    assert.deepEqual(await commands(), [
      String.raw`visage cluster holiday --not-same 'it'\''s 7/0.jpg' 'it'\''s 7/2.jpg'`,
    ]);
    assert.deepEqual(troubles, []);
    await page.close();
  });
});
