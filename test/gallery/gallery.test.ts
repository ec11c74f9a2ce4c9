import assert from 'node:assert/strict';
import { copyFile, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import {
  type Gallery,
  galleryClassifier,
  MemoryStore,
  openGallery,
  parseGalleryKey,
  personName,
  SqliteStore,
} from '../../src/gallery/index.ts';
import { Connection, loadLibsql } from '../../src/gallery/sqlite/connection.ts';
import { classifierFromJSON } from '../../src/classify/index.ts';
import { Random, unit } from '../../src/kernel/index.ts';

const folder = await mkdtemp(join(tmpdir(), 'visage-gallery-'));
after(() => rm(folder, { recursive: true, force: true }));
let files = 0;
const freshPath = (): string => join(folder, `${++files}.gallery`);

const dimension = 16;
const options = { pack: 'bundled', dimension };
const random = new Random(11);
const face = (): Float32Array => Float32Array.from({ length: dimension }, () => random.normal());
const near = (center: Float32Array, spread = 0.02): Float32Array =>
  center.map((value) => value + spread * random.normal());
const faces = (count: number) => Array.from({ length: count }, () => ({ embedding: face() }));
const jpeg = (mark: number): Uint8Array => Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, mark);

const names = async (gallery: Gallery) => (await gallery.people()).map(({ name }) => name);
const ids = ({ examples }: { readonly examples: readonly { readonly id: number }[] }) =>
  examples.map(({ id }) => id);

test('people are added, shown, renamed; their examples come back as they were', async () => {
  const path = freshPath();
  const embeddings = [face(), face()];
  {
    await using gallery = await openGallery(path, options);
    const shown = await gallery.add('Zoë', [
      {
        embedding: embeddings[0]!,
        crop: jpeg(1),
        source: 'a/b.jpg',
        quality: { sharpness: 0.5 },
        addedAtMs: 5,
      },
      { embedding: embeddings[1]! },
    ]);
    assert.deepEqual(shown.examples, [
      {
        id: 1,
        source: 'a/b.jpg',
        quality: { sharpness: 0.5 },
        addedAtMs: 5,
        hasCrop: true,
        mergedFrom: null,
      },
      { id: 2, source: '', quality: {}, addedAtMs: null, hasCrop: false, mergedFrom: null },
    ]);
    await gallery.add('Anna');
    await gallery.add('𝔄', faces(1));
    await gallery.add('\uff5a', faces(1));
    assert.deepEqual(await names(gallery), ['Anna', 'Zoë', '\uff5a', '𝔄'], 'by code point');
  }
  await using gallery = await openGallery(path, options);
  assert.deepEqual(await gallery.embedding(1), embeddings[0]);
  assert.deepEqual(await gallery.embedding(2), embeddings[1]);
  assert.deepEqual(await gallery.crop(1), jpeg(1));
  assert.equal(await gallery.crop(2), undefined);
  const { id } = await gallery.show('zoë');
  assert.equal((await gallery.rename({ id }, 'ZOË')).name, 'ZOË');
  assert.equal((await gallery.rename('zoë', 'Maria')).id, id);
  await assert.rejects(gallery.rename('Maria', 'ANNA'), { code: 'PERSON_EXISTS' });
  await assert.rejects(gallery.show('Zoë'), { code: 'PERSON_UNKNOWN' });
  assert.equal((await gallery.people()).find(({ name }) => name === 'Maria')!.exampleCount, 2);
});

test('a merge is taken back exactly, also after further merges', async () => {
  await using gallery = await openGallery(':memory:', options);
  const a = await gallery.add('A', faces(2));
  const b = await gallery.add('B', faces(1));
  await gallery.add('C', faces(3));
  await gallery.merge('A', 'B');
  await gallery.add('B', faces(1));
  const c = await gallery.merge('B', 'C');
  assert.deepEqual([ids(c), await names(gallery)], [[1, 2, 3, 4, 5, 6, 7], ['C']]);
  assert.deepEqual(
    c.merged.map(({ name, exampleCount }) => [name, exampleCount]),
    [
      ['B', 2],
      ['A', 2],
    ],
  );
  assert.deepEqual(
    c.examples.map(({ mergedFrom }) => mergedFrom),
    ['A', 'A', 'B', null, null, null, 'B'],
  );
  // An inner one out of the middle, then the outer one.
  assert.deepEqual(ids(await gallery.unmerge('C', 'A')), ids(a));
  const backB = await gallery.unmerge('C', { id: b.id });
  assert.deepEqual([backB.id, ids(backB), ids(await gallery.show('C'))], [b.id, [3, 7], [4, 5, 6]]);
  // A name that was given away meanwhile.
  await gallery.merge('A', 'B');
  await gallery.add('A', faces(1));
  await assert.rejects(gallery.unmerge('B', 'A'), { code: 'PERSON_EXISTS' });
  assert.equal((await gallery.unmerge('B', 'A', 'A the first')).id, a.id);
  await assert.rejects(gallery.unmerge('B', 'A'), { code: 'PERSON_CHANGE_INVALID' });
  await assert.rejects(gallery.merge('a', 'A'), { code: 'PERSON_CHANGE_INVALID' });
  // Two who bore one name.
  await gallery.merge('A', 'B');
  await gallery.rename('A the first', 'A');
  await gallery.merge('A', 'B');
  await assert.rejects(gallery.unmerge('B', 'A'), { code: 'PERSON_CHANGE_INVALID' });
  assert.deepEqual(ids(await gallery.unmerge('B', { id: a.id })), [1, 2]);
});

test('examples are split off, moved and removed', async () => {
  await using gallery = await openGallery(':memory:', options);
  await gallery.add('A', faces(3));
  await gallery.add('B', faces(2));
  await gallery.merge('B', 'A');
  assert.deepEqual(ids(await gallery.split('A', [2, 4, 4], 'D')), [2, 4]);
  assert.deepEqual(ids(await gallery.show('A')), [1, 3, 5]);
  assert.deepEqual(ids(await gallery.moveExample(5, 'D')), [2, 4, 5]);
  assert.deepEqual(ids(await gallery.moveExample(5, 'D')), [2, 4, 5]);
  assert.deepEqual(ids(await gallery.unmerge('A', 'B')), [], 'what was taken away stays away');
  assert.deepEqual(await gallery.removeExample(2), { examples: 1, erased: true });
  await assert.rejects(gallery.embedding(2), { code: 'EXAMPLE_UNKNOWN' });
  for (const bad of [2, 99, 0, -1, 1.5, Number.NaN, '1 OR 1' as unknown as number]) {
    await assert.rejects(gallery.moveExample(bad, 'A'), { code: 'EXAMPLE_UNKNOWN' }, String(bad));
    await assert.rejects(gallery.crop(bad), { code: 'EXAMPLE_UNKNOWN' }, String(bad));
  }
  await assert.rejects(gallery.split('A', [], 'E'), { code: 'PERSON_CHANGE_INVALID' });
  await assert.rejects(gallery.split('A', [1, 3], 'E'), { code: 'PERSON_CHANGE_INVALID' });
  await assert.rejects(gallery.split('A', [4], 'E'), { code: 'EXAMPLE_UNKNOWN' });
  await assert.rejects(gallery.split('A', [1], 'd'), { code: 'PERSON_EXISTS' });
  await assert.rejects(gallery.moveExample(1, 'nobody'), { code: 'PERSON_UNKNOWN' });
});

test('a deleted person is gone for good, with everybody merged into them', async () => {
  const path = freshPath();
  const mine = face();
  await using gallery = await openGallery(path, options);
  await gallery.add('Forgotten-A', [{ embedding: mine, crop: jpeg(77), source: 'private/holiday.jpg' }]);
  await gallery.add('Forgotten-B', faces(2));
  await gallery.add('C', faces(1));
  await gallery.merge('Forgotten-A', 'Forgotten-B');
  const traces = [
    Buffer.from(mine.buffer),
    Buffer.from(jpeg(77)),
    Buffer.from('Forgotten-'),
    Buffer.from('holiday'),
  ];
  const found = async (): Promise<boolean[]> => {
    const own = (await readdir(folder)).filter(
      (file) => join(folder, file).startsWith(path) && !file.endsWith('-shm'),
    );
    const contents = await Promise.all(own.map((file) => readFile(join(folder, file))));
    return traces.map((trace) => contents.some((content) => content.includes(trace)));
  };
  assert.deepEqual(await found(), [true, true, true, true]);
  assert.deepEqual(await gallery.delete('forgotten-b'), { examples: 3, erased: true });
  assert.deepEqual(await found(), [false, false, false, false]);
  assert.deepEqual(await names(gallery), ['C']);
  await assert.rejects(gallery.delete('Forgotten-A'), { code: 'PERSON_UNKNOWN' });
});

test('names: one person in every spelling, text of any kind, coded errors for the rest', async () => {
  await using gallery = await openGallery(freshPath(), options);
  const good = [
    'AC/DC',
    '../../etc/passwd',
    'C:\\Users\\x',
    '👩‍👩‍👧‍👦',
    "Robert'); DROP TABLE people;--",
    '<b>',
    '%s {got}',
    '.',
    'con',
    'x'.repeat(200),
    '😀'.repeat(200),
    '__proto__',
    'null',
    '山田太郎',
    'مريم',
    '-rf',
    '1e3',
    'NaN',
  ];
  for (const name of good) {
    await gallery.add(name, faces(1));
    assert.equal((await gallery.show(name)).name, name);
  }
  assert.deepEqual(new Set(await names(gallery)), new Set(good));
  await gallery.add('Strauß');
  await gallery.add('Ανδρέας');
  for (const [spelling, name] of [
    ['STRAUSS', 'Strauß'],
    [' ανδρέασ\n', 'Ανδρέας'],
    ['ανδρε\u0301ας', 'Ανδρέας'],
    ['ac/dc', 'AC/DC'],
  ] as const) {
    assert.equal((await gallery.show(spelling)).name, name);
    await gallery.add(spelling, faces(1));
  }
  assert.equal((await gallery.people()).length, good.length + 2);
  const before = await gallery.version();
  for (const bad of [
    '',
    ' \t ',
    'a\0b',
    'a\nb',
    '\u200b',
    '\u200d\u0301',
    'a\ud800',
    '\u202eanna',
    'x'.repeat(201),
    'x'.repeat(10_000),
    'a\u2028x',
  ]) {
    await assert.rejects(gallery.add(bad, faces(1)), { code: 'PERSON_NAME_INVALID' }, JSON.stringify(bad));
    await assert.rejects(gallery.rename('.', bad), { code: 'PERSON_NAME_INVALID' }, JSON.stringify(bad));
  }
  assert.throws(() => personName(undefined as unknown as string), { code: 'PERSON_NAME_INVALID' });
  assert.equal(await gallery.version(), before);
});

test('bad examples are refused, and nothing of the call is kept', async () => {
  await using gallery = await openGallery(':memory:', options);
  const good = face();
  const wrong: Record<string, unknown>[] = [
    { embedding: new Float32Array(dimension + 1) },
    { embedding: new Float32Array(dimension) },
    { embedding: good.map((value, i) => (i === 3 ? Number.NaN : value)) },
    { embedding: good.map((value, i) => (i === 3 ? Infinity : value)) },
    { embedding: [...good] },
    { embedding: undefined },
    { embedding: good, crop: Uint8Array.of(1, 2, 3) },
    { embedding: good, crop: new Uint8Array(0) },
    { embedding: good, crop: new Uint8Array(2 ** 20 + 1).fill(0xd8).fill(0xff, 0, 1).fill(0xff, 2) },
    { embedding: good, source: 'x\0' },
    { embedding: good, source: 'x'.repeat(4097) },
    { embedding: good, quality: { a: Number.NaN } },
    { embedding: good, quality: Object.fromEntries(Array.from({ length: 33 }, (_, i) => [i, i])) },
    { embedding: good, addedAtMs: 0.5 },
  ];
  for (const example of wrong) {
    const adding = gallery.add('A', [{ embedding: good }, example as never]);
    await assert.rejects(adding, { code: 'EXAMPLE_INVALID' }, Object.keys(example).join());
  }
  assert.deepEqual(await names(gallery), []);
  const stopped = AbortSignal.abort(new Error('enough'));
  await assert.rejects(gallery.addAll([{ name: 'A', examples: faces(600) }], { signal: stopped }), /enough/);
  assert.deepEqual(await names(gallery), []);
});

test('a gallery belongs to one pack and one dimension', async () => {
  const path = freshPath();
  await (await openGallery(path, options)).close();
  await assert.rejects(openGallery(path, { ...options, pack: 'facenet-128' }), { code: 'PACK_MISMATCH' });
  await assert.rejects(openGallery(path, { ...options, dimension: 512 }), { code: 'PACK_MISMATCH' });
  for (const bad of [0, -1, 1.5, Number.NaN, 2 ** 20]) {
    await assert.rejects(openGallery(':memory:', { ...options, dimension: bad }), { code: 'OPTION_INVALID' });
  }
  await (await openGallery(path, options)).close();
});

const key = new Uint8Array(32).map((_, i) => i * 7);

test('an encrypted gallery shows no embedding and no crop, and opens only with its key', async () => {
  const path = freshPath();
  const mine = face();
  const crop = Uint8Array.from([...jpeg(1), ...new Uint8Array(100).fill(0xab)]);
  {
    await using gallery = await openGallery(path, { ...options, key });
    assert.equal(gallery.encrypted, true);
    await gallery.add('A', [
      { embedding: mine, crop },
      { embedding: mine, crop },
    ]);
    const files = await Promise.all([path, `${path}-wal`].map((file) => readFile(file)));
    const parts = [
      Buffer.from(mine.buffer),
      Buffer.from(mine.buffer, 16, 16),
      Buffer.from(crop),
      Buffer.from(key),
    ];
    for (const file of files) for (const part of parts) assert.equal(file.includes(part), false);
    assert.equal(await gallery.saveIndex(), false);
  }
  await assert.rejects(openGallery(path, { ...options, key: key.map((x) => x ^ 1) }), {
    code: 'GALLERY_KEY_WRONG',
  });
  await assert.rejects(openGallery(path, { ...options, key: { passphrase: 'wrong kind of key' } }), {
    code: 'GALLERY_KEY_WRONG',
  });
  await assert.rejects(openGallery(path, options), { code: 'GALLERY_KEY_NEEDED' });
  await using gallery = await openGallery(path, {
    ...options,
    key: parseGalleryKey(Buffer.from(key).toString('base64')),
  });
  assert.deepEqual(await gallery.embedding(2), mine);
  assert.deepEqual(await gallery.crop(1), crop);
  const classifier = await galleryClassifier(gallery);
  assert.equal(classifier.predict(mine).name, 'A');
});

test('a key for a gallery that is not encrypted is refused', async () => {
  const path = freshPath();
  await (await openGallery(path, options)).close();
  await assert.rejects(openGallery(path, { ...options, key }), { code: 'GALLERY_NOT_ENCRYPTED' });
});

test('a passphrase opens a gallery', async () => {
  const path = freshPath();
  const passphrase = 'correct horse battery';
  await (await openGallery(path, { ...options, key: { passphrase } })).close();
  await (await openGallery(path, { ...options, key: parseGalleryKey(passphrase) })).close();
  await assert.rejects(openGallery(path, { ...options, key: { passphrase: 'Correct horse battery' } }), {
    code: 'GALLERY_KEY_WRONG',
  });
});

test('keys are read as people write them, and never repeated in an error', () => {
  const hex = Buffer.from(key).toString('hex');
  assert.deepEqual(parseGalleryKey(hex), key);
  assert.deepEqual(parseGalleryKey(hex.toUpperCase()), key);
  assert.deepEqual(parseGalleryKey('some words'), { passphrase: 'some words' });
  for (const bad of ['', 'short', hex.slice(1), `${hex}0`]) {
    assert.throws(
      () => parseGalleryKey(bad),
      (thrown: Error & { code: string }) =>
        thrown.code === 'OPTION_INVALID' && (bad === '' || !JSON.stringify(thrown).includes(bad)),
    );
  }
});

test('encrypted records that were changed or swapped do not open', async () => {
  const path = freshPath();
  await using gallery = await openGallery(path, { ...options, key });
  await gallery.add('A', faces(2));
  await gallery.close();
  const copy = freshPath();
  await copyFile(path, copy);
  const connection = new Connection(loadLibsql(), copy);
  const [first, second] = connection.all('SELECT bytes FROM embeddings ORDER BY example_id').map(([x]) => x!);
  const flipped = (second as Uint8Array).map((x, i) => (i === 20 ? x ^ 1 : x));
  connection.run('UPDATE embeddings SET bytes = ? WHERE example_id = 1', second!);
  connection.run('UPDATE embeddings SET bytes = ? WHERE example_id = 2', flipped);
  connection.close();
  assert.notDeepEqual(first, second);
  await using tampered = await openGallery(copy, { ...options, key });
  for (const id of [1, 2]) await assert.rejects(tampered.embedding(id), { code: 'GALLERY_INVALID' });
  await assert.rejects(galleryClassifier(tampered), { code: 'GALLERY_INVALID' });
});

for (const [kind, store] of [
  ['memory', async () => new MemoryStore()],
  ['SQLite', () => SqliteStore.open(freshPath())],
] as const) {
  test(`${kind}: the classifier follows the gallery without training`, async () => {
    await using gallery = await openGallery(await store(), options);
    const classifier = await galleryClassifier(gallery, { maxDistance: 0.5 });
    const stranger = face();
    assert.deepEqual(classifier.predict(stranger), {
      name: '',
      probability: 0,
      candidates: [],
      distance: 2,
      known: false,
      unknown: { kind: 'too-far' },
    });
    assert.throws(() => classifier.toJSON(), { code: 'FIT_INVALID' });
    const [a, b] = [face(), face()];
    await gallery.add('A', [{ embedding: near(a) }]);
    assert.deepEqual(classifier.classes, ['A']);
    const first = classifier.predict(a.map((x) => 3 * x));
    assert.equal(first.known && first.name === 'A' && first.probability === 1, true);
    assert.equal(classifier.predict(b).known, false);
    await gallery.add('B', [{ embedding: near(b) }, { embedding: near(b) }]);
    await gallery.add('nobody yet');
    assert.deepEqual(classifier.classes, ['A', 'B']);
    const second = classifier.predict(b);
    assert.deepEqual([second.name, second.known, second.candidates.length], ['B', true, 2]);
    await gallery.rename('B', 'Berta');
    assert.equal(classifier.predict(b).name, 'Berta');
    await gallery.merge('Berta', 'A');
    assert.equal(classifier.predict(b).name, 'A');
    await gallery.unmerge('A', 'Berta', 'B2');
    assert.equal(classifier.predict(b).name, 'B2');
    await gallery.moveExample(1, 'B2');
    assert.deepEqual([classifier.predict(a).name, classifier.classes], ['B2', ['B2']]);
    await gallery.delete('B2');
    assert.deepEqual([classifier.predict(a).known, classifier.classes], [false, []]);
    for (const bad of [new Float32Array(3), face().fill(Number.NaN)]) {
      assert.throws(() => classifier.predict(bad), { code: 'PREDICT_INVALID' });
    }
  });
}

test('other processes’ changes are seen after a refresh', async () => {
  const path = freshPath();
  await using here = await openGallery(path, options);
  await using there = await openGallery(path, options);
  const classifier = await galleryClassifier(here, { maxDistance: 0.5 });
  const [a, b] = [face(), face()];
  await there.add('A', [{ embedding: a }]);
  assert.equal(classifier.predict(a).known, false);
  assert.equal(await classifier.refresh(), true);
  assert.equal(classifier.predict(a).name, 'A');
  assert.equal(await classifier.refresh(), false);
  await there.add('B', [{ embedding: b }]);
  await there.delete('A');
  await there.rename('B', 'C');
  // A change here takes over those there too.
  await here.add('D', faces(1));
  assert.deepEqual(classifier.classes, ['C', 'D']);
  assert.deepEqual([classifier.predict(a).known, classifier.predict(b).name], [false, 'C']);
});

test('answers are those of a scan by hand: nearest person, softmax of squared distances', async () => {
  await using gallery = await openGallery(':memory:', options);
  const people = Array.from({ length: 12 }, (_, i) => {
    const center = face();
    return {
      name: `p${i}`,
      examples: Array.from({ length: 1 + (i % 4) }, () => ({ embedding: near(center, 0.5) })),
    };
  });
  await gallery.addAll(people);
  const scale = 3;
  const classifier = await galleryClassifier(gallery, { neighbors: 2, scale, maxDistance: 0.7 });
  for (let round = 0; round < 20; round++) {
    const probe = face();
    const scored = people
      .map(({ name, examples }) => {
        const squares = examples
          .map(({ embedding }) => {
            const [u, v] = [unit(embedding), unit(probe)];
            return u.reduce((sum, x, i) => sum + (x - v[i]!) ** 2, 0);
          })
          .sort((x, y) => x - y)
          .slice(0, 2);
        return {
          name,
          nearest: Math.sqrt(squares[0]!),
          score: squares.reduce((x, y) => x + y) / squares.length,
        };
      })
      .sort((x, y) => x.score - y.score);
    const sum = scored.reduce((total, { score }) => total + Math.exp(-scale * score), 0);
    const answer = classifier.predict(probe);
    assert.deepEqual(
      answer.candidates.map(({ name }) => name),
      scored.map(({ name }) => name),
    );
    assert.ok(Math.abs(answer.probability - Math.exp(-scale * scored[0]!.score) / sum) < 1e-9);
    assert.ok(Math.abs(answer.distance - scored[0]!.nearest) < 1e-9);
    assert.equal(answer.known, answer.distance <= 0.7);
    assert.ok(
      Math.abs(answer.candidates.reduce((total, { probability }) => total + probability, 0) - 1) < 1e-12,
    );
  }
});

test('what the classifier writes down is a classifier that answers alike and stays as it is', async () => {
  await using gallery = await openGallery(':memory:', options);
  const centers = Array.from({ length: 8 }, face);
  const enrolments = centers.map((center, i) => ({
    name: `p${i}`,
    examples: Array.from({ length: 3 }, () => ({ embedding: near(center, 0.3) })),
  }));
  await gallery.addAll(enrolments);
  const live = await galleryClassifier(gallery, { maxDistance: 0.9 });
  const written = classifierFromJSON(JSON.parse(JSON.stringify(live.toJSON())), 'gallery');
  assert.ok(live.scale > 1 / 0.9 ** 2, 'learned from people who lie well apart');
  await gallery.delete('p7');
  assert.deepEqual([live.classes.length, written.classes.length], [7, 8]);
  for (const center of centers.slice(0, 7)) {
    const probe = near(center, 0.3);
    const [mine, its] = [live.predict(probe), written.predict(probe)];
    assert.deepEqual([mine.name, mine.distance, mine.known], [its.name, its.distance, its.known]);
    assert.ok(mine.probability > 0.9);
  }
});

test('everybody with the same face: an answer, not a crash', async () => {
  await using gallery = await openGallery(':memory:', options);
  const same = face();
  for (const name of ['A', 'B', 'C']) await gallery.add(name, [{ embedding: same }, { embedding: same }]);
  const { name, distance, probability, candidates } = (await galleryClassifier(gallery)).predict(same);
  assert.deepEqual([name, distance, candidates.length], ['A', 0, 3]);
  assert.ok(Math.abs(probability - 1 / 3) < 1e-12);
});

const along = (angle: number): Float32Array => {
  const embedding = new Float32Array(dimension);
  embedding.set([Math.cos(angle), Math.sin(angle)]);
  return embedding;
};
/** ‖along(x) − along(y)‖², `angle` being x − y. */
const squared = (angle: number): number => (2 * Math.sin(angle / 2)) ** 2;
const judged = (angle: number, overall: number) => ({ embedding: along(angle), quality: { overall } });

test('a poor example is passed over while its person has a better one', async () => {
  await using gallery = await openGallery(':memory:', options);
  const classifier = await galleryClassifier(gallery, { maxDistance: 1 });
  await gallery.add('Anna', [judged(0, 0.1), judged(1, 0.9)]);
  await gallery.add('Bob', [judged(0.3, 0.2)]);
  // Anna's blurred face is nearest, but she has a better one; Bob has none, so his counts.
  const answer = classifier.predict(along(0.05));
  assert.equal(answer.name, 'Bob');
  assert.ok(Math.abs(answer.distance - 2 * Math.sin(0.125)) < 1e-6);
  assert.equal((await gallery.show('Anna')).exampleCount, 2);
  const frozen = classifierFromJSON(JSON.parse(JSON.stringify(classifier)));
  assert.equal(frozen.predict(along(0.05)).name, 'Bob');

  await gallery.removeExample(2);
  assert.equal(classifier.predict(along(0.05)).name, 'Anna');
  await gallery.add('Carl', [judged(1.5, 0.8)]);
  await gallery.merge('Anna', 'Carl');
  assert.equal(classifier.predict(along(0.05)).name, 'Bob');
  await gallery.unmerge('Carl', 'Anna');
  assert.equal(classifier.predict(along(0.05)).name, 'Anna');
});

test('of several examples the better ones weigh more: a weighted mean, by hand', async () => {
  await using gallery = await openGallery(':memory:', options);
  await gallery.add('Anna', [judged(0.2, 0.5), judged(0.6, 1), judged(3, 0.9)]);
  await gallery.add('Bob', [judged(-0.4, 1), judged(-0.41, 1)]);
  const scale = 2;
  const classifier = await galleryClassifier(gallery, { neighbors: 2, scale, maxDistance: 1 });
  const anna = (0.5 * squared(0.2) + squared(0.6)) / 1.5;
  const bob = (squared(0.4) + squared(0.41)) / 2;
  const { name, probability, distance } = classifier.predict(along(0));
  assert.equal(name, 'Bob');
  assert.ok(Math.abs(probability - 1 / (1 + Math.exp(-scale * (anna - bob)))) < 1e-6);
  assert.ok(Math.abs(distance - 2 * Math.sin(0.2)) < 1e-6);
});

test('one person alone: everybody near is that person, nobody else is', async () => {
  await using gallery = await openGallery(':memory:', options);
  await gallery.add('Anna', [{ embedding: along(0) }]);
  const classifier = await galleryClassifier(gallery, { maxDistance: 0.5 });
  const near = classifier.predict(along(0.3));
  assert.deepEqual([near.name, near.known, near.probability], ['Anna', true, 1]);
  const far = classifier.predict(along(2));
  assert.deepEqual([far.name, far.known], ['Anna', false]);
});
