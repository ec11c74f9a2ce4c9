import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fitCalibration } from '../../src/calibrate/index.ts';
import { classifierFromJSON } from '../../src/classify/index.ts';
import { galleryClassifier, openGallery } from '../../src/gallery/index.ts';
import { dimension, somePeople } from '../calibrate/synthetic-people.ts';

const pack = 'synthetic';
const everybody = somePeople(400, 4);
const calibration = fitCalibration(everybody.slice(0, 240), { pack, source: 'made-up people' });
const [known, strangers] = [everybody.slice(240, 320), everybody.slice(320)];

const enrolled = async (people: typeof known) => {
  const gallery = await openGallery(':memory:', { pack, dimension });
  await gallery.addAll(
    people.map(({ name, embeddings }) => ({
      name,
      examples: embeddings.slice(0, 3).map((embedding) => ({ embedding })),
    })),
  );
  return gallery;
};

test('a gallery names its people, and of strangers about as many as asked for', async () => {
  await using gallery = await enrolled(known);
  const classifier = await galleryClassifier(gallery, { calibration, maxFalseAccept: 0.05 });
  const kept = known.filter(({ name, embeddings }) => {
    const answer = classifier.predict(embeddings[3]!);
    return answer.known && answer.name === name;
  });
  assert.ok(kept.length >= 40, `${kept.length} of 80`);
  const named = strangers.filter(({ embeddings }) => classifier.predict(embeddings[0]!).known);
  assert.ok(named.length <= 10, `${named.length} of 80`);
  const { candidates } = classifier.predict(known[0]!.embeddings[3]!);
  assert.ok(Math.abs(candidates.reduce((sum, { probability }) => sum + probability, 0) - 1) < 1e-9);
});

test('the more people a gallery holds, the more often a stranger would come so near', async () => {
  await using gallery = await enrolled(known.slice(0, 1));
  const classifier = await galleryClassifier(gallery, { calibration });
  const [person] = known;
  const alone = classifier.predict(person!.embeddings[3]!);
  assert.deepEqual([alone.name, alone.known], [person!.name, true]);
  await gallery.addAll(
    known.slice(1).map(({ name, embeddings }) => ({ name, examples: [{ embedding: embeddings[0]! }] })),
  );
  const among = classifier.predict(person!.embeddings[3]!);
  assert.equal(among.name, person!.name);
  assert.ok(among.falseAcceptRate! > 10 * alone.falseAcceptRate!);
});

test('what the gallery writes down decides by the same calibration', async () => {
  await using gallery = await enrolled(known.slice(0, 6));
  const classifier = await galleryClassifier(gallery, { calibration, maxFalseAccept: 0.02 });
  const written = classifierFromJSON(JSON.parse(JSON.stringify(classifier.toJSON())));
  assert.equal(written.maxFalseAccept, 0.02);
  for (const { embeddings } of [...known.slice(0, 6), ...strangers.slice(0, 20)]) {
    const [mine, its] = [classifier.predict(embeddings[3]!), written.predict(embeddings[3]!)];
    if (mine.name !== its.name) continue;
    assert.ok(Math.abs(mine.falseAcceptRate! - its.falseAcceptRate!) < 1e-6 * its.falseAcceptRate! + 1e-12);
  }
});

test('everybody with the same face is told as too alike; nobody at all as too far', async () => {
  await using gallery = await openGallery(':memory:', { pack, dimension });
  const classifier = await galleryClassifier(gallery, { calibration, maxFalseAccept: 0.01 });
  const face = strangers[0]!.embeddings[0]!;
  assert.deepEqual(classifier.predict(face).unknown, { kind: 'too-far' });
  for (const name of ['A', 'B', 'C']) await gallery.add(name, [{ embedding: face }, { embedding: face }]);
  const answer = classifier.predict(face);
  assert.deepEqual([answer.known, answer.unknown], [false, { kind: 'too-alike', names: ['A', 'B'] }]);
});

test('a calibration of another pack and a rate that it cannot promise are refused', async () => {
  await using gallery = await openGallery(':memory:', { pack: 'other', dimension });
  await assert.rejects(galleryClassifier(gallery, { calibration }), { code: 'PACK_MISMATCH' });
  await using right = await openGallery(':memory:', { pack, dimension });
  await assert.rejects(galleryClassifier(right, { calibration, maxFalseAccept: 1e-8 }), {
    code: 'OPTION_INVALID',
  });
});
