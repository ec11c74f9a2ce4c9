import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { errorTable, type ErrorEntry } from '../../src/kernel/index.ts';
import { inRepository } from '../support/repository.ts';

const page = await readFile(inRepository('docs', 'errors.md'), 'utf8');

/** Rows of the page as entries of the table. `\<` and `\|` are how Markdown writes the plain characters. */
const rows = page
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim().replace(/\\([<|])/g, '$1')))
  .map(([, code, message, hint, exitCode, httpStatus]): [string, ErrorEntry] => [
    code!.replaceAll('`', ''),
    { message: message!, hint: hint!, exitCode: Number(exitCode) as 1 | 2, httpStatus: Number(httpStatus) },
  ]);

test('docs/errors.md lists every error once, in the words of the table, and no other', () => {
  assert.equal(new Set(rows.map(([code]) => code)).size, rows.length, 'a code stands twice');
  assert.deepEqual(Object.fromEntries(rows), { ...errorTable });
});

test('sentences are sentences', () => {
  for (const [code, { message, hint }] of Object.entries<ErrorEntry>(errorTable)) {
    assert.match(code, /^[A-Z]+(_[A-Z]+)*$/);
    assert.match(message, /[.}]$/, `${code}: the message ends like a sentence or with what was filled in`);
    assert.notEqual(hint, '', `${code} says what to do`);
  }
});
