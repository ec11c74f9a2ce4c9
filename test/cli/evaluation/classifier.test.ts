import assert from 'node:assert/strict';
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { saveClassifier, trainClassifier } from '../../../src/classify/index.ts';
import { embedPhotos, hasFace, readPeople } from '../../../src/dataset/index.ts';
import { parseCsv, writeNpz } from '../../../src/formats/index.ts';
import { Random } from '../../../src/kernel/index.ts';
import { rooms } from '../../../src/cli/rooms.ts';
import { setEnvironment } from '../../support/environment.ts';
import { recordCommandLine } from '../recording.ts';
import { makePeople, roomsThatSeeColours, solidPhoto } from './made-people.ts';
import { htmlTroubles } from './page-check.ts';

let folder = '';
let restoreEnvironment = (): void => {};
const names = ['ann', 'bob & "b"', '<script>x</script>', 'dora'];

/** Faces around a direction of their own for each person; the last person is a stranger to the classifiers. */
function faces(perPerson: number, people: readonly string[], seed: number) {
  const random = new Random(seed);
  const labels: string[] = [];
  const rows: Float32Array[] = [];
  for (const [p, name] of people.entries()) {
    for (let i = 0; i < perPerson; i++) {
      labels.push(name);
      rows.push(Float32Array.from({ length: 8 }, (_, d) => (d === p ? 1 : 0) + 0.12 * random.normal()));
    }
  }
  return { labels, rows };
}

const array = (rows: readonly Float32Array[]) => ({
  type: 'float32' as const,
  dims: [rows.length, 8],
  data: Float32Array.from(rows.flatMap((row) => [...row])),
});
const text = (data: readonly string[]) => ({ type: 'string' as const, dims: [data.length], data });

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'visage-classifier-'));
  restoreEnvironment = setEnvironment({ VISAGE_CACHE: join(folder, 'cache') });
  const train = faces(8, names.slice(0, 3), 1);
  const val = faces(5, names, 2);
  await writeNpz(join(folder, 'faces.npz'), {
    arr_0: array(train.rows),
    arr_1: text(train.labels),
    arr_2: array(val.rows),
    arr_3: text(val.labels),
  });
  for (const kind of ['mean', 'neighbors'] as const) {
    const options = { kind, pack: 'bundled', maxDistance: 0.9 };
    await saveClassifier(join(folder, `${kind}.json`), trainClassifier(train.rows, train.labels, options));
  }
});
after(async () => {
  restoreEnvironment();
  await rm(folder, { recursive: true });
});

const evaluate = (...argv: string[]) =>
  recordCommandLine(
    ['evaluate', 'classifier', ...argv, '--out', join(folder, 'out'), '--json', '--quiet'],
    rooms,
  );

interface Document {
  readonly part: string;
  readonly faces: number;
  readonly classifiers: readonly {
    pack: string;
    strangers: number;
    accuracy: { value: number };
    confusion: { classes: (string | null)[]; counts: number[][] };
    reliability: { bins: { count: number }[] };
    failed: { file: string; code: string }[];
  }[];
  readonly files: { page: string; csv: { rows: string } };
  readonly error?: { code: string };
}

test('classifiers side by side: page, document and table say the same; strangers count', async () => {
  const paths = ['mean.json', 'neighbors.json', 'faces.npz'].map((file) => join(folder, file));
  const { exitCode, stdout } = await evaluate(...paths);
  const document = JSON.parse(stdout) as Document;
  assert.equal(exitCode, 0, stdout);
  assert.equal(document.part, 'val');
  assert.equal(document.classifiers.length, 2);
  const [, ...rows] = parseCsv(await readFile(document.files.csv.rows, 'utf8'));
  assert.equal(rows.length, 20);
  for (const [c, { strangers, accuracy, confusion, reliability }] of document.classifiers.entries()) {
    assert.equal(strangers, 5);
    const right = rows.filter((row) => row[2 + 2 * c] === (row[1] === 'dora' ? '' : row[1])).length;
    assert.equal(accuracy.value, right / 20);
    assert.ok(right >= 15, `${right} of 20`);
    assert.equal(
      confusion.counts.flat().reduce((a, b) => a + b),
      20,
    );
    // Probabilities are judged on the people that the classifier knows.
    assert.equal(
      reliability.bins.reduce((sum, { count }) => sum + count, 0),
      15,
    );
  }
  const page = await readFile(document.files.page, 'utf8');
  assert.deepEqual(htmlTroubles(page), []);
  assert.match(
    page,
    /20 faces with known names were given to 2 classifiers\. 5 of them are of people that no/,
  );
});

test('one file alone, and what is no classifier, are refused', async () => {
  const alone = await evaluate(join(folder, 'mean.json'));
  assert.equal((JSON.parse(alone.stdout) as Document).error?.code, 'USAGE');
  const wrong = await evaluate(join(folder, 'faces.npz'), join(folder, 'faces.npz'));
  assert.equal(wrong.exitCode, 1);
});

const colours = roomsThatSeeColours();

/** A classifier of one pack, trained on the photos of `people`. */
async function trainOnPhotos(people: string, pack: string, path: string): Promise<void> {
  const { openRecognizer } = await colours.recognizer();
  await using recognizer = await openRecognizer({ pack });
  const { photos: files } = await readPeople(people);
  const { photos } = await embedPhotos(files, recognizer, { about: people });
  const seen = photos.flatMap((photo, i) =>
    hasFace(photo) ? [{ row: photo.embedding, name: files[i]!.person }] : [],
  );
  const trained = trainClassifier(
    seen.map(({ row }) => row),
    seen.map(({ name }) => name),
    { kind: 'mean', pack, maxDistance: 0.35 },
  );
  await saveClassifier(path, trained);
}

const evaluatePhotos = async (...argv: string[]): Promise<{ exitCode: number; document: Document }> => {
  const { exitCode, stdout } = await recordCommandLine(
    ['evaluate', 'classifier', ...argv, '--out', join(folder, 'out'), '--json', '--quiet'],
    colours,
  );
  return { exitCode, document: JSON.parse(stdout) as Document };
};

test('a folder by person: classifiers of two packs, strangers, photos without a face, wrong labels', async () => {
  const people = join(folder, 'people');
  await makePeople(
    people,
    [...names.slice(0, 2), 'carla', 'ed'].map((name) => ({ name, photos: 5 })),
    4,
  );
  // Ed is taught to nobody.
  await rename(join(people, 'ed'), join(folder, 'ed'));
  for (const pack of ['bundled', 'other']) await trainOnPhotos(people, pack, join(folder, `${pack}.json`));
  await rename(join(folder, 'ed'), join(people, 'ed'));
  await writeFile(join(people, 'ann', 'ann_0005.jpg'), await solidPhoto(0, 0, 0));
  await writeFile(
    join(people, 'ann', 'wrong.jpg'),
    await readFile(join(people, names[1]!, `${names[1]!}_0001.jpg`)),
  );

  const { exitCode, document } = await evaluatePhotos(
    join(folder, 'bundled.json'),
    join(folder, 'other.json'),
    people,
  );
  assert.equal(exitCode, 0, document.error?.code);
  assert.deepEqual([document.part, document.faces], ['all', 21]);
  const [, ...rows] = parseCsv(await readFile(document.files.csv.rows, 'utf8'));
  const right = (column: number): number =>
    rows.filter((row) => row[column] === (row[1] === 'ed' ? '' : row[1])).length;
  for (const [c, { pack, strangers, accuracy, failed, reliability }] of document.classifiers.entries()) {
    assert.equal(pack, ['bundled', 'other'][c]);
    assert.equal(strangers, 5);
    assert.deepEqual(
      failed.map(({ file, code }) => [file, code]),
      [['ann/ann_0005.jpg', 'NO_FACE']],
    );
    assert.equal(accuracy.value.toFixed(6), (right(2 + 2 * c) / 21).toFixed(6));
    // The wrong label and the photo without a face at least, and not much else.
    assert.ok(right(2 + 2 * c) <= 19 && right(2 + 2 * c) >= 12, `${right(2 + 2 * c)} of 21`);
    const faceless = rows.find(([file]) => file === 'ann/ann_0005.jpg')!;
    assert.deepEqual(faceless.slice(2 + 2 * c, 4 + 2 * c), ['', '']);
    // Strangers and the photo without a face have no say in it.
    assert.equal(
      reliability.bins.reduce((sum, { count }) => sum + count, 0),
      15,
    );
  }
  const page = await readFile(document.files.page, 'utf8');
  assert.deepEqual(htmlTroubles(page), []);
  assert.match(page, /Taken for somebody else/);
  assert.match(page, /1 photo gave no face/);
});

const firstTwo = (photos: number) => names.slice(0, 2).map((name) => ({ name, photos }));

test('of train and val only val is judged', async () => {
  const divided = join(folder, 'divided');
  await makePeople(join(divided, 'train'), firstTwo(4), 4);
  await makePeople(join(divided, 'val'), firstTwo(2), 4);
  await trainOnPhotos(join(divided, 'train'), 'bundled', join(folder, 'divided.json'));
  const { document } = await evaluatePhotos(join(folder, 'divided.json'), divided);
  assert.deepEqual([document.part, document.faces], ['val', 4]);
});

test('a folder of people whom the classifier does not know is refused', async () => {
  const others = join(folder, 'others');
  await makePeople(others, [{ name: 'zoe', photos: 2 }]);
  const { document } = await evaluatePhotos(join(folder, 'divided.json'), others);
  assert.equal(document.error?.code, 'EVALUATION_INVALID');
});
