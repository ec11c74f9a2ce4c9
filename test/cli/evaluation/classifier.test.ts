import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { saveClassifier, trainClassifier } from '../../../src/classify/index.ts';
import { parseCsv, writeNpz } from '../../../src/formats/index.ts';
import { Random } from '../../../src/kernel/index.ts';
import { rooms } from '../../../src/cli/rooms.ts';
import { recordCommandLine } from '../recording.ts';
import { htmlTroubles } from './page-check.ts';

let folder = '';
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
after(() => rm(folder, { recursive: true }));

const evaluate = (...argv: string[]) =>
  recordCommandLine(
    ['evaluate', 'classifier', ...argv, '--out', join(folder, 'out'), '--json', '--quiet'],
    rooms,
  );

interface Document {
  readonly part: string;
  readonly classifiers: readonly {
    strangers: number;
    accuracy: { value: number };
    confusion: { classes: (string | null)[]; counts: number[][] };
    reliability: { bins: { count: number }[] };
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
  assert.deepEqual(htmlTroubles(await readFile(document.files.page, 'utf8')), []);
});

test('one file alone, and what is no classifier, are refused', async () => {
  const alone = await evaluate(join(folder, 'mean.json'));
  assert.equal((JSON.parse(alone.stdout) as Document).error?.code, 'USAGE');
  const wrong = await evaluate(join(folder, 'faces.npz'), join(folder, 'faces.npz'));
  assert.equal(wrong.exitCode, 1);
});
