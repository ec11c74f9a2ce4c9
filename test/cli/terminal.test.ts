import assert from 'node:assert/strict';
import { test } from 'node:test';
import { terminalTraits } from '../../src/cli/view/terminal.ts';

const tty = { isTTY: true, columns: 80 };
const of = (stream: { isTTY?: boolean }, env: Record<string, string>) => terminalTraits(stream, env, 'linux');

test('colours: NO_COLOR wins, FORCE_COLOR works without a terminal, COLORTERM and TERM tell how many', () => {
  assert.equal(of(tty, { TERM: 'xterm' }).color, '16');
  assert.equal(of(tty, { TERM: 'xterm-256color' }).color, '256');
  assert.equal(of(tty, { TERM: 'xterm-256color', COLORTERM: 'truecolor' }).color, 'truecolor');
  assert.equal(of(tty, { TERM: 'xterm-256color', COLORTERM: 'truecolor', NO_COLOR: '1' }).color, 'none');
  assert.equal(of(tty, { TERM: 'xterm', NO_COLOR: '' }).color, '16'); // no-color.org: only when not empty
  assert.equal(of({}, { TERM: 'xterm' }).color, 'none');
  assert.equal(of({}, { TERM: 'xterm-256color', FORCE_COLOR: '1' }).color, '256');
  assert.equal(of({}, { TERM: 'xterm-256color', FORCE_COLOR: '0' }).color, 'none');
});

test('a line is drawn over only on a terminal that can', () => {
  assert.equal(of(tty, { TERM: 'xterm' }).interactive, true);
  assert.equal(of(tty, { TERM: 'dumb' }).interactive, false);
  assert.equal(of({}, { TERM: 'xterm' }).interactive, false);
});

test('Unicode by the locale: the first variable that is set counts', () => {
  assert.equal(of(tty, { LANG: 'de_DE.UTF-8' }).unicode, true);
  assert.equal(of(tty, { LANG: 'C.utf8' }).unicode, true);
  assert.equal(of(tty, { LC_ALL: 'C', LANG: 'de_DE.UTF-8' }).unicode, false);
  assert.equal(of(tty, {}).unicode, false);
  assert.equal(terminalTraits(tty, {}, 'win32').unicode, true);
});
