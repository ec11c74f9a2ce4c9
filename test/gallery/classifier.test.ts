import assert from 'node:assert/strict';
import { test } from 'node:test';
import { classifierFromJSON } from '../../src/classify/index.ts';
import { galleryClassifier, MemoryStore, openGallery, SqliteStore } from '../../src/gallery/index.ts';
import { unit } from '../../src/kernel/index.ts';
import { dimension, face, faces, freshPath, near, options } from './made-up-faces.ts';

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
    assert.ok(mine.probability > 0.5);
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
