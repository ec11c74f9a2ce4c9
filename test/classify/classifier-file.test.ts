import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import * as fc from 'fast-check';
import {
  classifierFromJSON,
  classifierFromText,
  classifierToText,
  loadClassifier,
  saveClassifier,
  trainClassifier,
  type FittedClassifier,
  type TrainOptions,
} from '../../src/classify/index.ts';
import { Random, VisageError } from '../../src/kernel/index.ts';
import { exactFloat32 } from '../../src/classify/exact-numbers.ts';
import { makePeople } from './support/people.ts';

const folder = await mkdtemp(join(tmpdir(), 'visage-classifier-'));
after(() => rm(folder, { recursive: true, force: true }));

const people = makePeople([3, 1, 4], 6, 8, 0.6);
const variants: Partial<TrainOptions>[] = [
  { kind: 'svm' },
  { kind: 'svm', kernel: 'rbf' },
  { kind: 'linear' },
  { kind: 'neighbors' },
  { kind: 'mean' },
];
const classifiers = variants.map((options) =>
  trainClassifier(people.embeddings, people.names, {
    pack: 'bundled',
    maxDistance: 0.7,
    seed: 3,
    ...options,
  }),
);
const label = ({ kind }: FittedClassifier, i: number): string => `${i} (${kind})`;

for (const [i, classifier] of classifiers.entries()) {
  test(`classifier ${label(classifier, i)}: text and JSON bring back the very same numbers`, () => {
    const text = classifierToText(classifier);
    for (const copy of [
      classifierFromText(text),
      classifierFromJSON(JSON.parse(JSON.stringify(classifier))),
    ]) {
      assert.deepEqual(copy.toJSON(), classifier.toJSON());
      assert.equal(classifierToText(copy), text);
      for (const probe of people.probes) assert.deepEqual(copy.predict(probe), classifier.predict(probe));
    }
  });

  test(`classifier ${label(classifier, i)}: the text is readable`, () => {
    const lines = classifierToText(classifier).split('\n');
    assert.deepEqual(lines.slice(0, 3), ['{', '  "format": "visage-classifier",', '  "version": 1,']);
    assert.ok(lines.includes('    { "name": "person 0", "faces": 3 },'));
    // A list of numbers is one line; of six float32 numbers at most nine digits each.
    const rows = lines.filter((line) => /^ +\[-?\d/.test(line));
    assert.ok(rows.length >= 3);
    const means = lines.slice(lines.findIndex((line) => /"(means|examples)"/.test(line)) + 1);
    assert.ok(means[0]!.length < 100, means[0]);
  });
}

test('people of any name, one alone too, survive a file', async () => {
  const odd = ['__proto__', '😀', 'x'.repeat(10_000), '', '\u0000-0', '\ud800', '"\\\n', '\u2028'];
  for (const names of [odd, ['solo']]) {
    const { embeddings } = makePeople(names.map(() => 1));
    const classifier = trainClassifier(embeddings, names, { pack: 'Ж', maxDistance: 2 });
    const path = join(folder, 'odd.json');
    await saveClassifier(path, classifier);
    const copy = await loadClassifier(path);
    assert.deepEqual(copy.classes, classifier.classes);
    assert.equal(copy.note, classifier.note);
    assert.equal(copy.pack, 'Ж');
    assert.deepEqual(copy.predict(embeddings[0]!), classifier.predict(embeddings[0]!));
  }
});

test('saving replaces the file whole and leaves nothing beside it', async () => {
  const path = join(folder, 'classifier.json');
  await saveClassifier(path, classifiers[0]!);
  await saveClassifier(path, classifiers[4]!);
  assert.equal(await readFile(path, 'utf8'), classifierToText(classifiers[4]!));
  assert.deepEqual(
    (await readdir(folder)).filter((name) => name.endsWith('.tmp')),
    [],
  );
  await assert.rejects(saveClassifier(join(folder, 'no', 'such.json'), classifiers[0]!), {
    code: 'FILE_UNWRITABLE',
  });
});

test('files that are missing, folders or no JSON are coded errors', async () => {
  await assert.rejects(loadClassifier(join(folder, 'absent.json')), { code: 'FILE_NOT_FOUND' });
  await assert.rejects(loadClassifier(folder), { code: 'FILE_UNREADABLE' });
  const path = join(folder, 'bad.json');
  for (const content of ['', '{', 'PK\u0003\u0004', 'null', '[]', '{}', '"x"', '\ufffd\u0000']) {
    await writeFile(path, content);
    await assert.rejects(loadClassifier(path), {
      code: 'CLASSIFIER_INVALID',
      message: new RegExp(`bad\\.json is not a classifier of Visage: `),
    });
  }
});

type Json = Record<string, unknown>;
const asJson = (classifier: FittedClassifier): Json => JSON.parse(JSON.stringify(classifier)) as Json;

test('what is wrong is said, and where', () => {
  const change = (i: number, edit: (json: Json, model: Json) => void): Json => {
    const json = asJson(classifiers[i]!);
    edit(json, json.model as Json);
    return json;
  };
  const cases: [Json, RegExp][] = [
    [change(0, (json) => (json.format = 'other')), /format: expected "visage-classifier", got "other"/],
    [change(0, (json) => (json.version = 2)), /version: expected 1/],
    [change(0, (json) => delete json.pack), /pack is missing/],
    [change(0, (json) => (json.kind = 'toString')), /kind: expected "svm" or/],
    [change(0, (json) => (json.kind = 'mean')), /model\.scale is missing/],
    [change(0, (json) => (json.maxDistance = 0)), /maxDistance: expected a finite number/],
    [change(0, (json) => (json.seed = -1)), /seed: expected a whole number/],
    [change(0, (json) => (json.normalizer = 'l1')), /normalizer/],
    [change(0, (json) => (json.dimension = 7)), /dimension: expected 7, got 6/],
    [
      change(4, (json) => (json.dimension = 1e9)),
      /means\[0\]: expected 1000000000 finite numbers, got a list of 6/,
    ],
    [
      change(0, (json) => (json.classes as unknown[]).reverse()),
      /classes\[1\]: expected a name that sorts after/,
    ],
    [change(0, (json) => (json.classes as unknown[]).pop()), /supportCounts: expected 2 classes/],
    [change(4, (json) => (json.classes = [])), /classes: expected at least 1/],
    [change(4, (_, model) => ((model.means as number[][])[1]![2] = null as never)), /means\[1\].*with null/],
    [change(4, (_, model) => (model.scale = -1)), /scale: expected a finite number from 0/],
    [change(3, (_, model) => (model.neighbors = 9)), /neighbors: expected a whole number from 1 up to 8/],
    [
      change(3, (_, model) => (model.labels = [0, 0, 0, 1, 1, 1, 1, 1])),
      /labels: expected an example of each/,
    ],
    [change(2, (_, model) => ((model.weights as number[][])[0] = [1])), /weights\[0\]: expected 6 finite/],
    [change(2, (_, model) => ((model.weights as number[][])[0]![0] = 1e300)), /numbers of float32/],
    [change(2, (_, model) => (model.intercepts = 'x')), /intercepts: expected 3 finite numbers, got "x"/],
    [change(0, (_, model) => delete model.sigmoids), /sigmoids/],
  ];
  for (const [json, message] of cases) {
    assert.throws(() => classifierFromJSON(json, 'c.json'), { code: 'CLASSIFIER_INVALID', message });
  }
});

/** All places in a JSON document, as paths. */
function places(json: unknown, path: readonly (string | number)[] = []): (readonly (string | number)[])[] {
  if (typeof json !== 'object' || json === null) return [path];
  return [path, ...Object.entries(json).flatMap(([key, value]) => places(value, path.concat(key)))];
}

test('a damaged classifier is refused or works: no crash, no hang, no NaN', () => {
  const probe = people.probes[0]!;
  const strange = fc.oneof(
    fc.constantFrom<unknown>(null, true, '', 'svm', [], {}, [[]], -1, 0, 0.5, 3, 1e9, 1e308, -1e308, 5e-324),
    fc.jsonValue(),
  );
  let refused = 0;
  fc.assert(
    fc.property(fc.nat(classifiers.length - 1), fc.nat(), strange, fc.boolean(), (which, at, value, drop) => {
      const json = asJson(classifiers[which]!);
      const all = places(json).slice(1);
      const path = all[at % all.length]!;
      const parent = path.slice(0, -1).reduce<unknown>((node, key) => (node as Json)[key], json) as Json;
      const key = path.at(-1)!;
      if (drop && Array.isArray(parent)) parent.splice(Number(key), 1);
      else if (drop) delete parent[key];
      else parent[key] = value;
      try {
        const { probability, candidates, distance } = classifierFromJSON(json).predict(probe);
        assert.ok(probability >= 0 && probability <= 1 && distance >= 0);
        assert.ok(candidates.every((candidate) => candidate.probability >= 0));
      } catch (error) {
        assert.ok(error instanceof VisageError, String(error));
        assert.ok(['CLASSIFIER_INVALID', 'PREDICT_INVALID'].includes(error.code), String(error));
        refused++;
      }
    }),
    { numRuns: 1500 },
  );
  assert.ok(refused > 300);
});

test('a text cut or with a changed byte is refused or works', () => {
  const random = new Random(1);
  for (const classifier of classifiers) {
    const text = classifierToText(classifier);
    for (let run = 0; run < 150; run++) {
      const at = random.integer(text.length);
      const damaged =
        run % 2
          ? text.slice(0, at)
          : text.slice(0, at) + random.choice(Array.from('0-9.eE[]{}",x')) + text.slice(at + 1);
      try {
        classifierFromText(damaged);
      } catch (error) {
        assert.ok(error instanceof VisageError && error.code === 'CLASSIFIER_INVALID', String(error));
      }
    }
  }
});

test('float32 numbers keep their value in at most nine digits', () => {
  fc.assert(
    fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), (value) => {
      const short = exactFloat32(value);
      assert.ok(Object.is(Math.fround(short), value));
      const digits = String(short)
        .replace(/e.*/, '')
        .replace(/[-.]/g, '')
        .replace(/^0+/, '')
        .replace(/0+$/, '');
      assert.ok(digits.length <= 9, String(short));
    }),
    { numRuns: 2000 },
  );
});
