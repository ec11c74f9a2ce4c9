import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
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
const names = ['<script>alert(1)</script>', 'b & "b"', 'carla', 'dora', 'ed', 'fay'];

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'visage-evaluate-'));
  restoreEnvironment = setEnvironment({ VISAGE_CACHE: join(folder, 'cache') });
  people = join(folder, 'people');
  await makePeople(people, [
    ...names.map((name) => ({ name: name.replace('/', '∕'), photos: 5 })),
    { name: 'once', photos: 1 },
  ]);
});
after(async () => {
  restoreEnvironment();
  await rm(folder, { recursive: true });
});

interface Document {
  readonly protocol: { same: number; different: number; folds: number; foldsBy: string; photos: number };
  readonly packs: readonly {
    pack: string;
    accuracy: { mean: number; standardError: number } | null;
    areaUnderCurve: { value: number; low: number; high: number };
    trueAcceptRates: { falseAcceptRate: number; support: string; value: number | null }[];
    failed: { file: string; code: string }[];
    work: { embedded: number; reused: number };
  }[];
  readonly files: { page: string; document: string; csv: Record<string, string> };
  readonly error?: { code: string; message: string };
}
const looks = { photos: 0 };
const rooms = roomsThatSeeColours(looks);
async function evaluate(...argv: string[]): Promise<{ exitCode: number; document: Document }> {
  const out = join(folder, 'out');
  const { exitCode, stdout } = await recordCommandLine(
    ['evaluate', 'verification', ...argv, '--out', out, '--json', '--quiet'],
    rooms,
  );
  return { exitCode, document: JSON.parse(stdout) as Document };
}

test('a folder by person: pairs are drawn, and page, document and tables say the same', async () => {
  const { exitCode, document } = await evaluate(
    people,
    '--pack',
    'bundled',
    '--pack',
    'other-colours',
    '--seed',
    '3',
  );
  assert.equal(exitCode, 0);
  const { protocol, packs, files } = document;
  assert.deepEqual([protocol.foldsBy, protocol.folds], ['people', 3]);
  assert.equal(protocol.same, protocol.different);
  assert.deepEqual(
    packs.map(({ pack }) => pack),
    ['bundled', 'other-colours'],
  );
  for (const { accuracy, areaUnderCurve, trueAcceptRates } of packs) {
    assert.ok(accuracy!.mean > 0.6, `${accuracy!.mean}`);
    assert.ok(areaUnderCurve.low <= areaUnderCurve.value && areaUnderCurve.value <= areaUnderCurve.high);
    assert.deepEqual(trueAcceptRates.at(-1), {
      falseAcceptRate: 0.0001,
      support: 'none',
      pairsNeeded: 10_000,
      value: null,
    });
  }
  assert.deepEqual(JSON.parse(await readFile(files.document, 'utf8')), document);

  const page = await readFile(files.page, 'utf8');
  assert.deepEqual(htmlTroubles(page), []);
  assert.match(page, /other-colours/);

  const [header, ...rows] = parseCsv(await readFile(files.csv['rows']!, 'utf8'));
  assert.deepEqual(header, ['first', 'second', 'same', 'fold', 'distance bundled', 'distance other-colours']);
  assert.equal(rows.length, protocol.same + protocol.different);
  for (const [first, second, same] of rows)
    assert.equal(first!.split('/')[0] === second!.split('/')[0], same === 'true');
  const measures = parseCsv(await readFile(files.csv['measures']!, 'utf8'));
  const written = measures.find(([pack, name]) => pack === 'bundled' && name === 'area under curve')!;
  assert.equal(Number(written[2]).toFixed(6), packs[0]!.areaUnderCurve.value.toFixed(6));
});

test('the same again looks at no photo and gives the same page; another seed draws other pairs', async () => {
  const argv = [people, '--seed', '3'];
  const first = await evaluate(...argv);
  const page = await readFile(first.document.files.page, 'utf8');
  const table = await readFile(first.document.files.csv['rows']!, 'utf8');
  looks.photos = 0;
  const second = await evaluate(...argv);
  assert.equal(looks.photos, 0);
  assert.deepEqual(second.document.packs[0]!.work, { embedded: 0, reused: second.document.protocol.photos });
  assert.ok((await readFile(second.document.files.page, 'utf8')) === page, 'the same page');
  const third = await evaluate(people, '--seed', '4');
  assert.ok((await readFile(third.document.files.csv['rows']!, 'utf8')) !== table, 'other pairs');
});

test('pairs.txt: its pairs, faceless photos counted as two people, damaged ones too', async () => {
  const lfw = join(folder, 'lfw');
  await makePeople(join(lfw, 'images'), [
    { name: 'Ann', photos: 3 },
    { name: 'Bob', photos: 3 },
  ]);
  await writeFile(join(lfw, 'images', 'Ann', 'Ann_0003.jpg'), await solidPhoto(0, 0, 0));
  await writeFile(join(lfw, 'images', 'Bob', 'Bob_0003.jpg'), 'no picture');
  const lines = ['2\t1', 'Ann\t1\t2', 'Ann\t1\tBob\t1', 'Bob\t2\t3', 'Ann\t3\tBob\t2'];
  await writeFile(join(lfw, 'pairs.txt'), `${lines.join('\n')}\n`);
  const { exitCode, document } = await evaluate(lfw);
  assert.equal(exitCode, 0, document.error?.message);
  assert.deepEqual(
    document.packs[0]!.failed.map(({ file, code }) => [file, code]),
    [
      ['Bob/Bob_0003.jpg', 'IMAGE_UNREADABLE'],
      ['Ann/Ann_0003.jpg', 'NO_FACE'],
    ],
  );
  const rows = parseCsv(await readFile(document.files.csv['rows']!, 'utf8')).slice(1);
  assert.deepEqual(
    rows.map((row) => [row[2], row[3], row[4] === '2']),
    [
      ['true', '0', false],
      ['false', '0', false],
      ['true', '1', true],
      ['false', '1', true],
    ],
  );
  const page = await readFile(document.files.page, 'utf8');
  assert.match(page, /Photos without a face/);
  // The file alone, with the folder named, is the same evaluation.
  const again = await evaluate(join(lfw, 'pairs.txt'), '--images', join(lfw, 'images'));
  assert.deepEqual(again.document.packs, [{ ...document.packs[0], work: { embedded: 0, reused: 6 } }]);
});

async function refused(code: string, pattern: RegExp, ...argv: string[]): Promise<void> {
  const { exitCode, document } = await evaluate(...argv);
  assert.notEqual(exitCode, 0);
  assert.equal(document.error?.code, code);
  assert.match(document.error.message, pattern);
}

test('what cannot be evaluated is refused in words', async () => {
  const alone = join(folder, 'alone');
  await makePeople(alone, [{ name: 'ann', photos: 4 }]);
  await refused('EVALUATION_INVALID', /one person only/, alone);
  const once = join(folder, 'once');
  await makePeople(once, [
    { name: 'ann', photos: 1 },
    { name: 'bob', photos: 1 },
  ]);
  await refused('EVALUATION_INVALID', /nobody has two photos/, once);
  await refused('FILE_NOT_FOUND', /does not exist/, join(folder, 'nowhere'));
  const empty = join(folder, 'empty');
  await mkdir(empty);
  await refused('DATASET_EMPTY', /no photo/, empty);
  const wrong = join(folder, 'wrong.txt');
  await writeFile(wrong, 'ann\tbob\n');
  await refused('FORMAT_INVALID', /line 1/, wrong);
  await writeFile(wrong, '1\nAnn\t1\t2\nAnn\t1\tBob\t1\n');
  await refused('FILE_NOT_FOUND', /Ann_0001\.jpg \(and 2 more photos\), which .*wrong\.txt names/, wrong);
  await refused('USAGE', /given twice/, people, '--pack', 'a', '--pack', 'a');
  await refused('OPTION_INVALID', /--folds is 1/, people, '--folds', '1');
});
