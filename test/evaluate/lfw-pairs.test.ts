import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { lfwImagePath, parseLfwPairs } from '../../src/evaluate/index.ts';
import { VisageError } from '../../src/kernel/index.ts';
import { inShared, skipWithoutShared } from '../support/repository.ts';

const small = ['2\t1', 'Ann\t1\t2', 'Ann\t1\tBob\t3', 'Cy_D\t4\t5', 'Cy_D\t4\tAnn\t1'];

test('folds alternate pairs of one person and of two', () => {
  const expected = [
    { first: { person: 'Ann', number: 1 }, second: { person: 'Ann', number: 2 }, same: true, fold: 0 },
    { first: { person: 'Ann', number: 1 }, second: { person: 'Bob', number: 3 }, same: false, fold: 0 },
    { first: { person: 'Cy_D', number: 4 }, second: { person: 'Cy_D', number: 5 }, same: true, fold: 1 },
    { first: { person: 'Cy_D', number: 4 }, second: { person: 'Ann', number: 1 }, same: false, fold: 1 },
  ];
  assert.deepEqual(parseLfwPairs(small.join('\n')), expected);
  assert.deepEqual(parseLfwPairs(`\uFEFF${small.join('\r\n')}\r\n\r\n`), expected);
  assert.equal(lfwImagePath(expected[1]!.second), 'Bob/Bob_0003.jpg');
});

test('a header of one number means one fold', () => {
  const pairs = parseLfwPairs('1\nAnn\t1\t2\nAnn\t1\tBob\t3\n');
  assert.deepEqual(
    pairs.map(({ fold, same }) => [fold, same]),
    [
      [0, true],
      [0, false],
    ],
  );
});

test('the official list has ten folds of 300 + 300 pairs', {
  skip: skipWithoutShared('data/lfw/pairs.txt'),
}, async () => {
  const pairs = parseLfwPairs(await readFile(inShared('data/lfw/pairs.txt'), 'utf8'));
  assert.equal(pairs.length, 6000);
  for (let fold = 0; fold < 10; fold++) {
    const inside = pairs.filter((pair) => pair.fold === fold);
    assert.equal(inside.length, 600);
    assert.equal(inside.filter(({ same }) => same).length, 300);
  }
  assert.equal(lfwImagePath(pairs[0]!.second), 'Abel_Pacheco/Abel_Pacheco_0004.jpg');
});

test('damage is a coded error that names the line', () => {
  const damaged = (line: number, text: string): string => small.with(line, text).join('\n');
  const cases: [string, RegExp][] = [
    ['', /line 1: /],
    ['ten\t300', /line 1: "ten"/],
    ['1\t2\t3', /line 1: expected the number of folds/],
    ['-1', /line 1: /],
    [small.slice(0, 4).join('\n'), /line 4: expected 4 pairs, the file has 3/],
    [[...small, 'Ann\t1\t2'].join('\n'), /line 5: expected 4 pairs, the file has 5/],
    [damaged(2, 'Ann\t1\t2'), /line 3: expected name, number, name, number, got "Ann\\t1\\t2"/],
    [damaged(1, 'Ann\t1\tBob\t3'), /line 2: expected name, number, number/],
    [damaged(1, 'Ann\t0\t2'), /line 2: "0" is not a whole number/],
    [damaged(3, 'Ann\t1\t2.5'), /line 4: "2\.5"/],
    [damaged(3, '../x\t1\t2'), /line 4: "\.\.\/x" is not a name/],
    [damaged(3, '..\t1\t2'), /line 4: "\.\." is not a name/],
    [damaged(2, 'Ann\t1\tAnn\t2'), /line 3: "Ann" stands for two people/],
  ];
  for (const [text, message] of cases) {
    assert.throws(() => parseLfwPairs(text, 'p.txt'), { code: 'FORMAT_INVALID', message });
  }
});

test('any text gives pairs or a coded error', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('1', '2', '\t', '\n', 'A', '/', ' ') }), (text) => {
      try {
        parseLfwPairs(text);
      } catch (error) {
        assert.ok(error instanceof VisageError && error.code === 'FORMAT_INVALID');
      }
    }),
  );
});
