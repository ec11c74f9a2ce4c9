import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import {
  mostPeopleForPairs,
  requirePack,
  trainClassifier,
  type ClassifierKind,
  type FittedClassifier,
  type TrainOptions,
} from '../../src/classify/index.ts';
import { distance, mean, Random, unit } from '../../src/kernel/index.ts';
import { makePeople, type People } from './support/people.ts';

const kinds = ['svm', 'linear', 'neighbors', 'mean'] as const;
const pack = { pack: 'bundled', maxDistance: 0.9 };
const train = (people: Pick<People, 'embeddings' | 'names'>, options: Partial<TrainOptions> = {}) =>
  trainClassifier(people.embeddings, people.names, { ...pack, ...options });

function checkPrediction(classifier: FittedClassifier, embedding: Float32Array): void {
  const { name, probability, candidates, distance } = classifier.predict(embedding);
  assert.ok(classifier.classes.includes(name));
  assert.deepEqual(candidates.map((candidate) => candidate.name).sort(), [...classifier.classes].sort());
  const sum = candidates.reduce((total, candidate) => total + candidate.probability, 0);
  assert.ok(Math.abs(sum - 1) < 1e-9, `probabilities sum to ${sum}`);
  for (const [i, candidate] of candidates.entries()) {
    assert.ok(candidate.probability >= 0 && candidate.probability <= 1);
    if (i > 0) assert.ok(candidate.probability <= candidates[i - 1]!.probability);
  }
  assert.equal(probability, candidates.find((candidate) => candidate.name === name)!.probability);
  assert.ok(distance >= 0 && distance <= 2 + 1e-6);
}

for (const kind of kinds) {
  test(`${kind}: names new faces of the people it learned`, () => {
    const people = makePeople([6, 3, 8, 5, 2]);
    const classifier = train(people, { kind });
    assert.equal(classifier.kind, kind);
    assert.equal(classifier.note, undefined);
    assert.deepEqual(
      classifier.people.map(({ faces }) => faces),
      [6, 3, 8, 5, 2],
    );
    for (const [i, probe] of people.probes.entries()) {
      checkPrediction(classifier, probe);
      const { name, probability, candidates, known } = classifier.predict(probe);
      assert.equal(name, people.probeNames[i]);
      assert.equal(candidates[0]!.name, name);
      // Two faces of a person calibrate cautiously; among five people chance is 0.2.
      assert.ok(probability > 0.4, `probability ${probability}`);
      assert.ok(known);
      // A stranger is far from everybody, whatever the probability says.
      const stranger = makePeople([1], 32, 99).embeddings[0]!;
      assert.ok(!classifier.predict(stranger).known);
    }
  });

  test(`${kind}: the length of an embedding does not matter, and a zero one is answered`, () => {
    const people = makePeople([4, 4, 4]);
    const classifier = train(people, { kind });
    const probe = people.probes[1]!;
    const [plain, long] = [classifier.predict(probe), classifier.predict(probe.map((value) => value * 1024))];
    assert.deepEqual(plain, long);
    checkPrediction(classifier, new Float32Array(32));
  });

  test(`${kind}: the order of faces does not change an answer, renaming people only renames it`, () => {
    const people = makePeople([4, 3, 5], 8, 4, 0.7);
    const plain = train(people, { kind, seed: 5 });
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const order = [...new Random(seed).permutation(people.names.length)];
        const shuffled = train(
          { embeddings: order.map((i) => people.embeddings[i]!), names: order.map((i) => people.names[i]!) },
          { kind, seed: 5 },
        );
        const renamed = train(
          { embeddings: people.embeddings, names: people.names.map((name) => `the ${name}`) },
          { kind, seed: 5 },
        );
        for (const probe of people.probes) {
          const prediction = plain.predict(probe);
          const other = shuffled.predict(probe);
          // The folds of the calibration go by place, so probabilities may differ; names and distances may not.
          assert.equal(other.name, prediction.name);
          assert.ok(Math.abs(other.distance - prediction.distance) < 1e-6);
          const again = renamed.predict(probe);
          assert.equal(again.name, `the ${prediction.name}`);
          assert.equal(again.probability, prediction.probability);
        }
      }),
      { numRuns: 10 },
    );
  });

  test(`${kind}: the same seed gives the same classifier`, () => {
    const people = makePeople([4, 3, 5], 8, 4, 0.7);
    assert.deepEqual(train(people, { kind, seed: 7 }).toJSON(), train(people, { kind, seed: 7 }).toJSON());
  });

  test(`${kind}: one face of each person is enough`, () => {
    for (const faces of [
      [1, 1, 1, 1],
      [1, 5, 1, 4],
      [1, 1],
    ]) {
      const people = makePeople(faces);
      const classifier = train(people, { kind });
      for (const [i, probe] of people.probes.entries()) {
        checkPrediction(classifier, probe);
        const { name, candidates } = classifier.predict(probe);
        assert.equal(name, people.probeNames[i]);
        assert.equal(
          candidates[0]!.name,
          name,
          `${kind} with ${faces.join()} faces turns probabilities round`,
        );
      }
    }
  });

  test(`${kind}: a single person is always answered, and the distance tells strangers`, () => {
    for (const faces of [1, 6]) {
      const people = makePeople([faces]);
      const classifier = train(people, { kind });
      const known = classifier.predict(people.probes[0]!);
      const stranger = classifier.predict(makePeople([1], 32, 99).embeddings[0]!);
      assert.equal(known.probability, 1);
      assert.equal(stranger.probability, 1);
      assert.ok(known.distance < 0.8 && stranger.distance > 0.8);
      if (kind === 'svm' || kind === 'linear') {
        assert.equal(classifier.kind, 'mean');
        assert.match(classifier.note!, /Only one person/);
      }
    }
  });

  test(`${kind}: identical faces under two names are equally likely`, () => {
    const row = Float32Array.of(0.3, -2, 1);
    const classifier = train({ embeddings: [row, row, row, row], names: ['a', 'b', 'a', 'b'] }, { kind });
    checkPrediction(classifier, row);
    assert.ok(Math.abs(classifier.predict(row).probability - 0.5) < 0.2);
    const zeros = [new Float32Array(3), new Float32Array(3)];
    checkPrediction(train({ embeddings: zeros, names: ['a', 'b'] }, { kind }), row);
  });

  test(`${kind}: any text is a name`, () => {
    const odd = ['__proto__', 'constructor', '😀', 'x'.repeat(10_000), '', ' ', '\u0000', '\ud800', '"\\\n'];
    const people = makePeople(odd.map(() => 2));
    const names = people.names.map((name) => odd[Number(name.slice('person '.length))]!);
    const classifier = train({ embeddings: people.embeddings, names }, { kind });
    assert.equal(classifier.classes.length, odd.length);
    for (const [i, probe] of people.probes.entries()) assert.equal(classifier.predict(probe).name, odd[i]);
  });
}

test('distances are to the unit mean of the answer, for neighbours to its nearest example', () => {
  const people = makePeople([4, 3, 5]);
  for (const kind of kinds) {
    const classifier = train(people, { kind });
    for (const probe of people.probes) {
      const prediction = classifier.predict(probe);
      const own = people.embeddings
        .filter((_, i) => people.names[i] === prediction.name)
        .map((row) => unit(row));
      const expected =
        kind === 'neighbors'
          ? Math.min(...own.map((row) => distance(row, unit(probe))))
          : distance(unit(mean(own)), unit(probe));
      assert.ok(Math.abs(prediction.distance - expected) < 1e-6);
    }
  }
});

test('auto is svm, and linear from a number of people on, which it says', () => {
  const few = train(makePeople([2, 2, 2]));
  assert.equal(few.kind, 'svm');
  const many = makePeople(
    Array.from({ length: mostPeopleForPairs + 1 }, () => 2),
    16,
    1,
    0.2,
  );
  const classifier = train(many);
  assert.equal(classifier.kind, 'linear');
  assert.match(classifier.note!, /101 people.*instead of 5050/);
  const right = many.probes.filter((probe, i) => classifier.predict(probe).name === many.probeNames[i]);
  assert.ok(right.length >= 95, `${right.length} of 101`);
});

test('a person with one photo is not drowned by people with many, unless asked for plain weights', () => {
  for (const kind of ['svm', 'linear'] as const) {
    let [balanced, plain] = [0, 0];
    for (let seed = 0; seed < 10; seed++) {
      const people = makePeople([1, 20, 20, 20], 16, seed, 0.6);
      const isRight = (classWeight: 'balanced' | 'none'): number => {
        const { name, candidates } = train(people, { kind, classWeight }).predict(people.probes[0]!);
        return Number(name === 'person 0') + Number(candidates[0]!.name === 'person 0');
      };
      balanced += isRight('balanced');
      plain += isRight('none');
    }
    assert.ok(balanced >= 18 && plain < balanced, `${kind}: ${balanced} against ${plain} of 20`);
  }
});

test('with equally many photos of everybody balancing changes nothing', () => {
  const people = makePeople([4, 4, 4], 8, 2, 1);
  for (const kind of ['svm', 'linear'] as const) {
    const [a, b] = (['balanced', 'none'] as const).map((classWeight) => train(people, { kind, classWeight }));
    assert.deepEqual(a!.toJSON(), b!.toJSON());
  }
});

test('options reach the model', () => {
  const people = makePeople([4, 4], 8, 2, 1.5);
  const rbf = train(people, { kind: 'svm', kernel: 'rbf', gamma: 2 }).toJSON();
  const svc = rbf.model.svc as { kernel: string; gamma: number };
  assert.deepEqual([svc.kernel, svc.gamma], ['rbf', 2]);
  const neighbors = train(people, { kind: 'neighbors', neighbors: 3, weights: 'uniform' }).toJSON();
  assert.deepEqual([neighbors.model.neighbors, neighbors.model.weights], [3, 'uniform']);
  for (const kind of ['svm', 'linear'] as const) {
    const [soft, hard] = [0.01, 100].map((C) => JSON.stringify(train(people, { kind, C }).toJSON().model));
    assert.notEqual(soft, hard);
  }
});

test('what cannot be learned from is a coded error with advice', () => {
  const row = Float32Array.of(1, 0);
  const bad: [Float32Array[], string[], RegExp][] = [
    [[], [], /there are no faces/],
    [[row, row], ['a'], /2 embeddings and 1 labels/],
    [[row, Float32Array.of(1)], ['a', 'b'], /embedding 1 has 1 numbers and embedding 0 has 2/],
    [[row, Float32Array.of(1, Number.NaN)], ['a', 'b'], /embedding 1 holds NaN/],
    [[row, Float32Array.of(1, -Infinity)], ['a', 'b'], /embedding 1 holds -Infinity/],
    [[new Float32Array(0)], ['a'], /embedding 0 has no numbers/],
    [[row, row], ['a', null as unknown as string], /name 1 is null/],
    [[row, [1, 0] as unknown as Float32Array], ['a', 'b'], /embedding 1 is not a Float32Array/],
  ];
  for (const kind of ['auto', ...kinds] as const) {
    for (const [embeddings, names, message] of bad) {
      assert.throws(
        () => train({ embeddings, names }, { kind }),
        (error: { code: string; message: string; hint: string }) => {
          assert.equal(error.code, 'FIT_INVALID');
          assert.match(error.message, message);
          assert.notEqual(error.hint, '');
          return true;
        },
      );
    }
  }
  const people = makePeople([2, 2]);
  const wrong: Partial<Record<keyof TrainOptions, unknown>>[] = [
    { kind: 'forest' },
    { maxDistance: 0 },
    { maxDistance: 2.5 },
    { maxDistance: Number.NaN },
    { seed: 0.5 },
    { C: 0 },
    { kind: 'svm', kernel: 'rbf', gamma: 0 },
    { neighbors: -1 },
    { pack: '' },
    { pack: undefined },
  ];
  for (const options of wrong) {
    assert.throws(() => train(people, options as Partial<TrainOptions>), { code: 'OPTION_INVALID' });
  }
  assert.throws(() => train(people, { c: 1 } as object), { code: 'OPTION_UNKNOWN' });
});

test('an embedding of another size or with NaN is refused', () => {
  const classifier = train(makePeople([2, 2]));
  assert.throws(() => classifier.predict(new Float32Array(16)), {
    code: 'PREDICT_INVALID',
    message: /32.*16/,
  });
  const odd = new Float32Array(32).fill(Number.NaN);
  assert.throws(() => classifier.predict(odd), { code: 'PREDICT_INVALID' });
});

test('a classifier of another pack is refused', () => {
  const classifier = train(makePeople([2, 2]));
  requirePack(classifier, 'bundled');
  assert.throws(() => requirePack(classifier, 'facenet-128', 'c.json'), {
    code: 'PACK_MISMATCH',
    message: /^c\.json belongs to pack bundled, but pack facenet-128/,
  });
});

test('a listener hears of the work and can stop it', () => {
  for (const kind of ['svm', 'linear', 'mean'] satisfies ClassifierKind[]) {
    const controller = new AbortController();
    let heard = 0;
    const options: Partial<TrainOptions> = {
      kind,
      signal: controller.signal,
      progress: ({ done, total }) => {
        heard++;
        assert.ok(done <= total!);
      },
    };
    const people = makePeople([3, 3, 3]);
    train(people, options);
    assert.ok(heard > 0);
    controller.abort();
    assert.throws(() => train(people, options), { code: 'INTERRUPTED' });
  }
});
