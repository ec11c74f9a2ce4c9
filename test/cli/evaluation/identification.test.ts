import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { parseCsv } from '../../../src/formats/index.ts';
import { setEnvironment } from '../../support/environment.ts';
import { recordCommandLine } from '../recording.ts';
import { makePeople, roomsThatSeeColours, solidPhoto } from './made-people.ts';
import { htmlTroubles } from './page-check.ts';

let folder = '';
let people = '';
let restoreEnvironment = (): void => {};
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'visage-identification-'));
  restoreEnvironment = setEnvironment({ VISAGE_CACHE: join(folder, 'cache') });
  people = join(folder, 'people');
  const known = ['ann', 'bob', '"><img src=x>', 'dora'].map((name) => ({ name, photos: 6 }));
  const strangers = ['xavi', 'yuki', 'zoe'].map((name) => ({ name, photos: 1 }));
  await makePeople(people, [...known, ...strangers], 6);
  await writeFile(join(people, 'ann', 'ann_0001.jpg'), await solidPhoto(0, 0, 0));
  await writeFile(join(people, 'bob', 'bob_0006.jpg'), await solidPhoto(0, 0, 0));
  await writeFile(join(people, 'zoe', 'zoe_0001.jpg'), await solidPhoto(0, 0, 0));
});
after(async () => {
  restoreEnvironment();
  await rm(folder, { recursive: true });
});

interface Document {
  readonly protocol: { people: number; knownProbes: number; strangers: number; strangersBy: string };
  readonly systems: readonly {
    pack: string;
    classifier: string;
    rankOne: { value: number };
    cumulativeMatch: number[];
    failed: { code: string }[];
  }[];
  readonly files: { page: string; document: string; csv: Record<string, string> };
  readonly error?: { code: string; message: string };
}
const rooms = roomsThatSeeColours();
async function evaluate(...argv: string[]): Promise<{ exitCode: number; document: Document }> {
  const { exitCode, stdout } = await recordCommandLine(
    ['evaluate', 'identification', ...argv, '--out', join(folder, 'out'), '--json', '--quiet'],
    rooms,
  );
  return { exitCode, document: JSON.parse(stdout) as Document };
}

test('people are named, strangers counted, and those without a face are not left out', async () => {
  const argv = [
    people,
    '--classifier',
    'mean',
    '--classifier',
    'neighbors',
    '--pack',
    'bundled',
    '--pack',
    'b',
  ];
  const { exitCode, document } = await evaluate(...argv);
  assert.equal(exitCode, 0, document.error?.message);
  const { people: known, knownProbes, strangers, strangersBy } = document.protocol;
  assert.deepEqual([known, knownProbes, strangers, strangersBy], [4, 12, 3, 'single']);
  assert.deepEqual(
    document.systems.map(({ pack, classifier }) => `${pack} ${classifier}`),
    ['bundled mean', 'bundled neighbors', 'b mean', 'b neighbors'],
  );
  for (const { rankOne, failed, cumulativeMatch } of document.systems) {
    // One of the twelve has no face and cannot be named.
    assert.ok(rankOne.value > 0.7 && rankOne.value < 0.92, `${rankOne.value}`);
    assert.equal(cumulativeMatch.length, 4);
    assert.deepEqual(
      failed.map(({ code }) => code),
      ['NO_FACE', 'NO_FACE', 'NO_FACE'],
    );
  }
  assert.deepEqual(JSON.parse(await readFile(document.files.document, 'utf8')), document);
  assert.deepEqual(htmlTroubles(await readFile(document.files.page, 'utf8')), []);

  const [header, ...rows] = parseCsv(await readFile(document.files.csv['rows']!, 'utf8'));
  assert.deepEqual(header!.slice(0, 3), ['photo', 'person', 'answer bundled, mean']);
  assert.equal(rows.length, 15);
  assert.equal(rows.filter(([, person]) => person === '').length, 3);
  const firsts = rows.filter((row) => row[3] === '1').length;
  assert.equal((firsts / 12).toFixed(6), document.systems[0]!.rankOne.value.toFixed(6));
  for (const row of rows) assert.equal(row[3] === '1', row[1] !== '' && row[1] === row[2], row.join());
});

test('what cannot be evaluated is refused in words', async () => {
  const few = await evaluate(people, '--least-photos', '7');
  assert.equal(few.document.error?.code, 'EVALUATION_INVALID');
  assert.match(few.document.error.message, /nobody has 7 photos/);
  const none = await evaluate(people, '--enrolled', '5', '--least-photos', '5');
  assert.equal(none.document.error?.code, 'OPTION_INVALID');
  const kind = await evaluate(people, '--classifier', 'magic');
  assert.match(kind.document.error!.message, /allowed: mean, neighbors, linear, svm/);
  assert.equal(kind.exitCode, 2);
});
