import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { calibrationFromText } from '../../../src/calibrate/index.ts';
import { setEnvironment } from '../../support/environment.ts';
import { recordCommandLine } from '../recording.ts';
import { makePeople, roomsThatSeeColours } from './made-people.ts';

let folder = '';
let restoreEnvironment = (): void => {};
const names = Array.from({ length: 12 }, (_, i) => ({ name: `p${i}`, photos: 4 }));
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'visage-calibrate-'));
  restoreEnvironment = setEnvironment({
    VISAGE_CACHE: join(folder, 'cache'),
    VISAGE_MODELS: join(folder, 'models'),
  });
  await makePeople(join(folder, 'people'), names, 3);
  await makePeople(join(folder, 'alone'), names.slice(0, 1), 3);
});
after(async () => {
  restoreEnvironment();
  await rm(folder, { recursive: true });
});

const rooms = roomsThatSeeColours();
const calibrate = (...argv: string[]) =>
  recordCommandLine(['evaluate', 'calibrate', ...argv, '--workers', '1'], rooms);

interface Document {
  readonly file: string | null;
  readonly people: number;
  readonly faces: number;
  readonly leastFalseAccept: number;
  readonly rates: readonly {
    maxFalseAccept: number;
    distance: number;
    strangersNamed: { value: number; low: number; high: number };
    ownRefused: { value: number };
  }[];
  readonly error?: { code: string };
}

test('a calibration is fitted, said in words, written beside the pack, and removed again', async () => {
  const people = join(folder, 'people');
  const dry = await calibrate(people, '--dry-run');
  assert.equal(dry.exitCode, 0, dry.stderr);
  assert.match(dry.stdout, /^bundled: 12 people, 48 faces, 48 comparisons of one person and 528 of two$/m);
  assert.match(dry.stdout, /^at 10 % false accepts \(95 %: .*\): distance \d\.\d\d, .* of the right faces/m);
  assert.match(dry.stdout, /^at 1 % false accepts: needs 25 people, there are 12$/m);
  assert.match(dry.stdout, /^at 0.01 % false accepts: needs 246 people, there are 12$/m);
  const file = join(folder, 'models', 'bundled', 'calibration.json');
  await assert.rejects(stat(file), { code: 'ENOENT' });

  const written = await calibrate(people, '--json', '--quiet');
  const document = JSON.parse(written.stdout) as Document;
  assert.equal(document.file, file);
  assert.deepEqual([document.people, document.faces], [12, 48]);
  assert.ok(Math.abs(document.leastFalseAccept - 3 / 66) < 1e-4);
  assert.deepEqual(
    document.rates.map(({ maxFalseAccept }) => maxFalseAccept),
    [0.1],
  );
  const [point] = document.rates;
  assert.ok(point!.strangersNamed.low <= 0.1 && point!.strangersNamed.high >= 0.1);
  assert.ok(point!.ownRefused.value <= 0.2);
  const read = calibrationFromText(await readFile(file, 'utf8'), file);
  assert.deepEqual([read.pack, read.dimension, read.people], ['bundled', 3, 12]);

  const again = await calibrate(people, '--json', '--quiet');
  assert.equal(again.stdout, written.stdout);
  for (const removed of [true, false]) {
    const { stdout, exitCode } = await calibrate('--remove', '--json', '--quiet');
    assert.deepEqual([exitCode, JSON.parse(stdout)], [0, { pack: 'bundled', removed }]);
  }
});

const codeOf = async (...argv: string[]): Promise<[number, string | undefined]> => {
  const { exitCode, stdout } = await calibrate(...argv, '--json', '--quiet');
  return [exitCode, (JSON.parse(stdout) as Document).error?.code];
};

test('too few people, no folder and contradictions are coded errors', async () => {
  assert.deepEqual(await codeOf(join(folder, 'alone')), [1, 'FIT_INVALID']);
  assert.deepEqual(await codeOf(join(folder, 'nowhere')), [1, 'FILE_NOT_FOUND']);
  assert.deepEqual(await codeOf(), [2, 'USAGE']);
  assert.deepEqual(await codeOf(join(folder, 'people'), '--remove'), [2, 'USAGE']);
  assert.deepEqual(await codeOf(join(folder, 'people'), '--face', 'x'), [2, 'OPTION_INVALID']);
});
