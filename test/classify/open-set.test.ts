import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fitCalibration } from '../../src/calibrate/index.ts';
import {
  classifierFromText,
  classifierToText,
  type FittedClassifier,
  trainClassifier,
} from '../../src/classify/index.ts';
import { somePeople } from '../calibrate/synthetic-people.ts';

const pack = 'synthetic';
const everybody = somePeople(320, 5);
const calibration = fitCalibration(everybody.slice(0, 240), { pack, source: 'made-up people' });
const known = everybody.slice(240, 250);
const strangers = everybody.slice(250);

const trained = (
  kind: 'svm' | 'linear' | 'neighbors' | 'mean',
  maxFalseAccept = 0.01,
  people = known,
): FittedClassifier =>
  trainClassifier(
    people.flatMap(({ embeddings }) => embeddings.slice(0, 4)),
    people.flatMap(({ name }) => Array.from({ length: 4 }, () => name)),
    { pack, maxDistance: 0.5, kind, openSet: { calibration, maxFalseAccept } },
  );

for (const kind of ['svm', 'linear', 'neighbors', 'mean'] as const) {
  test(`${kind}: people keep their names, strangers get none and are told why`, () => {
    const classifier = trained(kind);
    const kept = known.filter(({ name, embeddings }) => {
      const answer = classifier.predict(embeddings[4]!);
      return answer.known && answer.name === name && answer.certainty! > 0.5;
    });
    assert.ok(kept.length >= 8, `${kept.length} of 10`);
    const answers = strangers.map(({ embeddings }) => classifier.predict(embeddings[0]!));
    assert.ok(answers.filter((answer) => answer.known).length <= 3);
    for (const answer of answers) {
      assert.equal(answer.known, answer.unknown === undefined);
      assert.ok(answer.falseAcceptRate! >= 0 && answer.falseAcceptRate! <= 1);
      if (answer.unknown?.kind === 'too-far') assert.ok(answer.falseAcceptRate! > 0.01);
    }
  });

  test(`${kind}: the calibration is kept in the file, and another rate can be asked for`, () => {
    const classifier = trained(kind, 0.02);
    const read = classifierFromText(classifierToText(classifier));
    assert.equal(read.maxFalseAccept, 0.02);
    assert.deepEqual(read.calibration, calibration);
    const face = strangers[0]!.embeddings[0]!;
    assert.deepEqual(read.predict(face), classifier.predict(face));
    const lax = read.withMaxFalseAccept(1);
    for (const { embeddings } of strangers.slice(0, 20)) {
      assert.notEqual(lax.predict(embeddings[0]!).unknown?.kind, 'too-far');
    }
    assert.equal(classifierToText(read), classifierToText(classifier));
  });
}

test('the same person under two names is answered with both', () => {
  const [one] = known;
  const twins = [{ ...one!, name: 'ANNA' }, { ...one!, name: 'MARIA' }, ...known.slice(1)];
  const answer = trained('mean', 0.01, twins).predict(one!.embeddings[4]!);
  assert.equal(answer.known, false);
  assert.equal(answer.unknown?.kind, 'too-alike');
  assert.deepEqual(answer.unknown?.kind === 'too-alike' && [...answer.unknown.names].sort(), [
    'ANNA',
    'MARIA',
  ]);
});

test('one person alone: known, and strangers are still strangers', () => {
  const classifier = trained('mean', 0.01, known.slice(0, 1));
  assert.equal(classifier.predict(known[0]!.embeddings[4]!).known, true);
  assert.ok(strangers.filter(({ embeddings }) => classifier.predict(embeddings[0]!).known).length <= 3);
});

test('without a calibration the distance decides, and no rate can be chosen', () => {
  const [first] = known;
  const classifier = trainClassifier([first!.embeddings[0]!], ['A'], { pack, maxDistance: 0.5 });
  const answer = classifier.predict(first!.embeddings[1]!);
  assert.deepEqual([answer.known, answer.certainty, answer.falseAcceptRate], [true, undefined, undefined]);
  assert.throws(() => classifier.withMaxFalseAccept(0.01), { code: 'CALIBRATION_MISSING' });
});

test('a calibration of another pack and a rate that it cannot promise are refused', () => {
  const faces = known.map(({ embeddings }) => embeddings[0]!);
  const names = known.map(({ name }) => name);
  const common = { maxDistance: 0.5, kind: 'mean' } as const;
  assert.throws(() => trainClassifier(faces, names, { ...common, pack: 'other', openSet: { calibration } }), {
    code: 'PACK_MISMATCH',
  });
  for (const maxFalseAccept of [1e-7, 0, 2, Number.NaN]) {
    const openSet = { calibration, maxFalseAccept };
    assert.throws(() => trainClassifier(faces, names, { ...common, pack, openSet }), {
      code: 'OPTION_INVALID',
    });
  }
  const text = classifierToText(trained('mean'));
  for (const [from, to] of [
    ['"maxFalseAccept": 0.01', '"maxFalseAccept": 1e-9'],
    ['"visage-calibration"', '"x"'],
    ['"people": 240', '"people": 1'],
  ] as const) {
    assert.ok(text.includes(from), from);
    assert.throws(() => classifierFromText(text.replace(from, to)), { code: 'CLASSIFIER_INVALID' }, from);
  }
});
