import assert from 'node:assert/strict';
import { type ChildProcessWithoutNullStreams, spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { inShared, skipWithoutShared } from '../support/repository.ts';
import { type Ended, startVisage } from '../support/visage-process.ts';

const skip = skipWithoutShared('data/celeb6');
const celeb6 = inShared('data/celeb6');

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'visage-job-'));
});
after(() => rm(folder, { recursive: true, force: true }));

const visage = (...argv: string[]) => startVisage(argv, { cwd: folder }).ended;
const python = '/usr/bin/python3';
const skipNumPy =
  skip ||
  (spawnSync(python, ['-c', 'import numpy']).status === 0
    ? false
    : 'needs NumPy for Debian’s python3, which is absent here');

// Each step works on what the one before left.

/** Starts `prepare` and calls `interrupt` once finished photos are reported. */
function prepareInterrupted(interrupt: (child: ChildProcessWithoutNullStreams) => void): Promise<Ended> {
  const { child, ended } = startVisage(['prepare', celeb6], { cwd: folder });
  let seen = '';
  child.stderr.on('data', (text: string) => {
    const wasUnderWay = underWay.test(seen);
    seen += text;
    if (!wasUnderWay && underWay.test(seen)) interrupt(child);
  });
  return ended;
}
const underWay = /: [1-9]\d* of 138/;

/** What a person finds in the folder; what the journal keeps is hidden. */
const visibleFiles = async () =>
  (await readdir(folder)).filter((name) => !name.startsWith('.') || name.endsWith('.tmp'));

test('prepare, stopped in the middle, leaves no half-written file', { skip }, async () => {
  const { exitCode, stdout, stderr } = await prepareInterrupted((child) => child.kill('SIGINT'));
  assert.equal(exitCode, 1);
  assert.equal(stdout, '');
  assert.match(stderr, /Stopping\. Press Ctrl-C again/);
  assert.match(
    stderr,
    /error INTERRUPTED: Interrupted; .*kept.*\nhint: Run the same command again to go on\.\n$/,
  );
  assert.deepEqual(await visibleFiles(), []);
});

test('a second Ctrl-C ends at once, as the signal does', { skip }, async () => {
  const { signal, stdout } = await prepareInterrupted((child) => {
    child.kill('SIGINT');
    child.stderr.on('data', (text: string) => text.includes('Stopping') && child.kill('SIGINT'));
  });
  assert.equal(signal, 'SIGINT');
  assert.equal(stdout, '');
  assert.deepEqual(await visibleFiles(), []);
});

interface PrepareDocument {
  readonly train: { readonly shape: number[]; readonly counts: Record<string, number> };
  readonly val: { readonly shape: number[]; readonly counts: Record<string, number> };
  readonly work: { readonly detected: number; readonly reused: number };
}

test('prepare goes on where it stopped, and finds 108 and 30 faces', { skip }, async () => {
  const { exitCode, stdout, stderr } = await visage('prepare', celeb6, '--json');
  assert.equal(exitCode, 0, stderr);
  const { train, val, work } = JSON.parse(stdout) as PrepareDocument;
  assert.deepEqual(train.shape, [108, 150, 150, 3]);
  assert.deepEqual(val.shape, [30, 150, 150, 3]);
  assert.equal(train.counts['jerry_seinfeld'], 21);
  assert.ok(work.reused > 0 && work.detected < 138, `${work.reused} reused, ${work.detected} looked at`);
});

test('prepare again looks at nothing, leaves the file as it is, and prints what the original prints', {
  skip,
}, async () => {
  const bytes = await readFile(join(folder, 'faces-dataset.npz'));
  const { exitCode, stdout, stderr } = await visage('prepare', celeb6);
  assert.equal(exitCode, 0, stderr);
  assert.ok(bytes.equals(await readFile(join(folder, 'faces-dataset.npz'))), 'the same bytes');
  assert.deepEqual(stdout.split('\n'), [
    '>loaded 14 examples for class: ben_afflek',
    '>loaded 17 examples for class: elton_john',
    '>loaded 21 examples for class: jerry_seinfeld',
    '>loaded 19 examples for class: madonna',
    '>loaded 22 examples for class: mindy_kaling',
    '>loaded 15 examples for class: roger_federer',
    '(108, 150, 150, 3) (108,)',
    ...['ben_afflek', 'elton_john', 'jerry_seinfeld', 'madonna', 'mindy_kaling', 'roger_federer'].map(
      (name) => `>loaded 5 examples for class: ${name}`,
    ),
    '(30, 150, 150, 3) (30,)',
    '',
  ]);
});

test('embed prints what the original prints', { skip }, async () => {
  const { exitCode, stdout, stderr } = await visage('embed', 'faces-dataset.npz');
  assert.equal(exitCode, 0, stderr);
  assert.equal(
    stdout,
    'Loaded:  (108, 150, 150, 3) (108,) (30, 150, 150, 3) (30,)\nLoaded Model\n(108, 128)\n(30, 128)\n',
  );
});

test('NumPy opens both files', { skip: skipNumPy }, () => {
  const script = `
import numpy
for path in ('faces-dataset.npz', 'faces-embeddings.npz'):
    arrays = numpy.load(path)
    for name in ('arr_0', 'arr_1', 'arr_2', 'arr_3'):
        print(name, arrays[name].dtype, arrays[name].shape)
`;
  const { stdout, stderr } = spawnSync(python, ['-c', script], { cwd: folder, encoding: 'utf8' });
  assert.equal(stderr, '');
  assert.deepEqual(stdout.trim().split('\n'), [
    'arr_0 uint8 (108, 150, 150, 3)',
    'arr_1 <U14 (108,)',
    'arr_2 uint8 (30, 150, 150, 3)',
    'arr_3 <U14 (30,)',
    'arr_0 float32 (108, 128)',
    'arr_1 <U14 (108,)',
    'arr_2 float32 (30, 128)',
    'arr_3 <U14 (30,)',
  ]);
});

test('train: 100 % on both parts, in the words of the original, and a picture', { skip }, async () => {
  const { exitCode, stdout, stderr } = await visage(
    'train',
    'faces-embeddings.npz',
    '--example',
    'example.png',
  );
  assert.equal(exitCode, 0, stderr);
  const [sizes, shares, predicted, expected, end, ...more] = stdout.split('\n');
  assert.equal(sizes, 'Dataset: train=108, test=30');
  assert.equal(shares, 'Accuracy: train=100.000, test=100.000');
  assert.match(predicted!, /^Predicted: \w+ \(\d{2,3}\.\d{3}\)$/);
  assert.equal(expected, predicted!.replace('Predicted', 'Expected').replace(/ \(.*/, ''));
  assert.deepEqual([end, more], ['', []]);
  const png = await readFile(join(folder, 'example.png'));
  assert.equal(png.subarray(1, 4).toString(), 'PNG');
});

test('train: the same seed gives the same bytes; --json tells what was learned', { skip }, async () => {
  const argv = ['train', 'faces-embeddings.npz', '--json', '--quiet', '--seed', '7', '--out'];
  const [first, second] = [await visage(...argv, 'a.json'), await visage(...argv, 'b.json')];
  assert.deepEqual(await readFile(join(folder, 'a.json')), await readFile(join(folder, 'b.json')));
  const document = JSON.parse(first.stdout) as {
    file: string;
    accuracy: unknown;
    classes: string[];
    example: { predicted: string; expected: string };
  };
  assert.deepEqual({ ...document, file: 'b.json' }, JSON.parse(second.stdout));
  assert.deepEqual(document.accuracy, { train: 1, test: 1 });
  assert.equal(document.classes.length, 6);
  assert.equal(document.example.predicted, document.example.expected);
});

test('identify names the people of the validation photos, and draws them', { skip }, async () => {
  const { exitCode, stdout, stderr } = await visage(
    'identify',
    join(celeb6, 'val'),
    '--classifier',
    'classifier.json',
    '--draw',
    'drawn',
    '--json',
    '--quiet',
  );
  assert.equal(exitCode, 0, stderr);
  const { photos } = JSON.parse(stdout) as {
    photos: { file: string; drawn: string; faces: { name: string | null }[] }[];
  };
  assert.equal(photos.length, 30);
  const known = photos.filter(({ file, faces }) =>
    faces.some(({ name }) => name !== null && file.includes(`/${name}/`)),
  );
  assert.ok(known.length >= 29, `${known.length} of 30`);
  for (const { drawn } of photos) assert.ok((await stat(join(folder, drawn))).size > 1000);
  assert.equal(new Set(photos.map(({ drawn }) => drawn)).size, 30);
});

test('identify | head: the reader leaves early and nobody complains', { skip }, async () => {
  const { child, ended } = startVisage(
    ['identify', join(celeb6, 'val'), '--classifier', 'classifier.json', '--quiet'],
    { cwd: folder },
  );
  child.stdout.once('data', () => child.stdout.destroy());
  const { exitCode, stderr } = await ended;
  assert.deepEqual([exitCode, stderr], [0, '']);
});

test('doctor finds everything in order', async () => {
  const { exitCode, stdout } = await visage('doctor', '--json', '--quiet');
  const { ok, checks } = JSON.parse(stdout) as {
    ok: boolean;
    checks: { name: string; status: string; detail: string }[];
  };
  assert.deepEqual(
    checks.filter(({ status }) => status === 'fail'),
    [],
  );
  assert.deepEqual([exitCode, ok], [0, true]);
});
