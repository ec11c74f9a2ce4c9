import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { cellWidth, fitCells, padCells, printable, withoutSigns } from '../../src/cli/view/cells.ts';

test('widths of letters, wide characters, marks and emoji', () => {
  assert.equal(cellWidth('madonna'), 7);
  assert.equal(cellWidth('山田太郎'), 8);
  assert.equal(cellWidth('Zoe\u0308'), 3); // e with a combining diaeresis
  assert.equal(cellWidth('👩‍👩‍👧'), 2); // three people in one grapheme
  assert.equal(cellWidth('한국'), 4);
});

test('a cut text fits, keeps more of its end, and a fitting one stays', () => {
  assert.equal(fitCells('short', 5), 'short');
  assert.equal(fitCells('a/very/long/path/face.jpg', 12), 'a/ve…ace.jpg');
  assert.equal(fitCells('a/very/long/path/face.jpg', 12, false), 'a/v...ce.jpg');
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme' }),
      fc.integer({ min: 0, max: 40 }),
      fc.boolean(),
      (text, cells, unicode) => {
        const line = printable(text);
        assert.ok(cellWidth(fitCells(line, cells, unicode)) <= cells);
        assert.ok(cellWidth(padCells(line, cells)) >= cells);
      },
    ),
  );
});

test('no control character survives: a file name cannot move the cursor or break a line', () => {
  assert.equal(printable('evil\u001b[2J\r\n.jpg'), String.raw`evil\u001b[2J\u000d\u000a.jpg`);
  assert.equal(printable('Ægir 山.jpg'), 'Ægir 山.jpg');
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      assert.doesNotMatch(printable(text), /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
    }),
  );
});

test('prose for a terminal without Unicode', () => {
  assert.equal(withoutSigns('3 × 4 — Zoë'), '3 x 4 - Zoë');
});
