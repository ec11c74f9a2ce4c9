import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { clusterFolder, facesById } from '../../../src/cluster/index.ts';
import { parseCsv } from '../../../src/formats/index.ts';
import { setEnvironment } from '../../support/environment.ts';
import { recordCommandLine } from '../recording.ts';
import { makePeople, roomsThatSeeColours, solidPhoto } from './made-people.ts';
import { htmlTroubles } from './page-check.ts';

let folder = '';
let people = '';
let restoreEnvironment = (): void => {};
const names = ['ann', '<script>alert(1)</script>', 'b & "b"', 'dora', 'ed', 'fay', 'gil'];

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'visage-clusters-'));
  restoreEnvironment = setEnvironment({ VISAGE_CACHE: join(folder, 'cache') });
  people = join(folder, 'people');
  await makePeople(
    people,
    names.map((name, i) => ({ name: name.replace('/', '∕'), photos: 3 + (i % 3) * 3 })),
    12,
  );
  await writeFile(join(people, 'ann', 'ann_0002.jpg'), await solidPhoto(0, 0, 0));
  await writeFile(join(people, 'ann', 'ann_0003.jpg'), 'no picture');
  // Under another name, so that a group is surely mixed.
  await writeFile(join(people, 'fay', 'other.jpg'), await readFile(join(people, 'gil', 'gil_0001.jpg')));
});
after(async () => {
  restoreEnvironment();
  await rm(folder, { recursive: true });
});

interface Agreement {
  readonly precision: number;
  readonly recall: number;
  readonly f: number;
}
interface Scores {
  readonly maxDistance: number;
  readonly bcubed: Agreement;
  readonly pairwise: Agreement;
  readonly clusters: number;
  readonly mixedClusters: number;
  readonly splitPeople: number;
}
interface Document {
  readonly protocol: { readonly photos: number; readonly people: number };
  readonly packs: readonly (Scores & {
    readonly pack: string;
    readonly limits: readonly Scores[];
    readonly mixed: readonly { readonly cluster: number; readonly people: readonly { person: string }[] }[];
    readonly split: readonly { readonly person: string; readonly clusters: readonly unknown[] }[];
    readonly failed: readonly { readonly code: string }[];
    readonly work: { readonly embedded: number; readonly reused: number };
  })[];
  readonly files: { readonly page: string; readonly document: string; readonly csv: Record<string, string> };
  readonly error?: { readonly code: string; readonly message: string };
}

const looks = { photos: 0 };
const rooms = roomsThatSeeColours(looks);
/** Photos of one colour are as blurred as can be, so quality must not count unless a test is about it. */
const anyQuality = ['--min-quality', '0'];
async function evaluate(...argv: string[]): Promise<{ exitCode: number; document: Document }> {
  const { exitCode, stdout } = await recordCommandLine(
    ['evaluate', 'clusters', ...argv, '--out', join(folder, 'out'), '--json', '--quiet'],
    rooms,
  );
  return { exitCode, document: JSON.parse(stdout) as Document };
}

const agreement = (precision: number, recall: number): Agreement => ({
  precision,
  recall,
  f: (2 * precision * recall) / (precision + recall),
});

/** Both scores straight from their definitions, every face against every face. */
function byDefinition(
  rows: readonly { person: string; cluster: string }[],
): Pick<Scores, 'bcubed' | 'pairwise'> {
  const together = (i: number, j: number): boolean =>
    i === j || (rows[i]!.cluster !== '' && rows[i]!.cluster === rows[j]!.cluster);
  const same = (i: number, j: number): boolean => rows[i]!.person === rows[j]!.person;
  const all = [...rows.keys()];
  let [precision, recall, claimed, real, right] = [0, 0, 0, 0, 0];
  for (const i of all) {
    const inCluster = all.filter((j) => together(i, j));
    const ofPerson = all.filter((j) => same(i, j));
    const both = inCluster.filter((j) => same(i, j));
    precision += both.length / inCluster.length / rows.length;
    recall += both.length / ofPerson.length / rows.length;
    claimed += inCluster.length - 1;
    real += ofPerson.length - 1;
    right += both.length - 1;
  }
  return { bcubed: agreement(precision, recall), pairwise: agreement(right / claimed, right / real) };
}

function assertNear(actual: Agreement, expected: Agreement, what: string): void {
  for (const part of ['precision', 'recall', 'f'] as const)
    assert.ok(
      Math.abs(actual[part] - expected[part]) < 1e-6,
      `${what} ${part}: ${actual[part]}, ${expected[part]}`,
    );
}

test('packs side by side: document, tables and page say the same; photos without a face count', async () => {
  const { exitCode, document } = await evaluate(
    people,
    '--pack',
    'bundled',
    '--pack',
    'other',
    ...anyQuality,
  );
  assert.equal(exitCode, 0, document.error?.message);
  const [header, ...rows] = parseCsv(await readFile(document.files.csv['rows']!, 'utf8'));
  assert.deepEqual(header, ['photo', 'person', 'cluster bundled', 'cluster other']);
  assert.equal(rows.length, document.protocol.photos);
  assert.equal(document.protocol.people, names.length);
  const tried = parseCsv(await readFile(document.files.csv['limits']!, 'utf8')).slice(1);
  for (const [p, pack] of document.packs.entries()) {
    const placed = rows.map((row) => ({ person: row[1]!, cluster: row[2 + p]! }));
    const expected = byDefinition(placed);
    assertNear(pack.bcubed, expected.bcubed, 'BCubed');
    assertNear(pack.pairwise, expected.pairwise, 'pairwise');
    const faceless = placed.filter(({ cluster }) => cluster === '');
    assert.equal(faceless.length, 2);
    assert.deepEqual(
      pack.failed.map(({ code }) => code),
      ['NO_FACE', 'IMAGE_UNREADABLE'],
    );
    assert.equal(new Set(placed.map(({ cluster }) => cluster)).size - 1 + faceless.length, pack.clusters);
    assert.equal(pack.mixed.length, pack.mixedClusters);
    assert.equal(pack.split.length, pack.splitPeople);
    assert.ok(pack.mixedClusters >= 1);
    assert.ok(pack.split.some(({ person, clusters }) => person === 'ann' && clusters.length === 3));

    // The limit in use stands among those that were tried; a larger one never makes more groups here.
    assert.equal(pack.limits.length, 13);
    const used = pack.limits[6]!;
    assert.deepEqual(
      [used.maxDistance, used.bcubed, used.clusters],
      [pack.maxDistance, pack.bcubed, pack.clusters],
    );
    assert.ok(pack.limits[0]!.clusters >= pack.limits[12]!.clusters);
    const ours = tried.filter(([name]) => name === pack.pack);
    assert.deepEqual(
      ours.map((row) => row[2]),
      pack.limits.map(({ maxDistance }) => String(maxDistance === pack.maxDistance)),
    );
    for (const [i, row] of ours.entries())
      assert.equal(Number(row[5]).toFixed(6), pack.limits[i]!.bcubed.f.toFixed(6));
  }
  assert.deepEqual(JSON.parse(await readFile(document.files.document, 'utf8')), document);
  assert.deepEqual(htmlTroubles(await readFile(document.files.page, 'utf8')), []);
});

test('the same again looks at no photo and gives the same page', async () => {
  const first = await evaluate(people, '--limits', '1', ...anyQuality);
  const page = await readFile(first.document.files.page, 'utf8');
  looks.photos = 0;
  const second = await evaluate(people, '--limits', '1', ...anyQuality);
  assert.equal(looks.photos, 0);
  assert.equal(second.document.packs[0]!.work.embedded, 0);
  assert.ok((await readFile(second.document.files.page, 'utf8')) === page, 'the same page');
});

test('the groups are those of visage cluster', async () => {
  const { openRecognizer } = await rooms.recognizer();
  await using recognizer = await openRecognizer({});
  const { album } = await clusterFolder(people, recognizer, {
    state: join(folder, 'album.npz'),
    minQuality: 0,
  });
  const faces = facesById(album);
  const groupOf = new Map(
    album.clustering.clusters.flatMap(({ number, faces: ids }) =>
      ids.flatMap((id) => faces.get(id)!.photo.files.map((file) => [file, number] as const)),
    ),
  );
  const { document } = await evaluate(people, '--limits', '0', ...anyQuality);
  const rows = parseCsv(await readFile(document.files.csv['rows']!, 'utf8')).slice(1);
  const pairs = new Set<string>();
  for (const [file, , cluster] of rows) {
    if (cluster !== '') pairs.add(`${cluster} ${groupOf.get(file!)}`);
  }
  const ours = new Set(rows.map((row) => row[2]).filter((cluster) => cluster !== ''));
  assert.ok(ours.size > 2);
  assert.equal(pairs.size, ours.size);
  assert.equal(new Set([...pairs].map((pair) => pair.split(' ')[1])).size, ours.size);
});

test('another limit, and quality, are heeded', async () => {
  const { document: alone } = await evaluate(
    people,
    '--limits',
    '0',
    '--max-distance',
    '0.0001',
    ...anyQuality,
  );
  assert.ok(alone.packs[0]!.clusters > 20);
  assert.equal(alone.packs[0]!.maxDistance, 0.0001);
  const { document: unclear } = await evaluate(people, '--limits', '0', '--min-quality', '0.06');
  assert.equal(unclear.packs[0]!.clusters, unclear.protocol.photos);
});

test('what cannot be evaluated is refused in words', async () => {
  const nowhere = await evaluate(join(folder, 'nowhere'));
  assert.equal(nowhere.document.error?.code, 'FILE_NOT_FOUND');
  const faceless = join(folder, 'faceless');
  await makePeople(faceless, [{ name: 'ann', photos: 1 }]);
  await writeFile(join(faceless, 'ann', 'ann_0001.jpg'), await solidPhoto(0, 0, 0));
  const none = await evaluate(faceless);
  assert.equal(none.document.error?.code, 'EVALUATION_INVALID');
  assert.match(none.document.error.message, /none of the 1 photos has a face/);
  const wide = await evaluate(people, '--max-distance', '3');
  assert.deepEqual([wide.exitCode, wide.document.error?.code], [2, 'OPTION_INVALID']);
  const many = await evaluate(people, '--limits', '31');
  assert.equal(many.document.error?.code, 'OPTION_INVALID');
});

test('one person only is no obstacle', async () => {
  const lone = join(folder, 'lone');
  await makePeople(lone, [{ name: 'ann', photos: 4 }], 3);
  const { exitCode, document } = await evaluate(lone, ...anyQuality);
  assert.equal(exitCode, 0, document.error?.message);
  assert.equal(document.packs[0]!.bcubed.precision, 1);
  assert.deepEqual(htmlTroubles(await readFile(document.files.page, 'utf8')), []);
});
