import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildReport, chooseFaces, type ReportData, reportLimits } from '../../src/report/index.ts';
import { pixel, syntheticReport } from './synthetic-report.ts';

const count = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0;
const cards = (page: string): RegExpMatchArray[] => [...page.matchAll(/<li class="card (\w+)/g)];

test('the page asks nothing of any other place', () => {
  const page = buildReport(syntheticReport({ people: 5, trainPerPerson: 4, testPerPerson: 2 }));
  assert.equal(count(page, /https?:/gi), 0);
});

test('every address is inside the page', () => {
  const page = buildReport(everything());
  for (const [, address] of page.matchAll(/(?:src|href|action|srcset)="([^"]*)"/g)) {
    assert.match(address!, /^(#|data:)/);
  }
  assert.equal(count(page, /url\(/g), 0);
  assert.match(page, /default-src &#39;none&#39;/);
});

const nasty =
  '<script>globalThis.hacked=1</script>"\'&</script><!--<img src=x onerror=hacked=1>\u202e\u0000\ud800';

/** A report in which every text that a user gives is nasty. */
function everything(): ReportData {
  const data = syntheticReport({
    people: 3,
    trainPerPerson: 8,
    testPerPerson: 3,
    wrongEvery: 2,
    nameOf: (person) => `${nasty}${person}`,
  });
  return {
    ...data,
    title: nasty,
    notice: nasty,
    map: { method: 'umap', description: nasty },
    photos: [
      {
        file: nasty,
        width: 100,
        height: 80,
        picture: pixel,
        faces: [
          {
            box: { x: 10, y: 10, width: 20, height: 20 },
            name: nasty,
            probability: 0.9,
            candidates: [{ name: nasty, probability: 0.9 }],
            expected: `${nasty}2`,
          },
          { box: { x: 50, y: 10, width: 20, height: 20 }, name: null, probability: 0.2, candidates: [] },
        ],
      },
    ],
    skipped: [{ file: nasty, code: nasty, message: nasty, hint: nasty }],
    stages: [{ name: nasty, seconds: 1, count: 1, unit: nasty }],
    settings: [{ label: nasty, value: nasty }],
    commands: [{ purpose: nasty, line: nasty }],
  };
}

test('names, files and messages cannot become markup', () => {
  const page = buildReport(everything());
  assert.equal(count(page, /<script/gi), 2, 'the data block and our script');
  assert.equal(count(page, /<\/script/gi), 2);
  assert.equal(count(page, /onerror=hacked=1>/g), 0);
  assert.equal(count(page, /<!--/g), 0);
  assert.equal(count(page, /[\0\ud800]/g), 0);
  const json = /<script type="application\/json" id="map-data">(.*?)<\/script>/s.exec(page)![1]!;
  const { names } = JSON.parse(json) as { names: string[] };
  assert.ok(names[0]!.startsWith(nasty));
});

test('wrong answers come first, then the least sure', () => {
  const data = syntheticReport({ people: 6, trainPerPerson: 3, testPerPerson: 5, wrongEvery: 7 });
  const page = buildReport(data);
  const tones = cards(page).map(([, tone]) => tone);
  assert.equal(tones.length, 30);
  assert.deepEqual(tones.slice(0, 4), Array(4).fill('wrong'));
  assert.ok(!tones.slice(4).includes('wrong'));
  assert.match(page, /86\.7\u202f%<small>26 of 30 right/);
});

test('training faces that are named wrong are shown as such', () => {
  const data = syntheticReport({ people: 3, trainPerPerson: 2, testPerPerson: 1 });
  const answer = { ...data.faces.at(-1)!.prediction!, name: 'person_03' };
  const faces = data.faces.map((face, i) => (i === 0 ? { ...face, prediction: answer } : face));
  assert.doesNotMatch(buildReport(data), /Training faces to look at/);
  const page = buildReport({ ...data, faces });
  assert.match(page, /Training faces to look at/);
  assert.deepEqual(
    cards(page).map(([, tone]) => tone),
    ['right', 'right', 'right', 'wrong'],
  );
});

test('a refused answer is marked as unknown and still counts by its name', () => {
  const data = syntheticReport({ people: 2, trainPerPerson: 2, testPerPerson: 1 });
  const faces = data.faces.map((face) =>
    face.prediction ? { ...face, prediction: { ...face.prediction, refused: true } } : face,
  );
  const page = buildReport({ ...data, faces });
  assert.deepEqual(
    cards(page).map(([, tone]) => tone),
    ['unknown', 'unknown'],
  );
  assert.match(page, /2 of 2 right/);
});

test('up to 30 people get a matrix, more a list of confused pairs', () => {
  const few = buildReport(
    syntheticReport({ people: 30, trainPerPerson: 1, testPerPerson: 2, wrongEvery: 9 }),
  );
  assert.equal(count(few, /<table class="matrix"/g), 1);
  assert.equal(count(few, /<td class="hit"/g), 30);
  assert.equal(count(few, /<td class="miss"/g), 6);
  const many = buildReport(
    syntheticReport({ people: 31, trainPerPerson: 1, testPerPerson: 2, wrongEvery: 9 }),
  );
  assert.equal(count(many, /<table class="matrix"/g), 0);
  assert.match(many, /Who was taken for whom/);
  assert.match(many, /person_05<\/bdi><\/td><td><bdi class="name">person_06<\/bdi><\/td><td>1</);
});

test('with 5,000 faces the page is cut to its limits and says so', () => {
  const data = syntheticReport({ people: 500, trainPerPerson: 6, testPerPerson: 4, wrongEvery: 50 });
  const thumbnail = { ...pixel, bytes: new Uint8Array(2000) };
  const chosen = chooseFaces(data.faces);
  assert.ok(chosen.size <= reportLimits.predictions + reportLimits.mapPoints + reportLimits.people);
  const faces = data.faces.map((face, i) => (chosen.has(i) ? { ...face, thumbnail } : face));
  const photos = Array.from({ length: 2000 }, (_, i) => ({
    file: `${i}.jpg`,
    width: 10,
    height: 10,
    faces: [
      {
        box: { x: 0, y: 0, width: 5, height: 5 },
        name: i === 1500 ? null : 'person_01',
        probability: 0.5,
        candidates: [],
      },
    ],
  }));
  const page = buildReport({ ...data, faces, photos });
  assert.equal(cards(page).length, 240);
  assert.equal(count(page, /<circle class="hue|<path class="hue/g), 1500);
  assert.match(page, /240 of 2\u2009000 are shown/);
  assert.match(page, /1\u2009500 of 5\u2009000 faces are drawn/);
  assert.match(page, /120 of 500 people are shown/);
  assert.match(page, /60 of 2\u2009000 photos are shown/);
  assert.ok(page.indexOf('1500.jpg') < page.indexOf('>0.jpg'), 'doubtful photos come first');
  assert.ok(page.length < 9_000_000, `${page.length} characters`);
});

test('same data, same page; empty data is a page too', () => {
  const data = syntheticReport({ people: 3, trainPerPerson: 2, testPerPerson: 1 });
  assert.equal(buildReport(data), buildReport(data));
  const empty = buildReport({
    title: 'Nothing',
    measuresAccuracy: true,
    photos: [],
    faces: [],
    trainAccuracy: { right: 0, total: 0 },
    skipped: [],
    stages: [],
    settings: [],
    commands: [],
  });
  assert.match(empty, /There is no test face/);
  assert.doesNotMatch(empty.slice(0, empty.indexOf('<script>')), /NaN|Infinity|undefined/);
});
