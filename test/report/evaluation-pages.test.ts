import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { clusterScores, confusionMatrix, proportion, reliability } from '../../src/evaluate/index.ts';
import {
  classifierPage,
  type ClassifierPageEntry,
  clustersPage,
  type ClustersPageEntry,
  type ShownFace,
} from '../../src/report/index.ts';
import { openBrowser, openPage, overflowPx, skipWithoutBrowser } from '../support/browser.ts';
import { pixel } from './synthetic-report.ts';

const hostile = `<img src=x onerror="document.title='hacked'">`;
const face = (name: string, i: number): ShownFace => ({ name, file: `${name}/${i}.jpg`, picture: pixel });
const failed = [{ file: `${hostile}.jpg`, code: 'NO_FACE', message: `${hostile} has no face.` }];
const repetition = { settings: [{ label: 'face', value: hostile }], command: `visage evaluate '${hostile}'` };

const people = ['ann', 'ann', 'ann', 'bob', 'bob', hostile, hostile, 'dora'];
const tried = (maxDistance: number, clusters: readonly number[]) => ({
  maxDistance,
  scores: clusterScores(people, clusters),
});

function clustersEntry(name: string): ClustersPageEntry {
  const limits = [
    tried(0.3, [0, 1, 2, 3, 4, 5, 6, 7]),
    tried(0.4, [0, 0, 1, 2, 2, 2, 3, 4]),
    tried(0.5, [0, 0, 0, 0, 0, 0, 0, 0]),
  ];
  const groups = [
    { label: hostile, count: 30, faces: [0, 1, 2, 3].map((i) => face(hostile, i)) },
    { label: 'bob', count: 1, faces: [{ ...face('bob', 1), picture: undefined }] },
  ];
  const card = { title: hostile, faces: 40, wrongPairs: 93, groups, groupCount: 5 };
  return {
    name,
    maxDistance: 0.4,
    scores: limits[1]!.scores,
    sizes: [3, 2, 1, 1, 1],
    unclear: 0,
    limits,
    mixed: [card],
    split: [card, card],
    failed,
  };
}

const clusters = (...names: readonly string[]): Promise<string> =>
  clustersPage({
    about: hostile,
    photos: people.length,
    personSizes: [3, 2, 2, 1],
    entries: names.map(clustersEntry),
    repetition,
  });

function classifierEntry(name: string): ClassifierPageEntry {
  const expected = ['ann', 'ann', hostile, null];
  const answers = ['ann', hostile, hostile, 'ann'];
  const best = { name: hostile, probability: 0.93 };
  return {
    name,
    accuracy: proportion(2, 4),
    confusion: confusionMatrix(expected, answers),
    reliability: reliability([0.9, 0.6, 0.75], [true, false, true]),
    mistaken: [{ face: face('ann', 1), answer: hostile, best }],
    named: [],
    refused: [{ face: face('ann', 2), answer: null, best }],
    failed,
  };
}

const classifiers = (...names: readonly string[]): Promise<string> =>
  classifierPage({ about: hostile, faces: 4, strangers: 1, entries: names.map(classifierEntry), repetition });

const pages = {
  'clusters of one pack': () => clusters('bundled'),
  'clusters of three packs': () => clusters('bundled', hostile, 'facenet-512-vggface2'),
  'one classifier': () => classifiers('svm.json'),
  'two classifiers': () => classifiers('svm.json', `${hostile}.json`),
} as const;

describe('pages of evaluation', () => {
  for (const [name, make] of Object.entries(pages)) {
    it(`${name}: every name is escaped, and the same data give the same page`, async () => {
      const page = await make();
      assert.ok(!page.includes('<img src=x'));
      assert.ok((await make()) === page);
    });
  }

  it('tells of strangers in a sentence, also where there is one or none', async () => {
    assert.match(
      await classifiers('svm.json'),
      /1 classifier\. 1 of them is of people that no classifier knows/,
    );
    const entries = [{ ...classifierEntry('svm.json'), strangers: 0 }];
    const page = await classifierPage({ about: 'x', faces: 4, strangers: 0, entries, repetition });
    assert.match(page, /Nobody among them is a stranger/);
  });

  it('leaves the curve out where no other limit was tried', async () => {
    const entry = clustersEntry('bundled');
    const page = await clustersPage({
      about: 'x',
      photos: people.length,
      personSizes: [3, 2, 2, 1],
      entries: [{ ...entry, limits: [entry.limits[1]!] }],
      repetition,
    });
    assert.doesNotMatch(page, /How near is near enough/);
    assert.match(page, /How large the groups are/);
  });
});

describe('pages of evaluation in a browser', { skip: skipWithoutBrowser }, () => {
  let browser: Browser;
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'visage-pages-'));
    browser = await openBrowser();
  });
  after(async () => {
    await browser.close();
    await rm(folder, { recursive: true });
  });

  for (const [name, make] of Object.entries(pages)) {
    it(`${name}: no complaint, no request, and it fits a phone`, async () => {
      const file = join(folder, 'page.html');
      await writeFile(file, await make());
      const address = pathToFileURL(file).href;
      for (const width of [360, 768, 1200]) {
        const { page, troubles } = await openPage(browser, address, { width, dark: width === 768 });
        assert.deepEqual(troubles, []);
        assert.doesNotMatch(await page.title(), /^hacked/);
        assert.equal(await overflowPx(page), 0, `${width} pixels wide`);
        await page.close();
      }
    });
  }
});
