import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { rooms } from '../../src/cli/rooms.ts';
import { openPack } from '../../src/packs/index.ts';
import { setEnvironment } from '../support/environment.ts';
import { htmlTroubles } from './evaluation/page-check.ts';
import { looks, makePatterns, patternRooms } from './pattern-people.ts';
import { recordCommandLine } from './recording.ts';

let folder = '';
const inFolder = (...parts: string[]): string => join(folder, ...parts);
let restoreEnvironment = (): void => {};

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'visage-finetune-'));
  restoreEnvironment = setEnvironment({
    VISAGE_MODELS: inFolder('models'),
    VISAGE_CACHE: inFolder('cache'),
  });
  await makePatterns(inFolder('people'), 10, 6);
});
after(async () => {
  restoreEnvironment();
  await rm(folder, { recursive: true });
});

const usual = ['--variations', '0', '--apart', '0.4'];
const finetune = (dataset: string, name: string, ...more: string[]) =>
  recordCommandLine(
    ['finetune', inFolder(dataset), '--as', name, '--report', inFolder(`${name}.html`), ...usual, ...more],
    patternRooms,
  );
const codeOf = (stdout: string): string => (JSON.parse(stdout) as { error: { code: string } }).error.code;
const modelHash = async (name: string): Promise<string> => {
  const { path } = (await openPack(name)).models.embedder;
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
};

interface Document {
  readonly trained: { readonly people: readonly string[]; readonly photos: number };
  readonly apart: { readonly people: readonly string[]; readonly chooseAndJudge: boolean };
  readonly bestStep: number;
  readonly blend: number;
  readonly calibration: { readonly people: number } | null;
  readonly unseen: { readonly pairs: { readonly same: number } };
  readonly curve: readonly { readonly step: number; readonly unseen: number }[];
  readonly skipped: readonly { readonly file: string; readonly error: { readonly code: string } }[];
}

test('a pack is made, known to every verb, with a page and a calibration, and the old one is as it was', async () => {
  const bundled = await modelHash('bundled');
  const made = await finetune('people', 'tuned', '--json', '--quiet');
  assert.equal(made.exitCode, 0, made.stdout + made.stderr);
  const document = JSON.parse(made.stdout) as Document;
  assert.equal(document.trained.people.length, 6);
  assert.equal(document.apart.people.length, 4);
  assert.deepEqual(
    document.trained.people.filter((person) => document.apart.people.includes(person)),
    [],
  );
  assert.equal(document.apart.chooseAndJudge, true);
  assert.ok(document.bestStep > 0);
  assert.equal(document.calibration!.people, 4);
  assert.equal(document.curve[0]!.step, 0);
  assert.deepEqual(document.skipped, []);
  assert.equal(await modelHash('bundled'), bundled);
  assert.notEqual(await modelHash('tuned'), bundled);

  const page = await readFile(inFolder('tuned.html'), 'utf8');
  assert.deepEqual(htmlTroubles(page), []);
  for (const words of ['people never trained on', 'Learning rate', 'Pairs that still push', '--as tuned'])
    assert.ok(page.includes(words), words);

  const list = await recordCommandLine(['models', 'list', '--json'], rooms);
  assert.match(list.stdout, /"name": "tuned",\n\s+"state": "installed"/);
  const info = await recordCommandLine(['models', 'info', 'tuned'], rooms);
  assert.match(info.stdout, /trained further on 6 people/);
  assert.match(
    info.stdout,
    /^calibration\s+from 4 people, 24 faces \(4 people kept apart when it was trained\)$/m,
  );
  assert.match(info.stdout, /Made from bundled by training its last layer further, seed 0/);
  assert.ok(existsSync(inFolder('models', 'tuned', 'calibration.json')));
  const { packCalibration } = await rooms.packs();
  assert.equal((await packCalibration('tuned'))!.pack, 'tuned');

  const taken = await finetune('people', 'tuned', '--json');
  assert.deepEqual([taken.exitCode, codeOf(taken.stdout)], [1, 'PACK_EXISTS']);
  const removed = await recordCommandLine(['models', 'remove', 'tuned', '--json'], rooms);
  assert.equal(removed.exitCode, 0, removed.stdout);
  assert.deepEqual(
    (await readdir(inFolder('models'))).filter((name) => !name.startsWith('.')),
    [],
  );
});

test('photos that were looked at are kept, and the same seed gives the same pack; said for a person', async () => {
  const start = looks;
  const first = await finetune('people', 'first');
  assert.equal(first.exitCode, 0, first.stderr);
  assert.equal(looks, start, 'every photo was known');
  assert.match(
    first.stdout,
    /^Trained on \d+ photos of 6 people, 4 people kept apart; .*, step \d+ was best\.$/m,
  );
  assert.match(
    first.stdout,
    /^New photos of trained people: [\d.]+ % → [\d.]+ % of \d+ pairs of one person/m,
  );
  assert.match(first.stdout, /^People never trained on: [\d.]+ % → [\d.]+ % of \d+ pairs of one person/m);
  assert.match(first.stderr, /^training: \d+ in /m);
  assert.match(first.stderr, /Use the pack with --pack first; bundled is as it was\./);
  await finetune('people', 'second', '--quiet');
  assert.equal(await modelHash('second'), await modelHash('first'));
});

test('Ctrl-C keeps the training, says so, and --resume ends where one that never stopped ends', async () => {
  const long = ['--epochs', '150', '--patience', '100'];
  const whole = await finetune('people', 'whole', ...long);
  assert.equal(whole.exitCode, 0, whole.stderr);
  const kept = inFolder('cache', 'finetune', 'stopped.npz');
  const watch = setInterval(() => {
    if (!existsSync(kept)) return;
    clearInterval(watch);
    // A moment later, when the verb knows of the file too. Ours is the last; the others are the test runner's.
    const stop = process.listeners('SIGINT').at(-1) as (signal: string) => void;
    setTimeout(() => stop('SIGINT'), 20);
  }, 1);
  const stopped = await finetune('people', 'stopped', ...long, '--json');
  clearInterval(watch);
  assert.deepEqual([stopped.exitCode, codeOf(stopped.stdout)], [1, 'INTERRUPTED']);
  assert.match(stopped.stdout, /as it was after step \d+ is kept; the same command with --resume goes on/);
  assert.ok(!existsSync(inFolder('models', 'stopped')), 'no pack yet');

  const other = await finetune('people', 'stopped', ...long, '--resume', '--seed', '4', '--json');
  assert.deepEqual([other.exitCode, codeOf(other.stdout)], [1, 'CHECKPOINT_INVALID']);
  const resumed = await finetune('people', 'stopped', ...long, '--resume');
  assert.equal(resumed.exitCode, 0, resumed.stderr);
  assert.match(resumed.stderr, /Going on from step \d+\./);
  assert.equal(await modelHash('stopped'), await modelHash('whole'));
  assert.ok(!existsSync(kept), 'what is finished is not kept');
  const none = await finetune('people', 'nothing', '--resume', '--json');
  assert.deepEqual([none.exitCode, codeOf(none.stdout)], [1, 'CHECKPOINT_INVALID']);
});

test('bad data and bad settings end in a coded error with advice, and leave no pack', async () => {
  await cp(inFolder('people'), inFolder('three'), { recursive: true });
  for (let person = 3; person < 10; person++) await rm(inFolder('three', `p${person}`), { recursive: true });
  await cp(inFolder('three', 'p0'), inFolder('one', 'p0'), { recursive: true });
  for (let person = 0; person < 5; person++) {
    await cp(inFolder('people', `p${person}`, '0.png'), inFolder('single', `p${person}`, '0.png'));
    await mkdir(inFolder('broken', `p${person}`), { recursive: true });
    for (const file of ['a.jpg', 'b.jpg'])
      await writeFile(inFolder('broken', `p${person}`, file), 'no photo');
  }
  await mkdir(inFolder('empty'));
  const start = looks;
  const cases: readonly (readonly [string, string, RegExp, ...string[]])[] = [
    ['one', 'TRAINING_DATA', /one person only/],
    ['single', 'TRAINING_DATA', /nobody has two photos/],
    ['three', 'TRAINING_DATA', /only 3 of 3 people have two photos.*at least four people/s],
    ['empty', 'DATASET_EMPTY', /./],
    ['absent', 'FILE_NOT_FOUND', /./],
  ];
  for (const [dataset, code, words] of cases) {
    const { exitCode, stdout } = await finetune(dataset, 'never', '--json');
    assert.deepEqual([dataset, exitCode, codeOf(stdout)], [dataset, 1, code]);
    assert.match(stdout, words);
  }
  assert.equal(looks, start, 'told before any photo is looked at');
  const broken = await finetune('broken', 'never', '--json');
  assert.deepEqual([broken.exitCode, codeOf(broken.stdout)], [1, 'ALL_PHOTOS_FAILED']);

  for (const [name, code] of [
    ['bundled', 'PACK_EXISTS'],
    ['../out', 'OPTION_INVALID'],
  ] as const) {
    const { stdout } = await finetune('people', name, '--json');
    assert.equal(codeOf(stdout), code);
  }
  const flags: readonly (readonly [string, string, number, string, ...string[]])[] = [
    // Numbers that are none any more;
    ['--learning-rate', '1e38', 1, 'TRAINING_DIVERGED'],
    // nothing but harm done.
    ['--learning-rate', '10', 1, 'TRAINING_NO_GAIN', '--blend', '1'],
    ['--learning-rate', '0', 2, 'OPTION_INVALID'],
    ['--apart', '1', 2, 'OPTION_INVALID'],
    ['--loss', 'other', 2, 'OPTION_INVALID'],
  ];
  for (const [flag, value, exit, code, ...more] of flags) {
    await rm(inFolder('never.html'), { force: true });
    const { exitCode, stdout } = await finetune('people', 'never', flag, value, ...more, '--json');
    assert.deepEqual([flag, value, exitCode, codeOf(stdout)], [flag, value, exit, code]);
    assert.equal(
      existsSync(inFolder('never.html')),
      code.startsWith('TRAINING'),
      'a page shows what went wrong',
    );
  }
  assert.ok(!existsSync(inFolder('models', 'never')));
  assert.deepEqual(
    await readdir(inFolder('cache', 'finetune')).then((list) => list.filter((f) => f.endsWith('.npz'))),
    [],
  );
});

test('a training that made nothing better leaves a page that shows why, and no pack', async () => {
  const harm = ['--learning-rate', '10', '--blend', '1'];
  const { exitCode, stdout, stderr } = await finetune('people', 'harmed', ...harm);
  assert.deepEqual([exitCode, stdout], [1, '']);
  assert.match(stderr, /harmed\.html shows how the training went\.\nerror TRAINING_NO_GAIN: /);
  const page = await readFile(inFolder('harmed.html'), 'utf8');
  assert.deepEqual(htmlTroubles(page), []);
  const text = page.replace(/<[^>]+>/g, '').replaceAll('\u202f', ' ');
  assert.match(text, /harmed: no pack was made/);
  assert.match(text, /The training made nothing better: in \d+ steps none did better/);
  assert.match(text, /try a lower learning rate/);
  assert.match(text, /--learning-rate 10 .*--blend 1/);
  // A row for each look, from the pack as it was on: none of them is better than the first.
  const rows = Array.from(
    page.matchAll(
      /<th scope="row">(\d+)<\/th><td>[^<]*<\/td><td>[^<]*<\/td><td>([\d.]+)[^<]*<\/td><td>([\d.]+)/g,
    ),
    ([, step, unseen, fresh]) => ({ step: Number(step), rate: Number(unseen) + Number(fresh) }),
  );
  assert.ok(rows.length > 2);
  assert.equal(rows[0]!.step, 0);
  for (const { rate } of rows) assert.ok(rate <= rows[0]!.rate);
  assert.ok(!existsSync(inFolder('models', 'harmed')));
});

test('single files that cannot be read are left out and named, with triplets too', async () => {
  await cp(inFolder('people'), inFolder('mixed'), { recursive: true });
  await writeFile(inFolder('mixed', 'p0', 'broken.jpg'), 'no photo');
  const triplets = ['--loss', 'triplet', '--margin', '0.3', '--learning-rate', '0.002'];
  const made = await finetune('mixed', 'mixed', ...triplets, '--json', '--quiet');
  assert.equal(made.exitCode, 0, made.stdout);
  const { skipped, blend } = JSON.parse(made.stdout) as Document;
  assert.equal(blend, 0.3, 'triplets go less far');
  assert.deepEqual(
    skipped.map(({ file, error }) => [file, error.code]),
    [['p0/broken.jpg', 'IMAGE_UNREADABLE']],
  );
  const page = await readFile(inFolder('mixed.html'), 'utf8');
  for (const words of ['p0/broken.jpg', 'Triplets that still push', '--mining batch-hard'])
    assert.ok(page.includes(words), words);
});
