import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import * as fc from 'fast-check';
import {
  type Calibration,
  calibrationFromText,
  calibrationToJSON,
  crowdedScores,
  crowdWeight,
  expectedNext,
  fitCalibration,
  judgeOpenSet,
  openSetScores,
  personTemplate,
} from '../../src/calibrate/index.ts';
import { unit } from '../../src/kernel/index.ts';
import { inRepository } from '../support/repository.ts';
import { somePeople } from './synthetic-people.ts';

const { crowds } = JSON.parse(
  await readFile(inRepository('test/calibrate/goldens/calibrate.json'), 'utf8'),
) as { crowds: { scores: number[]; usual: number; weight: number; crowded: number[] }[] };
const calibration = fitCalibration(somePeople(320, 2), { pack: 'synthetic', source: 'made-up people' });
const plain: Calibration = { ...calibration, crowdedMatches: undefined };

for (const { scores, usual, weight, crowded } of crowds) {
  test(`scores of ${scores.length} people in a crowd are those of NumPy`, () => {
    const got = crowdedScores(Float64Array.from(scores), usual, weight);
    for (const [i, score] of got.entries()) assert.ok(Math.abs(score - crowded[i]!) < 1e-12);
  });
}

test('the order of the people stays, whatever the distances', () => {
  const distances = fc.array(fc.double({ min: 0, max: 3, noNaN: true }), { minLength: 4, maxLength: 40 });
  fc.assert(
    fc.property(distances, fc.double({ min: 0, max: 1, noNaN: true }), (all, weight) => {
      const scores = Float64Array.from(all, (distance) => -distance);
      const crowded = crowdedScores(scores, 0.5, weight);
      for (let i = 0; i < scores.length; i++) {
        assert.ok(!Number.isNaN(crowded[i]!));
        for (let j = 0; j < scores.length; j++) {
          if (scores[i]! > scores[j]!) assert.ok(crowded[i]! >= crowded[j]!);
        }
      }
    }),
  );
});

test('the next people count from 31 people on and fully from 300', () => {
  assert.deepEqual([1, 6, 30, 300, 1e6].map(crowdWeight), [0, 0, 0, 1, 1]);
  assert.ok(Math.abs(crowdWeight(Math.sqrt(30 * 300)) - 0.5) < 1e-12);
});

test('the next people are expected where so many strangers are, by counting', () => {
  const scores = Array.from({ length: 1000 }, (_, i) => -0.2 - i / 1000);
  const curve = {
    scores: scores.toReversed(),
    logRates: scores.map((_, i) => Math.log((i + 1) / 1000)).toReversed(),
    tailScale: 0.01,
  };
  // Of 100 people 1.5, 2.5 and 3.5 per cent are nearer: the 15th, 25th and 35th of the thousand.
  assert.ok(Math.abs(expectedNext(curve, 100) - 0.224) < 1e-9);
  assert.ok(expectedNext(curve, 50) > expectedNext(curve, 100));
  assert.ok(expectedNext(curve, 1) > 0);
});

test('a face that is near to many is a stranger’s more often; in a small gallery only the person counts', () => {
  const rate = (nextDistance: number, people: number, by = calibration): number => {
    const scores = Float64Array.from({ length: 16 }, (_, i) => (i === 0 ? -0.2 : -nextDistance));
    return judgeOpenSet(by, scores, 0, people, 0.01).falseAcceptRate;
  };
  for (const people of [60, 300, 5000]) {
    assert.ok(rate(0.25, people) > rate(0.5, people));
    assert.equal(rate(0.25, people, plain), rate(0.5, people, plain));
  }
  for (const people of [16, 30]) assert.equal(rate(0.25, people), rate(0.25, people, plain));
  const few = Float64Array.of(-0.2, -0.3, -0.3);
  assert.deepEqual(judgeOpenSet(calibration, few, 0, 500, 0.01), judgeOpenSet(plain, few, 0, 500, 0.01));
});

test('strangers of new people are accepted as often as asked in large galleries', () => {
  const others = somePeople(800, 2, 5);
  for (const size of [60, 150, 400]) {
    let [named, asked] = [0, 0];
    for (let first = 0; first + size <= 400; first += size) {
      const templates = others
        .slice(first, first + size)
        .map(({ embeddings: [a, b] }) =>
          personTemplate(calibration, unit(a!.map((value, j) => value + b![j]!)), 2),
        );
      for (const { embeddings } of others.slice(400)) {
        const scores = openSetScores(calibration, embeddings[0]!, templates);
        const best = scores.indexOf(Math.max(...scores));
        asked++;
        if (judgeOpenSet(calibration, scores, best, size, 0.1).falseAcceptRate <= 0.1) named++;
      }
    }
    const share = named / asked;
    assert.ok(share > 0.03 && share < 0.15, `${size} people: ${share}`);
  }
});

test('it survives the text; a text from before, and few people, do without', () => {
  const json = calibrationToJSON(calibration) as { crowdedMatches?: unknown };
  assert.deepEqual(calibrationFromText(JSON.stringify(json), 'x'), calibration);
  delete json.crowdedMatches;
  const old = calibrationFromText(JSON.stringify(json), 'x');
  assert.equal(old.crowdedMatches, undefined);
  assert.deepEqual(old.falseMatches, calibration.falseMatches);
  const few = fitCalibration(somePeople(200, 2), { pack: 'synthetic', source: 'made-up people' });
  assert.equal(few.crowdedMatches, undefined);
});
