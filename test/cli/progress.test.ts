import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { cellWidth } from '../../src/cli/view/cells.ts';
import { progressLine } from '../../src/cli/view/progress-line.ts';
import { ProgressView } from '../../src/cli/view/progress-view.ts';
import { byteCount, duration, rate } from '../../src/cli/view/units.ts';

const half = {
  stage: 'finding faces',
  done: 69,
  total: 138,
  item: 'train/madonna/httpiamediaimdb.jpg',
  perSecond: 6.25,
};

/** A view with a clock of its own. */
function viewing(interactive: boolean): {
  view: ProgressView;
  text: () => string;
  pass: (ms: number) => void;
} {
  let [text, nowMs] = ['', 0];
  const view = new ProgressView({
    write: (part) => {
      text += part;
    },
    columns: () => 80,
    traits: { interactive, color: 'none', unicode: true },
    quiet: false,
    now: () => nowMs,
  });
  return {
    view,
    text: () => text,
    pass: (ms) => {
      nowMs += ms;
    },
  };
}

test('a wide terminal shows everything', () => {
  assert.equal(
    progressLine(half, 120, true),
    'finding faces  ▕████████████            ▏   50 %  69/138  6.3/s  11 s left  train/madonna/httpiamediaimdb.jpg',
  );
});

test('a narrow one loses the item, the bar, the rate, the time left, in this order', () => {
  assert.equal(
    progressLine(half, 80, true),
    'finding faces  ▕████████████            ▏   50 %  69/138  6.3/s  11 s left',
  );
  assert.equal(progressLine(half, 60, true), 'finding faces   50 %  69/138  6.3/s  11 s left');
  assert.equal(progressLine(half, 45, true), 'finding faces   50 %  69/138  11 s left');
  assert.equal(progressLine(half, 35, true), 'finding faces   50 %  69/138');
});

test('figures of the work stand in place of the rate; the bar goes before them, the last of them first', () => {
  const figures = ['loss 0.0139', 'active 31 %', 'TAR 93.9 %', '600 photos/s'];
  const state = { stage: 'training', done: 40, total: 100, item: undefined, perSecond: 4, figures };
  const told = 'training  40/100  loss 0.0139  active 31 %  TAR 93.9 %';
  assert.equal(
    progressLine(state, 120, true),
    `training  ▕${'█'.repeat(9)}▌${' '.repeat(14)}▏   40 %  40/100  ${figures.join('  ')}  15 s left`,
  );
  assert.equal(progressLine(state, 80, true), `${told}  600 photos/s  15 s left`);
  assert.equal(progressLine(state, 70, true), `${told}  15 s left`);
  const { view, text, pass } = viewing(false);
  view.listener({ stage: 'training', done: 0, total: 100, figures });
  pass(2000);
  view.listener({ stage: 'training', done: 40, total: 100, figures });
  assert.match(text(), /^training: 40 of 100, loss 0\.0139, active 31 %, TAR 93\.9 %, 600 photos\/s, /m);
});

test('without Unicode the bar is ASCII', () => {
  assert.match(progressLine(half, 80, false), /^finding faces {2}\[#{12}-{12}\] {3}50 %/);
});

test('a line never reaches the last column', () => {
  fc.assert(
    fc.property(
      fc.record({
        stage: fc.constantFrom('finding faces', 'embedding', '顔を探す'),
        done: fc.nat(200_000),
        total: fc.option(fc.nat(200_000), { nil: undefined }),
        item: fc.option(fc.string({ unit: 'grapheme' }), { nil: undefined }),
        perSecond: fc.option(fc.double({ min: 0, max: 1e5, noNaN: true }), { nil: undefined }),
        figures: fc.array(fc.constantFrom('loss 0.01', '600 photos/s'), { maxLength: 4 }),
      }),
      fc.integer({ min: 1, max: 200 }),
      fc.boolean(),
      (state, columns, unicode) => {
        assert.ok(cellWidth(progressLine(state, columns, unicode)) <= Math.max(0, columns - 1));
      },
    ),
  );
});

test('elsewhere than on a terminal: a line at the start, at tenths a second apart, at the end', () => {
  const { view, text, pass } = viewing(false);
  view.listener({ stage: 'finding faces', done: 0, total: 100 });
  for (let done = 1; done <= 100; done++) {
    pass(50);
    view.listener({ stage: 'finding faces', done, total: 100, item: `${done}.jpg` });
  }
  view.end();
  const lines = text().trimEnd().split('\n');
  assert.equal(lines[0], 'finding faces: 0 of 100');
  assert.equal(lines[1], 'finding faces: 20 of 100, 20.0/s, 4.0 s left');
  assert.equal(lines.at(-1), 'finding faces: 100 in 5.0 s, 20.0/s');
  assert.equal(lines.length, 6);
});

test('slow work gets a line after five seconds, then ever fewer', () => {
  const { view, text, pass } = viewing(false);
  view.listener({ stage: 'finding faces', done: 0, total: 1_000_000 });
  for (let done = 1; done <= 3600; done++) {
    pass(1000);
    view.listener({ stage: 'finding faces', done, total: 1_000_000 });
  }
  view.end();
  const lines = text().trimEnd().split('\n');
  assert.match(lines[1]!, /^finding faces: 5 of 1000000, 1\.0\/s/);
  assert.ok(
    lines.length > 50 && lines.length < 70,
    `an hour takes about a line a minute, not ${lines.length}`,
  );
  assert.equal(lines.at(-1), 'finding faces: 3600 of 1000000 in 1:00:00, 1.0/s (stopped)');
});

test('on a terminal one line is drawn over, makes way, and comes back', () => {
  const { view, text, pass } = viewing(true);
  view.listener({ stage: 'embedding', done: 0, total: 4 });
  pass(200);
  view.listener({ stage: 'embedding', done: 1, total: 4 });
  assert.equal(text().includes('\n'), false);
  const before = text().length;
  view.clear();
  assert.equal(text().slice(before), '\r\u001b[K');
  view.restore();
  assert.ok(text().slice(before).startsWith('\r\u001b[K\rembedding  '));
  assert.ok(text().endsWith('1/4\u001b[K'));
  pass(1800);
  view.listener({ stage: 'embedding', done: 4, total: 4 });
  view.end();
  assert.ok(text().endsWith('\r\u001b[K✓ embedding: 4 in 2.0 s, 2.0/s\n'));
  const ended = text();
  view.end();
  view.clear();
  assert.equal(text(), ended);
});

test('a new stage ends the one before; what was done before the start does not count as speed', () => {
  const { view, text, pass } = viewing(false);
  view.listener({ stage: 'finding faces', done: 90, total: 100 });
  pass(10_000);
  view.listener({ stage: 'finding faces', done: 100, total: 100 });
  view.listener({ stage: 'writing', done: 0, total: undefined });
  view.end();
  assert.equal(text(), 'finding faces: 100 in 10 s, 1.0/s\nwriting …\nwriting: 0 in 0.0 s\n');
});

test('times, rates and sizes as people say them', () => {
  assert.deepEqual([0.44, 9.99, 12.3, 59.4, 185, 7385].map(duration), [
    '0.4 s',
    '10.0 s',
    '12 s',
    '59 s',
    '3:05',
    '2:03:05',
  ]);
  assert.deepEqual([250, 6.24, 0.4, 0].map(rate), ['250/s', '6.2/s', '2.5 s each', '']);
  assert.deepEqual([512, 3_100, 999_600, 12_345_678, 25e9].map(byteCount), [
    '512 B',
    '3.1 kB',
    '1.0 MB',
    '12.3 MB',
    '25.0 GB',
  ]);
});
