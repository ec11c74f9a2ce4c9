import type { Calibration } from '../calibrate/index.ts';
import {
  checkOptions,
  visageError,
  type OptionSchema,
  type OptionsOf,
  type ProgressListener,
} from '../kernel/index.ts';
import { FittedClassifier } from './fitted-classifier.ts';
import { LabelEncoder } from './label-encoder.ts';
import { LinearModel } from './linear-model.ts';
import { NearestMean } from './nearest-mean.ts';
import { NearestNeighbors, neighborWeights } from './neighbors.ts';
import { normalizeRows } from './normalizer.ts';
import { type CalibrationFolds, SvmModel } from './svm-model.ts';
import { checkTrainingRows, countLabels } from './training-rows.ts';
import type { Model } from './verdict.ts';

/**
 * With more people than this `auto` takes the one-vs-rest linear SVM. Measured with 10 faces of 128 numbers a
 * person (made-up people, all new faces named rightly by both; processor time of one thread of a busy 2-core machine):
 *
 * | people | fit, svm / linear | name one face | file |
 * |---|---|---|---|
 * | 50 | 0.3 / 0.3 s | 1.0 / 0.1 ms | 1.4 / 0.2 MB |
 * | 100 | 0.6 / 0.8 s | 0.8 / 0.2 ms | 3.8 / 0.3 MB |
 * | 200 | 1.9 / 3.0 s | 2.5 / 0.2 ms | 11.5 / 0.7 MB |
 *
 * With so few faces a person fitting the pairs is even the quicker; what the pairs cost is time for each face,
 * memory and the size of the file, all of which grow with the square of the number of people.
 */
export const mostPeopleForPairs = 100;

/** Constraints and defaults of the plain options of {@link trainClassifier}. */
export const trainSchema = {
  kind: {
    type: 'choice',
    choices: ['auto', 'svm', 'linear', 'neighbors', 'mean'],
    default: 'auto',
    description: `Kind of classifier; auto: svm, above ${mostPeopleForPairs} people linear, for one person mean.`,
  },
  maxDistance: {
    type: 'number',
    exclusiveMin: 0,
    max: 2,
    default: 1,
    description:
      'Distance between unit embeddings beyond which a face is unknown; the pack states its own. 2: never.',
  },
  seed: {
    type: 'number',
    integer: true,
    min: 0,
    max: 0xffffffff,
    default: 0,
    description: 'Seed of everything random; the same seed gives the same classifier.',
  },
  C: {
    type: 'number',
    exclusiveMin: 0,
    default: 1,
    description: 'svm, linear: cost of a face on the wrong side.',
  },
  kernel: {
    type: 'choice',
    choices: ['linear', 'rbf'],
    default: 'linear',
    description: 'svm: how embeddings are compared.',
  },
  classWeight: {
    type: 'choice',
    choices: ['balanced', 'none'],
    default: 'balanced',
    description:
      'svm, linear: balanced: all people count alike, however many photos they have; none: all photos do, as in plain SVC.',
  },
  neighbors: {
    type: 'number',
    integer: true,
    min: 0,
    default: 0,
    description: 'neighbors: examples that vote; 0: as many as the person with the fewest has, at most 5.',
  },
  weights: {
    type: 'choice',
    choices: neighborWeights,
    default: 'distance',
    description: 'neighbors: whether a vote weighs 1 / distance or all weigh the same.',
  },
} as const satisfies OptionSchema;

/** Options of {@link trainClassifier}. */
export interface TrainOptions extends Partial<OptionsOf<typeof trainSchema>> {
  /** Name of the pack that made the embeddings. */
  readonly pack: string;
  /** Distance between unit embeddings, above 0 to 2, beyond which a face is unknown; see the pack. */
  readonly maxDistance: number;
  /**
   * What the distances of the pack mean, and the share of strangers that may be given a name (default 0.001);
   * absent: `maxDistance` alone decides whether a face is known.
   */
  readonly openSet?: { readonly calibration: Calibration; readonly maxFalseAccept?: number } | undefined;
  /** svm with kernel rbf: a number above 0, `scale` (default) or `auto`; as scikit-learn's. */
  readonly gamma?: number | 'scale' | 'auto';
  /** svm: which faces are held out together where probabilities are calibrated; default `stratified`. */
  readonly calibration?: CalibrationFolds;
  readonly progress?: ProgressListener | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * How the original system trains: scikit-learn's `SVC(kernel='linear', probability=True)` on embeddings of
 * unit length. It has no unknown people, so everybody is named.
 */
export const referenceTraining = {
  kind: 'svm',
  kernel: 'linear',
  C: 1,
  classWeight: 'none',
  calibration: 'shuffled',
  maxDistance: 2,
} as const satisfies Partial<TrainOptions>;

/** Stands in the classifier, which does not say otherwise how it was trained. */
const referenceNote =
  'Trained as the original system: linear SVM, one against one, C 1, no class weights, probabilities from five shuffled folds, nobody unknown.';

const isReference = (options: Readonly<Record<string, unknown>>): boolean =>
  Object.entries(referenceTraining).every(([name, value]) => options[name] === value);

/**
 * Learns to name people from embeddings of their faces. Embeddings are brought to unit length first.
 *
 * - `svm`: one-versus-one SVM with Platt probabilities: k(k−1)/2 machines for k people.
 * - `linear`: one-versus-rest linear SVM with calibrated probabilities: k machines.
 * - `neighbors`: the nearest examples vote.  - `mean`: the nearest mean face.
 * - `auto` (default): `svm`, with more than {@link mostPeopleForPairs} people `linear`.
 *
 * The SVMs give every person the same weight (`classWeight: 'balanced'`): otherwise somebody with one photo
 * loses to those with many. (Six people, one of them with a single photo, the others with 14 to 22: of the 30
 * validation photos of the one in turn, balanced names 30, plain weights 0.) Where all have equally many it
 * makes no difference; `none` is scikit-learn's default and the original system's.
 *
 * An SVM needs somebody to tell a person from: for one person alone `svm`, `linear` and `auto` take `mean`;
 * the distance then decides. Whatever was chosen for the caller is told in `note`.
 *
 * @param embeddings as the network gave them: one dimension, finite; at least one
 * @param names whose face each embedding is of; any texts
 * @throws VisageError `FIT_INVALID`, `OPTION_INVALID`, `OPTION_UNKNOWN`, `PACK_MISMATCH`, `INTERRUPTED`
 */
export function trainClassifier(
  embeddings: readonly Float32Array[],
  names: readonly string[],
  { pack, gamma, calibration = 'stratified', openSet, progress, signal, ...plain }: TrainOptions,
): FittedClassifier {
  const options = checkOptions('trainClassifier', trainSchema, plain);
  checkPack(pack);
  const dimension = checkTrainingRows('trainClassifier', embeddings, names.length);
  checkNames(names);
  const encoder = new LabelEncoder(names);
  const labels = encoder.encodeAll(names);
  const classCount = encoder.classes.length;
  const rows = normalizeRows(embeddings);
  const { seed, maxDistance, C, kernel, classWeight } = options;
  const { kind, note = isReference({ ...options, calibration }) ? referenceNote : undefined } = chooseKind(
    options.kind,
    classCount,
  );
  const watch = { progress, signal };

  let model: Model;
  if (kind === 'svm') {
    const svcOptions = {
      C,
      kernel,
      classWeight: classWeight === 'none' ? null : classWeight,
      ...(gamma === undefined ? {} : { gamma }),
      calibration,
    };
    model = SvmModel.fit(rows, labels, classCount, svcOptions, seed, watch);
  } else if (kind === 'linear') {
    model = LinearModel.fit(rows, labels, classCount, { C, classWeight }, seed, watch);
  } else if (kind === 'neighbors') {
    const { neighbors, weights } = options;
    model = new NearestNeighbors({ neighbors, weights }).fit(rows, labels);
  } else {
    model = new NearestMean({ maxDistance, seed }).fit(rows, labels, watch);
  }

  const faces = countLabels(labels, classCount);
  const people = encoder.classes.map((name, c) => ({ name, faces: faces[c]! }));
  return new FittedClassifier({ pack, dimension, maxDistance, seed, people, model, note, ...openSet });
}

function chooseKind(
  asked: OptionsOf<typeof trainSchema>['kind'],
  people: number,
): { kind: Model['kind']; note?: string } {
  if (people === 1 && asked !== 'neighbors' && asked !== 'mean') {
    const note = 'Only one person: a nearest-mean classifier, since there is nobody to tell them from.';
    return { kind: 'mean', note };
  }
  if (asked !== 'auto') return { kind: asked };
  if (people <= mostPeopleForPairs) return { kind: 'svm' };
  const pairs = (people * (people - 1)) / 2;
  const note = `${people} people: one linear machine each instead of ${pairs} for all pairs (limit: ${mostPeopleForPairs} people).`;
  return { kind: 'linear', note };
}

function checkPack(pack: unknown): void {
  if (typeof pack === 'string' && pack !== '') return;
  const got = JSON.stringify(pack) ?? typeof pack;
  throw visageError('OPTION_INVALID', {
    owner: 'trainClassifier',
    option: 'pack',
    got,
    allowed: 'the name of a pack',
  });
}

function checkNames(names: readonly unknown[]): void {
  for (const [i, name] of names.entries()) {
    if (typeof name === 'string') continue;
    throw visageError('FIT_INVALID', {
      owner: 'trainClassifier',
      reason: `name ${i} is ${name === null ? 'null' : `a ${typeof name}`}`,
      advice: 'Give the name of each face as a text.',
    });
  }
}
