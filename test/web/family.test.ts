import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { skipWithoutBrowser } from '../support/browser.ts';
import { inShared, skipWithoutShared } from '../support/repository.ts';
import { faultsOf, phone, picture, visit, type Visit } from './support/visit.ts';

const skip = skipWithoutBrowser || skipWithoutShared('data/family');
const photosOf = (person: string, ...numbers: readonly number[]): string[] =>
  numbers.map((number) =>
    inShared('data/family/gallery', `Family1-${person}`, `Family1-${person}${number}.jpg`),
  );
const group = inShared('data/family/groups/identification1_family1.jpg');
const family2 = ['Lady1', 'Lady2', 'Man1', 'Man2'].map((photo) =>
  inShared('data/family/gallery', `Family2-${photo.slice(0, -1)}`, `Family2-${photo}.jpg`),
);

/** One visit from the first start to the end, as somebody with a family album has it. */
describe('a family album on the page', { skip }, () => {
  let session: Visit;
  let page: Page;
  before(async () => {
    session = await visit();
    page = await session.open('identify');
  });
  after(async () => {
    await session[Symbol.asyncDispose]();
  });
  const button = (name: string | RegExp) => page.getByRole('button', { name });

  const names = async (): Promise<string[]> =>
    (await session.server.service.gallery.people()).map(({ name }) => name).sort();

  it('begins with what to do first', async () => {
    await page.getByRole('heading', { name: 'I know nobody yet' }).waitFor();
    await picture(page, 'identify-empty');
    assert.deepEqual(await faultsOf(page), []);
  });

  it('enrols people with several photos each', async () => {
    await page.getByRole('link', { name: 'People', exact: true }).first().click();
    await page.getByRole('heading', { name: 'Whom shall I know?' }).waitFor();
    await picture(page, 'people-empty');
    await page.getByLabel('Name').fill('Dad');
    await page.locator('input[type=file]').setInputFiles(photosOf('Dad', 1, 2));
    await button('Add 2 photos to Dad').click();
    await page.getByText('2 faces added to Dad.').waitFor();
    for (const [name, ...numbers] of [
      ['Daughter', 1, 2],
      ['Son', 1, 2],
    ] as const) {
      await button('Add somebody').click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Name').fill(name);
      await dialog.locator('input[type=file]').setInputFiles(photosOf(name, ...numbers));
      await dialog.getByRole('button', { name: `Add 2 photos to ${name}` }).click();
      await dialog.getByText(`2 faces added to ${name}.`).waitFor();
      if (name === 'Daughter') {
        await picture(page, 'people-add');
        assert.deepEqual(await faultsOf(page), []);
      }
      await dialog.getByRole('button', { name: 'Done' }).click();
    }
    assert.deepEqual(await page.locator('.person-card .name').allTextContents(), ['Dad', 'Daughter', 'Son']);
    await picture(page, 'people');
    assert.deepEqual(await faultsOf(page), []);
  });

  it('identifies a group photo and learns whom it did not know', async () => {
    await page.getByRole('link', { name: 'Identify' }).click();
    await page.locator('input[type=file]').setInputFiles([group]);
    await page.getByText('4 faces in 1 photo, 3 named.').waitFor();
    await picture(page, 'identify');
    assert.deepEqual(await faultsOf(page), []);
    const sure = await page.getByText(/ sure$/).allTextContents();
    assert.deepEqual(
      sure.map((words) => /^(> 99|9\d) % sure$/.test(words)),
      [true, true, true],
      `never quite: ${sure.join(', ')}`,
    );
    await button(/^Face \d: unknown$/).click();
    await page.getByText(/^No name: the nearest face I know is/).waitFor();
    await picture(page, 'identify-face');
    assert.deepEqual(await faultsOf(page), []);
    await page.getByLabel('Somebody else').fill('Mom');
    await button('Add as new').click();
    await page.getByText('4 faces in 1 photo, 4 named.').waitFor();
    await page.getByText('Mom is new. I now know Mom by 1 face.').waitFor();
    await button(/^Face \d: Mom$/).waitFor();
  });

  it('takes a lesson back', async () => {
    await button('Undo').click();
    await page.getByText('4 faces in 1 photo, 3 named.').waitFor();
  });

  it('is corrected', async () => {
    await button(/^Face \d: Daughter$/).click();
    await page.getByLabel('Somebody else').fill('Aunt');
    await button('Add as new').click();
    await button(/^Face \d: Aunt$/).waitFor();
    await page.getByRole('link', { name: 'People', exact: true }).first().click();
    await page.getByRole('link', { name: /^Aunt/ }).waitFor();
    assert.deepEqual(await page.locator('.person-card .name').allTextContents(), [
      'Aunt',
      'Dad',
      'Daughter',
      'Son',
    ]);
  });

  it('merges, takes apart, renames, splits and moves', async () => {
    await page.getByRole('link', { name: /^Daughter/ }).click();
    await page.getByRole('heading', { name: 'Daughter' }).waitFor();
    await page.getByLabel('Also Daughter').selectOption({ label: 'Aunt' });
    await button('Merge').click();
    await page.getByText('Aunt is now part of Daughter.').waitFor();
    await page.getByText('Known by 3 faces.').waitFor();
    await picture(page, 'person');
    assert.deepEqual(await faultsOf(page), []);
    await button('Take apart').click();
    await page.getByText('Known by 2 faces.').waitFor();

    await button('Rename Daughter').click();
    await page.getByLabel('New name').fill('Girl');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Girl' }).waitFor();

    await page.getByLabel('Choose the face in Family1-Daughter2.jpg').check();
    await page.getByLabel('This is').fill('Stranger');
    await picture(page, 'person-chosen');
    await button('Make a new person').click();
    await page.getByText('Known by 1 face.').waitFor();
    await page.getByText('1 face of Girl now is of Stranger.').waitFor();
    await page.locator('.notice', { hasText: 'Stranger' }).getByRole('button', { name: 'Undo' }).click();
    await page.getByText('Known by 2 faces.').waitFor();
  });

  it('deletes, and takes a deletion back while there is time', async () => {
    await button('Delete Girl').click();
    await page.getByText('Girl and 2 faces are being deleted.').waitFor();
    await page.getByRole('link', { name: /^Aunt/ }).waitFor();
    assert.deepEqual(await page.locator('.person-card .name').allTextContents(), ['Aunt', 'Dad', 'Son']);
    assert.ok((await names()).includes('Girl'));
    await page.locator('.notice', { hasText: 'Girl and' }).getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('link', { name: /^Girl/ }).waitFor();

    await page.getByRole('link', { name: /^Aunt/ }).click();
    await button('Delete Aunt').click();
    await page.getByText('Aunt and 1 face are being deleted.').waitFor();
    // A page that is left has decided.
    await page.goto('about:blank');
    for (let tries = 0; (await names()).includes('Aunt') && tries < 100; tries++)
      await new Promise((resolve) => setTimeout(resolve, 50));
    assert.deepEqual(await names(), ['Dad', 'Girl', 'Son']);
  });

  it('deletes all chosen faces when the page is left before the time is over', async () => {
    const { gallery } = session.server.service;
    const facesOfSon = async (): Promise<number> =>
      (await gallery.people()).find(({ name }) => name === 'Son')!.exampleCount;
    const son = (await gallery.people()).find(({ name }) => name === 'Son')!;
    page = await session.open('people');
    await page.getByRole('link', { name: /^Son/ }).click();
    await page.getByLabel('Choose the face in Family1-Son1.jpg').check();
    await page.getByLabel('Choose the face in Family1-Son2.jpg').check();
    assert.equal(son.exampleCount, 2);
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByText('2 faces of Son are being deleted.').waitFor();
    await page.goto('about:blank');
    for (let tries = 0; (await facesOfSon()) > 0 && tries < 100; tries++)
      await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(await facesOfSon(), 0);
    // Later visits know him again.
    page = await session.open(`people/${son.id}`);
    await page.locator('input[type=file]').setInputFiles(photosOf('Son', 1, 2));
    await button('Add 2 photos to Son').click();
    await page.getByText('2 faces added to Son.').waitFor();
  });

  it('names a cluster of unknown faces in one go', async () => {
    page = await session.open('unknown');
    // What Identify saw before and could not name is there already; begin afresh.
    await page.getByRole('heading', { name: 'Who are they?' }).waitFor();
    await page.locator('input[type=file]').setInputFiles(family2);
    const pair = page.getByRole('form', { name: '2 faces of somebody' });
    await pair.first().waitFor();
    await picture(page, 'unknown');
    assert.deepEqual(await faultsOf(page), []);
    const lady = pair.filter({ has: page.getByAltText(/Family2-Lady1/) });
    await lady.getByAltText(/Family2-Lady2/).waitFor();
    await lady.getByLabel('Who is it?').fill('Lady');
    await lady.getByRole('button', { name: 'Name 2 faces' }).click();
    await page.getByText('I now know Lady by 2 faces.').waitFor();
    await lady.waitFor({ state: 'detached' });
    assert.ok((await names()).includes('Lady'));
  });

  it('says how far it can be trusted, at any threshold', async () => {
    await page.getByRole('link', { name: 'Trust' }).click();
    const threshold = page.getByRole('region', { name: 'Try a threshold' });
    const figure = (term: string) =>
      threshold.locator('.figures div', { hasText: term }).locator('dd').innerText();
    const slider = page.getByRole('slider', { name: 'Threshold' });
    await slider.waitFor();
    await picture(page, 'trust');
    assert.deepEqual(await faultsOf(page), []);
    const judged = Number(/of (\d+) faces/.exec(await figure('their own name'))?.[1]);
    assert.equal(judged, 8);
    assert.match(await figure('mistaken'), /^0 /);

    // By the rule that names faces, which no slider moves.
    const rule = page.getByRole('region', { name: 'As I name faces now' });
    const { faces } = (await session.server.app.inject('/api/v1/evaluation')).json();
    const right = faces.filter(({ asSeen }: { asSeen: { outcome: string } }) => asSeen.outcome === 'right');
    const byRule = await rule.locator('dd').allInnerTexts();
    assert.match(byRule[0]!, new RegExp(`^${right.length} of ${judged} faces`));
    assert.match(byRule[2]!, /^0 /);
    assert.match(byRule[3]!, /^0 of 8/);

    await slider.fill('0');
    assert.match(await figure('missed'), new RegExp(`^${judged} `));
    await slider.focus();
    await page.keyboard.press('End');
    assert.match(await figure('missed'), /^0 /);
    assert.doesNotMatch(await figure('strangers'), /^0 /);

    // By the line itself: to the left edge, where everybody is a stranger.
    const chart = page.getByRole('img', { name: /^How far apart two faces are/ });
    const { x, y, width, height } = (await chart.boundingBox())!;
    await page.mouse.move(x + width / 2, y + height / 2);
    await page.mouse.down();
    await page.mouse.move(x + 2, y + height / 2, { steps: 5 });
    await page.mouse.up();
    assert.equal(await page.locator('.threshold-row output').innerText(), '0.00');
    assert.match(await figure('missed'), new RegExp(`^${judged} `));
    await page.getByRole('button', { name: /^Back to/ }).click();

    await page.getByRole('img', { name: /^A map of 8 faces of 4 people/ }).scrollIntoViewIfNeeded();
    await page.locator('.mark').first().hover();
    await page.locator('.map-face .name').waitFor();
    await picture(page, 'trust-map');
  });

  it('fits a phone, in the dark', async () => {
    page = await session.open('identify', { ...phone, colorScheme: 'dark' });
    await page.locator('input[type=file]').setInputFiles([group]);
    await page.getByText('4 faces in 1 photo, 3 named.').waitFor();
    await button(/^Face \d: unknown$/).click();
    await picture(page, 'identify-phone-dark');
    assert.equal(await page.evaluate('document.documentElement.scrollWidth - innerWidth'), 0);
    assert.deepEqual(await faultsOf(page), []);
    await page.getByRole('link', { name: 'People', exact: true }).first().click();
    await page.getByRole('link', { name: /^Dad/ }).waitFor();
    await picture(page, 'people-phone-dark');
    for (const name of ['Unknown', 'Live', 'Trust']) {
      await page.getByRole('link', { name, exact: true }).click();
      await page
        .getByText(/^Faces worth a look|^Drop a pile|pick more photos|camera is off/)
        .first()
        .waitFor();
      await picture(page, `${name.toLowerCase()}-phone-dark`);
      assert.equal(await page.evaluate('document.documentElement.scrollWidth - innerWidth'), 0, name);
      assert.deepEqual(await faultsOf(page), []);
    }
    await page.getByRole('link', { name: 'People', exact: true }).first().click();
    assert.equal(await page.evaluate('document.documentElement.scrollWidth - innerWidth'), 0);
    assert.deepEqual(await faultsOf(page), []);
  });

  it('asked no other host and gave the browser nothing to complain of', () => {
    assert.deepEqual(session.troubles, []);
  });
});
