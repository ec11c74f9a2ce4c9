import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { measureVerification } from '../../src/evaluate/index.ts';
import { Random } from '../../src/kernel/index.ts';
import {
  failedTrainingPage,
  type FailedTrainingPageData,
  trainingPage,
  type TrainingPageData,
} from '../../src/report/index.ts';
import { htmlTroubles } from '../cli/evaluation/page-check.ts';
import { openBrowser, openPage, overflowPx, skipWithoutBrowser } from '../support/browser.ts';

const hostile = `<img src=x onerror="document.title='hacked'">`;

/** All pairs of photos of some people, whose distances overlap the more, the smaller `apart` is. */
async function kind(people: number, apart: number) {
  const random = new Random(people);
  const owners = Array.from({ length: people * 4 }, (_, i) => Math.floor(i / 4));
  const [first, second]: [number[], number[]] = [[], []];
  for (let i = 0; i < owners.length; i++) {
    for (let j = i + 1; j < owners.length; j++) {
      first.push(owners[i]!);
      second.push(owners[j]!);
    }
  }
  const same = first.map((owner, i) => owner === second[i]);
  const measure = (gap: number) =>
    measureVerification(
      {
        distances: same.map((own) => Math.abs((own ? 0.4 : 0.4 + gap) + 0.08 * random.normal())),
        same,
        folds: same.map(() => 0),
        firstPeople: first,
        secondPeople: second,
      },
      { rounds: 40 },
    );
  return { before: await measure(apart), after: await measure(apart + 0.05) };
}

const data: TrainingPageData = {
  name: 'family',
  base: 'bundled',
  trained: { people: 40, photos: 200 },
  apart: { people: 10, photos: 40 },
  loss: 'triplets, batch-hard',
  pushing: 'triplets',
  curve: [0, 10, 20, 30].map((step) => ({
    step,
    loss: step === 0 ? undefined : 0.02 / step,
    activeShare: step === 0 ? undefined : 1 / step,
    learningRate: step === 0 ? undefined : 0.02 - step / 2000,
    unseen: 0.9 + step / 1000,
    fresh: 0.92 + step / 1000,
  })),
  bestStep: 20,
  end: 'patience',
  blend: 0.3,
  shared: false,
  unseen: await kind(30, 0.3),
  fresh: await kind(16, 0.25),
  calibration: { people: 10, leastFalseAccept: 0.067 },
  failed: [{ file: `${hostile}.jpg`, code: 'NO_FACE', message: `${hostile} has no face.` }],
  repetition: { settings: [{ label: 'photos', value: hostile }], command: `visage finetune '${hostile}'` },
};
/** Two people apart, no photos to spare, no triplets, nothing measured at one in a thousand. */
const small: TrainingPageData = {
  ...data,
  curve: data.curve.map((point) => ({ ...point, activeShare: undefined, fresh: undefined })),
  unseen: await kind(2, 0.5),
  fresh: undefined,
  shared: true,
  end: 'steps',
  calibration: undefined,
  failed: [],
};

const failed: FailedTrainingPageData = {
  name: 'family',
  base: 'bundled',
  faces: { people: 50, photos: 240 },
  reason: `Nothing better: ${hostile}.`,
  advice: `Give more photos: ${hostile}.`,
  loss: 'triplets, batch-hard',
  pushing: 'triplets',
  curve: data.curve.map((point) => ({
    ...point,
    unseen: 0.9 - point.step / 1000,
    fresh: 0.92 - point.step / 500,
  })),
  failed: data.failed,
  repetition: data.repetition,
};

describe('the page of a fine-tuning', () => {
  it('that made nothing better says why, shows the curves, and how near it came', async () => {
    const page = await failedTrainingPage(failed);
    assert.deepEqual(htmlTroubles(page), []);
    assert.ok(!page.includes('<img src=x'));
    assert.equal(await failedTrainingPage(failed), page);
    const text = page.replace(/<[^>]+>/g, '').replaceAll('\u202f', ' ');
    assert.match(text, /recognises 90\.00 % and 92\.00 % of the pairs/);
    assert.match(text, /The best of 3 looks after that, at step 10, came to 89\.00 % and 90\.00 %/);
    assert.match(text, /Triplets that still push/);
    // It ran away before the first look.
    const early = await failedTrainingPage({ ...failed, curve: failed.curve.slice(0, 1) });
    assert.deepEqual(htmlTroubles(early), []);
    assert.doesNotMatch(early, /Triplets that still push|The best of/);
  });

  for (const [name, given] of Object.entries({ usual: data, small })) {
    it(`${name}: whole, escaped, and the same for the same data`, async () => {
      const page = await trainingPage(given);
      assert.deepEqual(htmlTroubles(page), []);
      assert.ok(!page.includes('<img src=x'));
      assert.equal(await trainingPage(given), page);
    });
  }

  it('says in whole numbers what changed, who judged, and what the calibration can tell', async () => {
    const page = (await trainingPage(data)).replace(/<[^>]+>/g, '').replaceAll('\u202f', ' ');
    const { pairs, trueAcceptRates } = data.fresh!.before;
    const before = Math.round(trueAcceptRates[2]!.measured!.point.trueAcceptRate * pairs.same);
    assert.match(
      page,
      new RegExp(
        `New photos of trained people: of ${pairs.same} pairs of one person ${before} were recognised before`,
      ),
    );
    assert.match(page, /step 20, 30 % of the way/);
    assert.match(page, /stopped early, because it got no better/);
    assert.match(page, /from 10 people; it can speak of false accept rates down to about 6\.7 %/);
    assert.doesNotMatch(page, /flatters a little/);
    const poor = await trainingPage(small);
    assert.match(poor, /flatters a little/);
    assert.match(poor, /too few for a calibration/);
    assert.doesNotMatch(poor, /Triplets that still push/);
    const paired = await trainingPage({ ...data, loss: 'contrastive', pushing: 'pairs' });
    assert.match(paired, /Pairs that still push/);
    assert.doesNotMatch(paired, /triplets/i);
  });

  it('fits a phone and a desk, light and dark, and asks for nothing', {
    skip: skipWithoutBrowser,
  }, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'visage-training-page-'));
    const browser = await openBrowser();
    try {
      const file = join(folder, 'page.html');
      // Two ROCs and four curves, each drawn for the width at hand; without a gain the curves alone.
      for (const [html, figures, width, dark] of [
        [await trainingPage(data), 6, 360, false],
        [await trainingPage(data), 6, 768, true],
        [await trainingPage(data), 6, 1200, false],
        [await failedTrainingPage(failed), 4, 360, true],
        [await failedTrainingPage(failed), 4, 1200, false],
      ] as const) {
        await writeFile(file, html);
        const { page, troubles } = await openPage(browser, pathToFileURL(file).href, { width, dark });
        assert.deepEqual(troubles, []);
        assert.equal(await overflowPx(page), 0, String(width));
        assert.equal(await page.locator('figure svg:visible').count(), figures);
        await page.close();
      }
    } finally {
      await browser.close();
      await rm(folder, { recursive: true });
    }
  });
});
