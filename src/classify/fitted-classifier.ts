import {
  type Calibration,
  calibrationToJSON,
  checkMaxFalseAccept,
  judgeOpenSet,
  maxFalseAcceptOption,
  openSetScores,
  personTemplate,
  type PersonTemplate,
} from '../calibrate/index.ts';
import { isFiniteVector, unit, visageError } from '../kernel/index.ts';
import type { Classifier, ClassifierKind, Prediction } from './classifier.ts';
import { limitFromMean } from './known-limit.ts';
import { openSetPrediction } from './open-set-prediction.ts';
import type { Normalizer } from './normalizer.ts';
import type { Model } from './verdict.ts';

/** One person that a classifier knows. */
export interface KnownPerson {
  readonly name: string;
  /** Faces that were learned from, at least 1. */
  readonly faces: number;
}

/** Everything that a classifier consists of. */
export interface ClassifierParts {
  readonly pack: string;
  readonly dimension: number;
  readonly maxDistance: number;
  readonly seed: number;
  /** In class order: sorted by code point. */
  readonly people: readonly KnownPerson[];
  readonly model: Model;
  /** What distances mean; absent: `maxDistance` alone says whether a face is known. */
  readonly calibration?: Calibration | undefined;
  /** With a calibration: the share of strangers that may be given a name; default 0.001. */
  readonly maxFalseAccept?: number | undefined;
  /** What a person should know about how it came about, e.g. why the model is of this kind. */
  readonly note?: string | undefined;
}

/** A classifier as JSON; `classifierFromJSON` reads it. */
export interface ClassifierJSON {
  readonly format: 'visage-classifier';
  readonly version: 1;
  readonly kind: ClassifierKind;
  readonly note?: string;
  readonly pack: string;
  readonly dimension: number;
  readonly maxDistance: number;
  readonly maxFalseAccept?: number;
  readonly calibration?: unknown;
  readonly seed: number;
  readonly normalizer: Normalizer;
  readonly classes: readonly KnownPerson[];
  readonly model: Readonly<Record<string, unknown>>;
}

/**
 * A classifier that can be used: brings embeddings to unit length, asks its model, and says whether the answer
 * holds: with a calibration by the false accept rate, without one by the distance.
 */
export class FittedClassifier implements Classifier, ClassifierParts {
  readonly pack: string;
  readonly dimension: number;
  readonly maxDistance: number;
  readonly seed: number;
  readonly people: readonly KnownPerson[];
  readonly classes: readonly string[];
  readonly model: Model;
  readonly note: string | undefined;
  readonly calibration?: Calibration;
  readonly maxFalseAccept?: number;
  readonly #parts: ClassifierParts;
  readonly #templates: readonly PersonTemplate[] = [];

  /** @throws VisageError `PACK_MISMATCH` for a calibration of another pack; `OPTION_INVALID` for a rate that it cannot promise */
  constructor(parts: ClassifierParts) {
    this.#parts = parts;
    this.pack = parts.pack;
    this.dimension = parts.dimension;
    this.maxDistance = parts.maxDistance;
    this.seed = parts.seed;
    this.people = parts.people;
    this.classes = parts.people.map(({ name }) => name);
    this.model = parts.model;
    this.note = parts.note;
    const { calibration } = parts;
    if (calibration === undefined) return;
    const maxFalseAccept = parts.maxFalseAccept ?? maxFalseAcceptOption.maxFalseAccept.default;
    if (calibration.pack !== this.pack || calibration.dimension !== this.dimension) {
      const got = `${calibration.pack} (${calibration.dimension} numbers)`;
      const allowed = `${this.pack} (${this.dimension} numbers)`;
      throw visageError('PACK_MISMATCH', { what: 'The calibration', got, allowed });
    }
    checkMaxFalseAccept('The classifier', calibration, maxFalseAccept);
    this.calibration = calibration;
    this.maxFalseAccept = maxFalseAccept;
    this.#templates = this.model.means.map((mean, c) =>
      personTemplate(calibration, mean, this.people[c]!.faces),
    );
  }

  /**
   * The same classifier with another share of strangers that may be given a name.
   * @throws VisageError `CALIBRATION_MISSING`, `OPTION_INVALID`
   */
  withMaxFalseAccept(maxFalseAccept: number): FittedClassifier {
    if (this.calibration === undefined) throw visageError('CALIBRATION_MISSING', { what: 'The classifier' });
    return new FittedClassifier({ ...this.#parts, maxFalseAccept });
  }

  get kind(): ClassifierKind {
    return this.model.kind;
  }

  predict(embedding: Float32Array): Prediction {
    if (embedding.length !== this.dimension || !isFiniteVector(embedding)) {
      const got = embedding.length === this.dimension ? 'one that is not finite' : embedding.length;
      throw visageError('PREDICT_INVALID', { owner: 'The classifier', allowed: this.dimension, got });
    }
    const face = unit(embedding);
    const { classNumber, probabilities, distance } = this.model.judge(face);
    const candidates = this.classes
      .map((name, c) => ({ name, probability: probabilities[c]! }))
      .sort((a, b) => b.probability - a.probability);
    return {
      name: this.classes[classNumber]!,
      probability: probabilities[classNumber]!,
      candidates,
      distance,
      ...this.#decide(face, classNumber, distance),
    };
  }

  #decide(
    face: Float32Array,
    classNumber: number,
    distance: number,
  ): Pick<Prediction, 'known' | 'unknown' | 'certainty' | 'falseAcceptRate'> {
    const { calibration, maxFalseAccept } = this;
    if (calibration === undefined || maxFalseAccept === undefined) {
      return distance <= this.limitOf(classNumber)
        ? { known: true }
        : { known: false, unknown: { kind: 'too-far' } };
    }
    const scores = openSetScores(calibration, face, this.#templates);
    const answer = judgeOpenSet(calibration, scores, classNumber, this.people.length, maxFalseAccept);
    return openSetPrediction(answer, maxFalseAccept, (index) => this.classes[index]!, classNumber);
  }

  /** How far a face may lie from class `classNumber` and still be named. */
  limitOf(classNumber: number): number {
    const nearestExample = this.kind === 'neighbors';
    return nearestExample
      ? this.maxDistance
      : limitFromMean(this.maxDistance, this.people[classNumber]!.faces);
  }

  toJSON(): ClassifierJSON {
    return {
      format: 'visage-classifier',
      version: 1,
      kind: this.kind,
      ...(this.note === undefined ? {} : { note: this.note }),
      pack: this.pack,
      dimension: this.dimension,
      maxDistance: this.maxDistance,
      ...(this.calibration === undefined
        ? {}
        : { maxFalseAccept: this.maxFalseAccept, calibration: calibrationToJSON(this.calibration) }),
      seed: this.seed,
      normalizer: 'l2',
      classes: this.people,
      model: this.model.toJSON(),
    };
  }
}

/**
 * Checks that a classifier belongs to the pack in use.
 * @param what how the message calls it, e.g. the path of its file
 * @throws VisageError `PACK_MISMATCH`
 */
export function requirePack(classifier: Classifier, pack: string, what: string = 'The classifier'): void {
  if (classifier.pack !== pack) {
    throw visageError('PACK_MISMATCH', { what, got: classifier.pack, allowed: pack });
  }
}
