import { compareCodePoints, VisageError, visageError, JsonNode, JsonProblem } from '../kernel/index.ts';
import { readCalibration } from '../calibrate/index.ts';
import type { Classifier, ClassifierKind } from './classifier.ts';
import { FittedClassifier, type KnownPerson } from './fitted-classifier.ts';
import { LinearModel } from './linear-model.ts';
import { FittedNearestMean } from './nearest-mean.ts';
import { FittedNearestNeighbors } from './neighbors.ts';
import { SvmModel } from './svm-model.ts';
import type { Model } from './verdict.ts';

type Reader = (json: JsonNode, classCount: number, dimension: number) => Model;

/** How a model of each kind is read. */
const readers: Readonly<Record<ClassifierKind, Reader>> = {
  svm: (json, classCount, dimension) => SvmModel.fromJSON(json, classCount, dimension),
  linear: (json, classCount, dimension) => LinearModel.fromJSON(json, classCount, dimension),
  neighbors: (json, classCount, dimension) => FittedNearestNeighbors.fromJSON(json, classCount, dimension),
  mean: (json, classCount, dimension) => FittedNearestMean.fromJSON(json, classCount, dimension),
};
const kinds = Object.keys(readers) as ClassifierKind[];

/** Longest line on which a small object stands whole. */
const widthColumns = 100;

/**
 * A classifier as JSON text that a person can read: each list of numbers on a line of its own, with no more
 * digits than bring the very same numbers back. Ends with a newline.
 */
export function classifierToText(classifier: Classifier): string {
  return `${layOut(classifier.toJSON(), '')}\n`;
}

// JSON.stringify writes −0 as 0, though JSON itself knows it.
const primitive = (value: unknown): string => (Object.is(value, -0) ? '-0' : JSON.stringify(value));

function layOut(value: unknown, indent: string): string {
  if (typeof value !== 'object' || value === null) return primitive(value);
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    const list = value as unknown[];
    if (list.every((item) => typeof item !== 'object' || item === null)) {
      return `[${list.map(primitive).join(', ')}]`;
    }
    return `[\n${list.map((item) => inner + layOut(item, inner)).join(',\n')}\n${indent}]`;
  }
  const fields = Object.entries(value);
  if (fields.every(([, item]) => typeof item !== 'object' || item === null)) {
    const line = `{ ${fields.map(([key, item]) => `${JSON.stringify(key)}: ${primitive(item)}`).join(', ')} }`;
    if (line.length + indent.length <= widthColumns) return line;
  }
  const lines = fields.map(([key, item]) => `${inner}${JSON.stringify(key)}: ${layOut(item, inner)}`);
  return `{\n${lines.join(',\n')}\n${indent}}`;
}

/**
 * Reads what {@link classifierToText} wrote and checks all of it.
 * @param path only for error messages.
 * @throws VisageError `CLASSIFIER_INVALID` that says what is wrong and where
 */
export function classifierFromText(text: string, path: string = 'The text'): FittedClassifier {
  let json: unknown;
  try {
    json = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    const reason = `it is not JSON (${error instanceof Error ? error.message : String(error)})`;
    throw visageError('CLASSIFIER_INVALID', { path, reason }, error);
  }
  return classifierFromJSON(json, path);
}

/**
 * Reads what `toJSON` of a classifier gave and checks all of it.
 * @param path only for error messages.
 * @throws VisageError `CLASSIFIER_INVALID` that says what is wrong and where
 */
export function classifierFromJSON(json: unknown, path: string = 'The JSON'): FittedClassifier {
  try {
    return readClassifier(new JsonNode(json));
  } catch (error) {
    if (error instanceof JsonProblem) {
      throw visageError('CLASSIFIER_INVALID', { path, reason: error.message }, error);
    }
    if (error instanceof VisageError && (error.code === 'PACK_MISMATCH' || error.code === 'OPTION_INVALID')) {
      throw visageError('CLASSIFIER_INVALID', { path, reason: `calibration: ${error.message}` }, error);
    }
    if (error instanceof VisageError && error.code === 'CLASSIFIER_INVALID') {
      throw visageError('CLASSIFIER_INVALID', { path, reason: `model: ${error.slots.reason}` }, error);
    }
    throw error;
  }
}

function readClassifier(json: JsonNode): FittedClassifier {
  if (json.at('format').value !== 'visage-classifier') json.at('format').fail('"visage-classifier"');
  if (json.at('version').value !== 1)
    json.at('version').fail('1, which is what this version of Visage reads');
  const kind = json.at('kind').choice(kinds);
  const pack = json.at('pack').text();
  if (pack === '') json.at('pack').fail('the name of a pack');
  const dimension = json.at('dimension').integer(1);
  const maxDistance = json.at('maxDistance').number(Number.MIN_VALUE, 2);
  const calibration = json.has('calibration') ? readCalibration(json.at('calibration')) : undefined;
  const maxFalseAccept = json.has('maxFalseAccept')
    ? json.at('maxFalseAccept').number(Number.MIN_VALUE, 1)
    : undefined;
  const seed = json.at('seed').integer(0, 0xffffffff);
  json.at('normalizer').choice(['l2']);
  const note = json.has('note') ? json.at('note').text() : undefined;
  const people = readPeople(json.at('classes'));
  const least = kind === 'svm' || kind === 'linear' ? 2 : 1;
  if (people.length < least) json.at('classes').fail(`at least ${least} classes for kind ${kind}`);
  const model = readers[kind](json.at('model'), people.length, dimension);
  checkSense(json.at('model'), model, dimension);
  return new FittedClassifier({
    pack,
    dimension,
    maxDistance,
    seed,
    people,
    model,
    note,
    calibration,
    maxFalseAccept,
  });
}

function readPeople(json: JsonNode): KnownPerson[] {
  const people = json.items().map((item) => ({
    name: item.at('name').text(),
    faces: item.at('faces').integer(1),
  }));
  for (let i = 1; i < people.length; i++) {
    if (compareCodePoints(people[i - 1]!.name, people[i]!.name) >= 0) {
      json.items()[i]!.fail('a name that sorts after the one before it');
    }
  }
  return people;
}

/** Finite numbers can still be so large that probabilities overflow: tries the model once. */
function checkSense(json: JsonNode, model: Model, dimension: number): void {
  const embedding = new Float32Array(dimension).fill(1 / Math.sqrt(dimension));
  const { probabilities, distance } = model.judge(embedding);
  const sum = probabilities.reduce((a, b) => a + b, 0);
  const isSound = Math.abs(sum - 1) < 1e-6 && Number.isFinite(distance);
  if (!isSound) json.fail('numbers that give probabilities');
}
