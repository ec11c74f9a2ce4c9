import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import {
  type Calibration,
  calibrationFromText,
  calibrationToJSON,
  checkMaxFalseAccept,
  evenSpacing,
  fitCalibration,
  galleryFalseAcceptRate,
  judgeOpenSet,
  leastFalseAcceptRate,
  logFalseMatchRate,
  measuredSpacings,
  openSetScores,
  personTemplate,
  relativeDistance,
  shareOfAllowedDistance,
  spacingAt,
} from '../../src/calibrate/index.ts';
import { distance, unit } from '../../src/kernel/index.ts';

import { dimension, somePeople } from './synthetic-people.ts';

const settings = { pack: 'synthetic', source: 'made-up people' };
const people = somePeople(240, 3);
const calibration = fitCalibration(people, settings);
const someDistance = fc.double({ min: 0, max: 3, noNaN: true });
const textOf = (value: Calibration): string => JSON.stringify(calibrationToJSON(value));

test('the same people give the same calibration, and it survives its text', () => {
  assert.equal(textOf(fitCalibration(people, settings)), textOf(calibration));
  assert.deepEqual(calibrationFromText(textOf(calibration), 'x'), calibration);
  assert.deepEqual([calibration.people, calibration.faces, calibration.dimension], [240, 720, dimension]);
  assert.deepEqual(calibration.comparisons, { same: 720, different: 720 * 239 });
});

test('a calibration of the first version has a linear spacing', () => {
  const { spacing, ...rest } = JSON.parse(textOf(calibration)) as { spacing: Record<string, unknown> };
  const first = JSON.stringify({ ...rest, version: 1, spacing: { ...spacing, bends: undefined } });
  const read = calibrationFromText(first, 'x');
  assert.deepEqual(read, { ...calibration, spacing: { ...calibration.spacing, bends: [] } });
});

test('strangers of new people are accepted as often as asked, in galleries of any size', () => {
  const others = somePeople(400, 4, 2);
  for (const size of [1, 5, 40]) {
    for (const maxFalseAccept of [0.2, 0.05]) {
      let [named, asked] = [0, 0];
      for (let first = 0; first + size <= 200; first += size) {
        const templates = others.slice(first, first + size).map(({ embeddings }) => {
          const sum = embeddings[0]!.map((value, j) => value + embeddings[1]![j]! + embeddings[2]![j]!);
          return personTemplate(calibration, unit(sum), 3);
        });
        for (const { embeddings } of others.slice(200, 300)) {
          const scores = openSetScores(calibration, embeddings[3]!, templates);
          const best = scores.indexOf(Math.max(...scores));
          asked++;
          if (judgeOpenSet(calibration, scores, best, size, maxFalseAccept).falseAcceptRate <= maxFalseAccept)
            named++;
        }
      }
      assert.ok(named / asked <= 1.5 * maxFalseAccept, `${size} people: ${named / asked}`);
      assert.ok(named / asked >= 0.3 * maxFalseAccept, `${size} people: ${named / asked}`);
    }
  }
});

test('faces of the right person are certain, and the two parts of the crowd are told apart', () => {
  const others = somePeople(30, 2, 3);
  const templates = others.map(({ embeddings }) => personTemplate(calibration, embeddings[0]!, 1));
  const right = others.filter(({ embeddings }, person) => {
    const scores = openSetScores(calibration, embeddings[1]!, templates);
    const best = scores.indexOf(Math.max(...scores));
    const answer = judgeOpenSet(calibration, scores, best, templates.length, 0.05);
    return best === person && answer.certainty > 0.5;
  });
  assert.ok(right.length >= 24, `${right.length} of 30`);
});

const answerAt = (value: number, count: number) =>
  judgeOpenSet(calibration, Float64Array.of(-value), 0, count, 0.01);

test('a nearer face is never less certain nor more often a stranger’s; a larger gallery is stricter', () => {
  fc.assert(
    fc.property(someDistance, someDistance, fc.integer({ min: 1, max: 1e6 }), (a, b, size) => {
      const [near, far] = [Math.min(a, b), Math.max(a, b)];
      assert.ok(answerAt(near, size).falseAcceptRate <= answerAt(far, size).falseAcceptRate);
      assert.ok(answerAt(near, size).certainty >= answerAt(far, size).certainty);
      assert.ok(answerAt(near, 2 * size).falseAcceptRate >= answerAt(near, size).falseAcceptRate);
      assert.ok(answerAt(near, size).falseAcceptRate <= 1);
    }),
  );
});

const close = (actual: number, expected: number): void =>
  assert.ok(Math.abs(actual / expected - 1) < 1e-9, `${actual} is not ${expected}`);

test('the rate of a gallery is 1 − (1 − r)^N, also where that has few digits', () => {
  close(galleryFalseAcceptRate(Math.log(0.1), 3), 1 - 0.9 ** 3);
  close(galleryFalseAcceptRate(-60, 100), 100 * Math.exp(-60));
  assert.equal(galleryFalseAcceptRate(0, 5), 1);
  assert.equal(galleryFalseAcceptRate(-1, 0), 0);
});

/** The score at which one person is met by so many strangers. */
function at(rate: number): number {
  let [low, high] = [-10, 0];
  for (let i = 0; i < 80; i++) {
    const middle = (low + high) / 2;
    if (logFalseMatchRate(calibration.falseMatches, middle) > Math.log(rate)) low = middle;
    else high = middle;
  }
  return high;
}

test('the share of the allowed distance is 1 at the limit, and proportional to the distance', () => {
  for (const people of [1, 50]) {
    const rateAt = (score: number): number =>
      galleryFalseAcceptRate(logFalseMatchRate(calibration.falseMatches, score), people);
    const [limit, near] = [at(0.01 / people), at(0.001 / people)];
    close(shareOfAllowedDistance(calibration, rateAt(limit), rateAt(limit), people), 1);
    const share = shareOfAllowedDistance(calibration, rateAt(near), rateAt(limit), people);
    assert.ok(Math.abs(share - near / limit) < 1e-6 && share < 1);
  }
});

test('two people as near are rivals, and only where both are near enough', () => {
  const near = Float64Array.of(at(1e-5), at(1e-5), at(0.5));
  assert.equal(judgeOpenSet(calibration, near, 0, 3, 0.01).rival, 1);
  assert.ok(judgeOpenSet(calibration, near, 0, 3, 0.01).certainty <= 0.5);
  assert.equal(judgeOpenSet(calibration, Float64Array.of(at(0.2), at(0.2)), 0, 2, 0.01).rival, undefined);
  assert.equal(judgeOpenSet(calibration, Float64Array.of(at(1e-5), at(0.2)), 0, 2, 0.01).rival, undefined);
});

test('spacings are the mean distances to the five nearest faces of others, second route', () => {
  const faces = people.slice(0, 40).flatMap(({ embeddings }) => embeddings);
  const owners = faces.map((_, i) => Math.floor(i / 3));
  const measured = measuredSpacings(faces, owners);
  for (const i of [0, 17, 119]) {
    const all = faces
      .flatMap((face, j) => (owners[j] === owners[i] ? [] : [distance(face, faces[i]!)]))
      .sort((a, b) => a - b);
    const mean = all.slice(0, 5).reduce((a, b) => a + b, 0) / 5;
    assert.ok(Math.abs(measured[i]! - mean) < 1e-6);
  }
});

test('crowded faces count as farther apart, one example as it is, many as less near', () => {
  const [crowded, spread] = [people[1]!.embeddings[0]!, people[0]!.embeddings[0]!];
  assert.ok(spacingAt(calibration.spacing, crowded) < spacingAt(calibration.spacing, spread));
  const even = { spacing: evenSpacing(dimension) };
  const one = personTemplate(even, spread, 1);
  const many = personTemplate(even, spread, 1000);
  assert.ok(Math.abs(relativeDistance(even, crowded, 1, one) - distance(crowded, spread)) < 1e-6);
  assert.ok(relativeDistance(even, crowded, 1, many) > 1.2 * relativeDistance(even, crowded, 1, one));
});

test('few people keep the spacing of the base, or have an even one', () => {
  const few = somePeople(20, 3, 9);
  assert.deepEqual(fitCalibration(few, { ...settings, base: calibration }).spacing, calibration.spacing);
  assert.equal(fitCalibration(few, settings).spacing.mean, 1);
});

test('a rate that the data cannot support is refused', () => {
  const few = fitCalibration(somePeople(20, 3, 9), settings);
  assert.equal(leastFalseAcceptRate(few), 3 / 190);
  checkMaxFalseAccept('x', few, 0.02);
  for (const rate of [0.001, 0, -1, 1.1, Number.NaN]) {
    assert.throws(() => checkMaxFalseAccept('x', few, rate), { code: 'OPTION_INVALID' });
  }
});

test('people from whom nothing can be learned are refused with a reason', () => {
  const face = people[0]!.embeddings[0]!;
  const same = Array.from({ length: 6 }, (_, i) => ({ name: `p${i}`, embeddings: [face, face.slice()] }));
  const bad: [string, Parameters<typeof fitCalibration>[0]][] = [
    ['nobody', []],
    ['one person', people.slice(0, 1)],
    ['all identical', same],
    ['one face each', people.map(({ name, embeddings }) => ({ name, embeddings: [embeddings[0]!] }))],
    ['no face', [...people.slice(0, 5), { name: 'x', embeddings: [] }]],
    [
      'NaN',
      [...people.slice(0, 5), { name: 'x', embeddings: [new Float32Array(dimension).fill(Number.NaN)] }],
    ],
    ['another dimension', [...people.slice(0, 5), { name: 'x', embeddings: [new Float32Array(3)] }]],
  ];
  for (const [what, given] of bad) {
    assert.throws(() => fitCalibration(given, settings), { code: 'FIT_INVALID' }, what);
  }
  const signal = AbortSignal.abort();
  assert.throws(() => fitCalibration(people, { ...settings, signal }), { code: 'INTERRUPTED' });
});

test('a text that is no calibration is refused with the place', () => {
  const good = calibrationToJSON(calibration) as Record<string, unknown>;
  const curve = calibration.falseMatches;
  const spacing = good['spacing'] as Record<string, unknown>;
  const bad: [RegExp, unknown][] = [
    [/format/, { ...good, format: 'x' }],
    [/people/, { ...good, people: 1 }],
    [/version/, { ...good, version: 3 }],
    [/weights/, { ...good, spacing: { ...spacing, weights: [1] } }],
    [/bends is missing/, { ...good, spacing: { ...spacing, bends: undefined } }],
    [/bends\[0\]\.direction/, { ...good, spacing: { ...spacing, bends: [{ strength: 1, direction: [1] }] } }],
    [/scores\[1\]/, { ...good, falseMatches: { ...curve, scores: curve.scores.toReversed() } }],
    [/tailScale/, { ...good, falseMatches: { ...curve, tailScale: 0 } }],
    [/logOdds is missing/, { ...good, logOdds: undefined }],
    [/slope/, { ...good, logOdds: { slope: -1, offset: 0 } }],
  ];
  for (const [message, value] of bad) {
    assert.throws(() => calibrationFromText(JSON.stringify(value), 'c.json'), {
      code: 'FORMAT_INVALID',
      message,
    });
  }
  assert.throws(() => calibrationFromText('{', 'c.json'), { code: 'FORMAT_INVALID' });
});
