import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Output } from '../../src/cli/output.ts';
import { noteSkipped } from '../../src/cli/skipped-photos.ts';
import { leftOut, skippedFor, type SkippedFile } from '../../src/dataset/skipped-file.ts';
import { visageError } from '../../src/kernel/index.ts';
import { Recording } from './recording.ts';

/** What a person is told of these files. */
function told(skipped: readonly SkippedFile[]): string[] {
  const [stdout, stderr] = [new Recording(), new Recording()];
  const settings = { json: false, quiet: false, debug: false };
  noteSkipped(new Output({ stdout, stderr, env: { LANG: 'C.UTF-8' } }, settings), skipped);
  assert.equal(stdout.text, '');
  return stderr.text.split('\n').slice(0, -1);
}

const noFace = (file: string): SkippedFile => skippedFor(file, visageError('NO_FACE', { path: file }));

test('files that were not looked at and have one reason share a line; photos are listed one by one', () => {
  const beside = ['a.npz', 'b.json', 'c.html', 'd.png'].map((file) => leftOut(file, 'it lies beside train/'));
  const photos = ['x/1.jpg', 'x/2.jpg', 'x/3.jpg'].map(noFace);
  const [hidden] = [leftOut('.hidden', 'it is hidden')];
  const lines = told([
    photos[0]!,
    beside[0]!,
    hidden,
    beside[1]!,
    photos[1]!,
    ...beside.slice(2),
    photos[2]!,
  ]);
  assert.equal(lines[0], 'Left out 8 files:');
  assert.equal(lines.filter((line) => line.includes('NO_FACE')).length, 3);
  assert.deepEqual(
    lines.filter((line) => line.includes('FILE_SKIPPED')).map((line) => line.trim()),
    [
      'FILE_SKIPPED  a.npz, b.json, c.html, 1 more: each was left out: it lies beside train/.',
      'FILE_SKIPPED  .hidden was left out: it is hidden.',
    ],
  );
});

test('three are named without a rest, two stand alone, and what no longer fits is counted in files', () => {
  const notes = ['p/a.txt', 'p/b.txt', 'p/c.txt'].map((file) =>
    leftOut(file, 'its name is not that of a picture'),
  );
  assert.match(told(notes)[1]!, /p\/a\.txt, p\/b\.txt, p\/c\.txt: each was left out/);
  assert.equal(told(notes.slice(0, 2)).length, 3);
  const many = Array.from({ length: 25 }, (_, i) => noFace(`x/${i}.jpg`));
  assert.equal(told([...many, ...notes]).at(-1), '  … and 8 more; --json lists them all.');
  assert.deepEqual(told([]), []);
});
