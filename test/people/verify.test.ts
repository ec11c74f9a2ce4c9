import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VisageError } from '../../src/kernel/index.ts';
import { compareEmbeddings, sameProbability, verifyPhotos } from '../../src/people/index.ts';
import { maxDistance, posedPhoto, PosedRecognizer } from './posed-recognizer.ts';

const recognizer = new PosedRecognizer();
const coded = (code: string) => (thrown: unknown) => thrown instanceof VisageError && thrown.code === code;
const two = posedPhoto('two.jpg', { x: 500, sizePx: 150, angle: 2 }, { x: 10, sizePx: 80, angle: 0 });

test('one person, two people', async () => {
  const a = posedPhoto('a.jpg', { x: 300, angle: 0 });
  const near = await verifyPhotos(recognizer, a, posedPhoto('b.jpg', { x: 300, angle: 0.3 }));
  assert.equal(near.maxDistance, maxDistance);
  const [pair] = near.pairs;
  assert.ok(Math.abs(pair!.distance - 2 * Math.sin(0.15)) < 1e-6);
  assert.ok(pair!.same && pair!.probability > 0.9);
  const far = await verifyPhotos(recognizer, a, posedPhoto('b.jpg', { x: 300, angle: 1 }));
  assert.ok(!far.pairs[0]!.same && far.pairs[0]!.probability < 0.01);
  const strict = await verifyPhotos(recognizer, a, posedPhoto('b.jpg', { x: 300, angle: 0.3 }), {
    maxDistance: 0.2,
  });
  assert.equal(strict.pairs[0]!.same, false);
});

test('of several faces the main one counts, or the one that is asked for', async () => {
  const a = posedPhoto('a.jpg', { x: 300, angle: 0 });
  const main = await verifyPhotos(recognizer, a, two);
  assert.deepEqual([main.photos[1].faceCount, main.photos[1].faces[0]!.position], [2, 2]);
  assert.equal(main.pairs[0]!.same, false);
  const left = await verifyPhotos(recognizer, a, two, { faces: ['main', 1] });
  assert.equal(left.pairs[0]!.same, true);
  await assert.rejects(verifyPhotos(recognizer, a, two, { faces: ['main', 3] }), coded('OPTION_INVALID'));
});

test('all: every face with every face, nearest first', async () => {
  const { pairs, photos } = await verifyPhotos(recognizer, two, two, { all: true });
  assert.deepEqual(
    photos.map(({ faces }) => faces.map(({ position }) => position)),
    [
      [1, 2],
      [1, 2],
    ],
  );
  assert.deepEqual(
    pairs.map(({ a, b, same }) => [a, b, same]),
    [
      [0, 0, true],
      [1, 1, true],
      [0, 1, false],
      [1, 0, false],
    ],
  );
});

test('the probability falls with the distance, and is ½ at the limit', () => {
  let last = 1.1;
  for (let far = 0; far <= 2; far += 0.01) {
    const probability = sameProbability(far, 0.5);
    assert.ok(probability < last && probability >= 0 && probability <= 1);
    last = probability;
  }
  assert.equal(sameProbability(0.42, 0.42), 0.5);
  const self = compareEmbeddings(Float32Array.of(2, 0), Float32Array.of(5, 0), 0.4);
  assert.deepEqual([self.distance, self.same], [0, true]);
});

test('no face, and limits that are none, are told', async () => {
  const a = posedPhoto('a.jpg', { x: 300, angle: 0 });
  await assert.rejects(verifyPhotos(recognizer, a, posedPhoto('none.jpg')), coded('NO_FACE'));
  await assert.rejects(verifyPhotos(recognizer, a, posedPhoto('none.jpg'), { all: true }), coded('NO_FACE'));
  for (const limit of [0, -1, 2.1, Number.NaN]) {
    await assert.rejects(verifyPhotos(recognizer, a, a, { maxDistance: limit }), coded('OPTION_INVALID'));
  }
});
