import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { csvText, parseCsv } from '../../src/formats/index.ts';

const cell = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom('', ' ', '"', '""', ',', '\n', '\r\n', 'a"b', '=1+1', 'ß', '\uFEFF'),
);

test('what is written is read again, whatever stands in the cells', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5 }).chain((columns) =>
        fc.array(fc.array(cell, { minLength: columns, maxLength: columns }), {
          minLength: 1,
          maxLength: 6,
        }),
      ),
      ([header, ...rows]) => {
        // A byte order mark at the very start is the file's, not the cell's.
        fc.pre(!header![0]!.startsWith('\uFEFF'));
        assert.deepEqual(parseCsv(csvText(header!, rows)), [header, ...rows]);
      },
    ),
  );
});

test('numbers keep every digit', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true }), (value) => {
      const [, [text]] = parseCsv(csvText(['x'], [[value]])) as [string[], [string]];
      assert.equal(Number(text), value === 0 ? 0 : value);
    }),
  );
});

test('rows are those of RFC 4180, also with CRLF and without a last line end', () => {
  assert.deepEqual(parseCsv('a,"b ""c""",\r\n1,"x\r\ny",2'), [
    ['a', 'b "c"', ''],
    ['1', 'x\r\ny', '2'],
  ]);
  assert.deepEqual(parseCsv('\uFEFFa\n'), [['a']]);
  assert.deepEqual(parseCsv('a,'), [['a', '']]);
  assert.deepEqual(parseCsv(''), []);
});

test('a quote that does not end, and text after one, name the line', () => {
  assert.throws(() => parseCsv('a\n"b', 't.csv'), { code: 'FORMAT_INVALID', message: /line 2.*not closed/ });
  assert.throws(() => parseCsv('a\nb\n"c"d', 't.csv'), { code: 'FORMAT_INVALID', message: /line 3.*after/ });
});
