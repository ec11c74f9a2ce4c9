import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import * as fc from 'fast-check';
import {
  cumulativeMatch,
  identificationCurve,
  identificationReport,
  type IdentificationPoint,
  pointAtFalsePositiveRate,
  proportion,
  rankOf,
} from '../../src/evaluate/index.ts';
import { inRepository } from '../support/repository.ts';

interface Golden {
  readonly own: number[];
  readonly knownScores: number[][];
  readonly unknownScores: number[][];
  readonly ranks: number[];
  readonly cumulativeMatch: number[];
  readonly falsePositiveRate: number[];
  readonly truePositiveRate: number[];
  readonly tpirAtFpir: { fpir: number; tpir: number }[];
}
const goldens = JSON.parse(
  await readFile(inRepository('test/evaluate/goldens/identification.json'), 'utf8'),
) as {
  readonly identification: Golden[];
  readonly proportions: { hits: number; trials: number; low: number; high: number }[];
};

const close = (actual: number, expected: number): void => {
  assert.ok(Math.abs(actual - expected) <= 1e-12, `${actual} is not ${expected}`);
};

for (const [i, golden] of goldens.identification.entries()) {
  test(`ranks, CMC and open-set curve of golden set ${i} are NumPy's`, () => {
    const ranks = golden.knownScores.map((row, probe) => rankOf(row, golden.own[probe]!));
    assert.deepEqual(ranks, golden.ranks);
    const trials = {
      ranks,
      knownScores: golden.knownScores.map((row) => Math.max(...row)),
      unknownScores: golden.unknownScores.map((row) => Math.max(...row)),
    };
    const depth = golden.cumulativeMatch.length;
    const report = identificationReport(trials, [0.01], depth);
    for (const [k, share] of report.cumulativeMatch.entries()) close(share, golden.cumulativeMatch[k]!);
    close(report.rankOneRate, golden.cumulativeMatch[0]!);
    assert.equal(report.curve.length, golden.falsePositiveRate.length);
    for (const [k, point] of report.curve.entries()) {
      close(point.falsePositiveRate, golden.falsePositiveRate[k]!);
      close(point.truePositiveRate, golden.truePositiveRate[k]!);
      // The rule that the threshold stands for gives the rates of its point.
      const { threshold } = point;
      const accepted = trials.unknownScores.filter((score) => score >= threshold).length;
      close(point.falsePositiveRate, accepted / trials.unknownScores.length);
      const right = trials.knownScores.filter((score, probe) => ranks[probe] === 1 && score >= threshold);
      close(point.truePositiveRate, right.length / ranks.length);
    }
    for (const { fpir, tpir } of golden.tpirAtFpir) {
      close(pointAtFalsePositiveRate(report.curve, fpir).truePositiveRate, tpir);
    }
  });
}

const score = fc.double({ min: -5, max: 5, noNaN: true });
const trialsOf = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 4 }), score), { minLength: 1, maxLength: 20 })
  .chain((known) =>
    fc.array(score, { minLength: 1, maxLength: 20 }).map((unknownScores) => ({
      ranks: known.map(([rank]) => rank),
      knownScores: known.map(([, value]) => value),
      unknownScores,
    })),
  );

test('both rates rise along the curve, which ends at every unknown named and every rank-1 hit', () => {
  fc.assert(
    fc.property(trialsOf, (trials) => {
      const curve = identificationCurve(trials);
      for (let i = 1; i < curve.length; i++) {
        assert.ok(curve[i]!.threshold < curve[i - 1]!.threshold);
        assert.ok(curve[i]!.falsePositiveRate >= curve[i - 1]!.falsePositiveRate);
        assert.ok(curve[i]!.truePositiveRate >= curve[i - 1]!.truePositiveRate);
      }
      assert.deepEqual([curve[0]!.falsePositiveRate, curve[0]!.truePositiveRate], [0, 0]);
      assert.equal(curve.at(-1)!.falsePositiveRate, 1);
      assert.equal(curve.at(-1)!.truePositiveRate, cumulativeMatch(trials.ranks, 1)[0]);
    }),
  );
});

const rates = (points: readonly IdentificationPoint[]) =>
  points.map((point) => [point.falsePositiveRate, point.truePositiveRate]);

test('a stretched score gives the same rates', () => {
  fc.assert(
    fc.property(trialsOf, (trials) => {
      const moved = {
        ...trials,
        knownScores: trials.knownScores.map((value) => 2 ** 3 * value),
        unknownScores: trials.unknownScores.map((value) => 2 ** 3 * value),
      };
      assert.deepEqual(rates(identificationCurve(moved)), rates(identificationCurve(trials)));
    }),
  );
});

test('a probe without an answer is neither found nor accepted', () => {
  const report = identificationReport({
    ranks: [1, Infinity],
    knownScores: [0.5, -Infinity],
    unknownScores: [-Infinity, 0.4],
  });
  assert.equal(report.rankOneRate, 0.5);
  const last = report.curve.at(-1)!;
  assert.deepEqual([last.falsePositiveRate, last.truePositiveRate], [0.5, 0.5]);
});

test('scores that are all equal find nobody', () => {
  assert.equal(rankOf([0.3, 0.3, 0.3], 1), 3);
  assert.equal(rankOf([0.3], 0), 1);
});

test('what cannot be judged is refused with a reason', () => {
  const whole = { ranks: [1], knownScores: [1], unknownScores: [0] };
  for (const trials of [
    { ...whole, ranks: [] },
    { ...whole, ranks: [0] },
    { ...whole, ranks: [1.5] },
    { ...whole, ranks: [Number.NaN] },
    { ...whole, ranks: [1, 2] },
    { ...whole, unknownScores: [] },
    { ...whole, knownScores: [Number.NaN] },
    { ...whole, unknownScores: [Infinity] },
  ]) {
    assert.throws(() => identificationReport(trials), { code: 'EVALUATION_INVALID' });
  }
  const curve = identificationCurve(whole);
  for (const rate of [-0.1, 1.1, Number.NaN]) {
    assert.throws(() => pointAtFalsePositiveRate(curve, rate), { code: 'OPTION_INVALID' });
  }
});

test('intervals of shares are Wilson’s as SciPy computes them', () => {
  for (const { hits, trials, low, high } of goldens.proportions) {
    const found = proportion(hits, trials);
    assert.equal(found.share, hits / trials);
    close(found.low, low);
    close(found.high, high);
  }
  for (const [hits, trials] of [
    [0, 0],
    [2, 1],
    [-1, 5],
    [Number.NaN, 5],
  ] as const) {
    assert.throws(() => proportion(hits, trials), { code: 'EVALUATION_INVALID' });
  }
});
