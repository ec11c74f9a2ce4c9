import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { readDataset, readEmbeddings } from '../../src/dataset/index.ts';
import { NpzFile, writeNpz } from '../../src/formats/index.ts';
import { importPack } from '../../src/packs/index.ts';
import { openRecognizer } from '../../src/recognizer.ts';
import { narrowFile } from '../packs/support/narrow-facenet.ts';
import { inRepository, inShared, skipWithoutShared } from '../support/repository.ts';
import { startVisage } from '../support/visage-process.ts';

/** What a second implementation found and cut, from scripts/goldens/reference.py. */
interface Golden {
  readonly box: readonly [number, number, number, number];
  readonly score: number;
  readonly bicubic: { readonly sha256: string; readonly mean: number };
  readonly nearest: { readonly sha256: string; readonly mean: number };
}

const goldens = JSON.parse(
  await readFile(inRepository('test', 'cli', 'goldens', 'reference.json'), 'utf8'),
) as Readonly<Record<string, Golden>>;
const skip = skipWithoutShared('data/celeb6') || skipWithoutShared('models/mtcnn/det1.npy');
const celeb6 = inShared('data/celeb6');
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const mean = (bytes: Uint8Array): number => bytes.reduce((sum, byte) => sum + byte, 0) / bytes.length;

let folder = '';
/** Visage in a folder with a pack of MTCNN's own weights and a FaceNet whose weights stand in. */
const visage = (...argv: string[]) =>
  startVisage(argv, { cwd: folder, env: { VISAGE_MODELS: join(folder, 'models') } }).ended;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'visage-reference-'));
  if (skip !== false) return;
  const mtcnn = ['det1.npy', 'det2.npy', 'det3.npy'].map((file) => inShared('models/mtcnn', file));
  const files = [{ name: 'weights.pt', bytes: narrowFile }, ...mtcnn];
  const models = join(folder, 'models');
  await importPack(files, { folder: models, name: 'narrow', preprocessing: 'prewhiten' });
});
after(() => rm(folder, { recursive: true, force: true }));

// Each step works on what the one before left.

test('prepare --reference finds 108 and 30 faces, and cuts each as Pillow does', { skip }, async () => {
  const { exitCode, stdout, stderr } = await visage(
    'prepare',
    celeb6,
    '--pack',
    'narrow',
    '--reference',
    '--json',
  );
  assert.equal(exitCode, 0, stderr);
  const { pack, train, val } = JSON.parse(stdout) as {
    readonly pack: string;
    readonly train: { readonly shape: number[] };
    readonly val: { readonly shape: number[] };
  };
  assert.equal(pack, 'narrow+reference');
  assert.deepEqual(train.shape, [108, 160, 160, 3]);
  assert.deepEqual(val.shape, [30, 160, 160, 3]);

  const path = join(folder, 'faces-dataset.npz');
  const dataset = await readDataset(path);
  const npz = await NpzFile.open(path);
  let compared = 0;
  for (const split of ['train', 'val'] as const) {
    const boxes = (await npz.read(`boxes_${split}`)).data as ArrayLike<number>;
    const scores = (await npz.read(`scores_${split}`)).data as ArrayLike<number>;
    for (const [i, file] of dataset[split].files!.entries()) {
      const golden = goldens[file]!;
      assert.deepEqual(
        [0, 1, 2, 3].map((side) => boxes[4 * i + side]),
        golden.box,
        file,
      );
      assert.ok(Math.abs(scores[i]! - golden.score) < 1e-5, file);
      const { data } = dataset[split].crops[i]!;
      assert.ok(Math.abs(mean(data) - golden.bicubic.mean) < 1e-3, file);
      assert.equal(sha256(data), golden.bicubic.sha256, file);
      compared++;
    }
  }
  await npz.close();
  assert.equal(compared, 138);
});

test('--reference-filter nearest cuts as Pillow did before 7.0', { skip }, async () => {
  process.env['VISAGE_MODELS'] = join(folder, 'models');
  await using recognizer = await openRecognizer({ pack: 'narrow+reference-nearest', workers: 1 });
  for (const file of Object.keys(goldens).slice(0, 12)) {
    const located = await recognizer.locate(join(celeb6, file));
    const { data } = recognizer.crop(located, located.faces[0]!);
    assert.equal(sha256(data), goldens[file]!.nearest.sha256, file);
  }
});

test('embed and train --reference: numbers of the right shapes; the classifier of the original', {
  skip,
}, async () => {
  const embedded = await visage('embed', 'faces-dataset.npz', '--reference');
  assert.equal(embedded.exitCode, 0, embedded.stderr);
  assert.equal(
    embedded.stdout,
    'Loaded:  (108, 160, 160, 3) (108,) (30, 160, 160, 3) (30,)\nLoaded Model\n(108, 16)\n(30, 16)\n',
  );
  const { pack, train } = await readEmbeddings(join(folder, 'faces-embeddings.npz'));
  assert.equal(pack, 'narrow+reference');
  assert.equal(train.embeddings.length, 108);

  const trained = await visage('train', 'faces-embeddings.npz', '--reference', '--json');
  assert.equal(trained.exitCode, 0, trained.stderr);
  const { accuracy, example } = JSON.parse(trained.stdout) as {
    readonly accuracy: { readonly train: number; readonly test: number };
    readonly example: { readonly predicted: string };
  };
  const classifier = JSON.parse(await readFile(join(folder, 'classifier.json'), 'utf8')) as Record<
    string,
    unknown
  >;
  assert.equal(classifier['pack'], 'narrow+reference');
  assert.equal(classifier['kind'], 'svm');
  assert.equal(classifier['maxDistance'], 2);
  assert.match(String(classifier['note']), /^Trained as the original system/);
  // The same, set by hand: the votes are those of the same machines.
  const flags = ['--classifier', 'svm', '--class-weight', 'none', '--out', 'by-hand.json', '--json'];
  const byHand = await visage('train', 'faces-embeddings.npz', ...flags);
  const other = JSON.parse(byHand.stdout) as { accuracy: unknown; example: { predicted: string } };
  assert.deepEqual(other.accuracy, accuracy);
  assert.equal(other.example.predicted, example.predicted);
});

test('embed --reference takes a data set of the original, which names no pack', { skip }, async () => {
  const npz = await NpzFile.open(join(folder, 'faces-dataset.npz'));
  const arrays = await Promise.all(
    ['arr_0', 'arr_1', 'arr_2', 'arr_3'].map(async (name) => [name, await npz.read(name)] as const),
  );
  await npz.close();
  await writeNpz(join(folder, '5-celebrity-faces-dataset.npz'), Object.fromEntries(arrays));
  const argv = ['embed', '5-celebrity-faces-dataset.npz', '--out', 'again.npz', '--pack', 'narrow'];
  const { exitCode, stderr } = await visage(...argv, '--reference');
  assert.equal(exitCode, 0, stderr);
  const [ours, again] = await Promise.all(
    ['faces-embeddings.npz', 'again.npz'].map((file) => readEmbeddings(join(folder, file))),
  );
  assert.equal(again!.pack, 'narrow+reference');
  assert.deepEqual(again!.val.embeddings, ours!.val.embeddings);
});

test('identify --reference names every face, and takes no other classifier', { skip }, async () => {
  const photo = join(celeb6, Object.keys(goldens)[0]!);
  const named = await visage('identify', photo, '--classifier', 'classifier.json', '--reference', '--json');
  assert.equal(named.exitCode, 0, named.stderr);
  const { pack, photos } = JSON.parse(named.stdout) as {
    readonly pack: string;
    readonly photos: readonly { readonly faces: readonly { readonly name: string | null }[] }[];
  };
  assert.equal(pack, 'narrow+reference');
  assert.notEqual(photos[0]!.faces[0]!.name, null);
  const nearest = ['--reference', '--reference-filter', 'nearest'];
  const refused = await visage('identify', photo, '--classifier', 'classifier.json', ...nearest);
  assert.match(refused.stderr, /^error PACK_MISMATCH: .*narrow\+reference-nearest is in use/);
  const plain = await visage('embed', 'faces-dataset.npz', '--pack', 'narrow');
  assert.match(plain.stderr, /^error PACK_MISMATCH: /m);
});

const wrong: readonly (readonly [argv: readonly string[], message: RegExp, exitCode: number])[] = [
  [['prepare', 'photos', '--pack', 'bundled', '--reference'], /OPTION_INVALID: .*packs with MTCNN/, 2],
  [['prepare', 'photos', '--reference'], /PACK_NOT_INSTALLED: Pack facenet-128/, 1],
  [['demo', '--pack', 'bundled', '--reference'], /OPTION_INVALID: .*packs with MTCNN/, 2],
  [['embed', 'faces-dataset.npz', '--pack', 'bundled', '--reference'], /OPTION_INVALID: .*MTCNN/, 2],
  [['prepare', 'photos', '--reference-filter', 'nearest'], /USAGE: .*belongs to --reference/, 2],
  [
    [
      'prepare',
      'photos',
      '--pack',
      'narrow+reference-nearest',
      '--reference',
      '--reference-filter',
      'bicubic',
    ],
    /OPTION_INVALID: .*--reference-filter is bicubic; allowed: nearest/,
    2,
  ],
  [
    ['train', 'faces-embeddings.npz', '--reference', '--class-weight', 'balanced'],
    /OPTION_INVALID: .*--class-weight is balanced; allowed: none, as --reference trains/,
    2,
  ],
  [
    ['train', 'faces-embeddings.npz', '--reference', '--max-false-accept', '0.01'],
    /OPTION_INVALID: .*--max-false-accept is 0\.01; allowed: nothing with --reference/,
    2,
  ],
  [['train', 'faces-embeddings.npz', '--reference', '--C', '2'], /OPTION_INVALID: .*--C is 2; allowed: 1/, 2],
];
for (const [argv, message, exitCode] of wrong) {
  test(`visage ${argv.join(' ')} is refused`, { skip }, async () => {
    const ended = await visage(...argv);
    assert.match(ended.stderr, message);
    assert.equal(ended.exitCode, exitCode);
  });
}
