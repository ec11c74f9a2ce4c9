import { isFiniteVector, unit, visageError } from '../kernel/index.ts';
import type { Classifier, ClassifierKind, Prediction } from './classifier.ts';
import { limitFromMean } from './known-limit.ts';
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
  readonly seed: number;
  readonly normalizer: Normalizer;
  readonly classes: readonly KnownPerson[];
  readonly model: Readonly<Record<string, unknown>>;
}

/** A classifier that can be used: brings embeddings to unit length, asks its model, names the answer. */
export class FittedClassifier implements Classifier, ClassifierParts {
  readonly pack: string;
  readonly dimension: number;
  readonly maxDistance: number;
  readonly seed: number;
  readonly people: readonly KnownPerson[];
  readonly classes: readonly string[];
  readonly model: Model;
  readonly note: string | undefined;

  constructor(parts: ClassifierParts) {
    this.pack = parts.pack;
    this.dimension = parts.dimension;
    this.maxDistance = parts.maxDistance;
    this.seed = parts.seed;
    this.people = parts.people;
    this.classes = parts.people.map(({ name }) => name);
    this.model = parts.model;
    this.note = parts.note;
  }

  get kind(): ClassifierKind {
    return this.model.kind;
  }

  predict(embedding: Float32Array): Prediction {
    if (embedding.length !== this.dimension || !isFiniteVector(embedding)) {
      const got = embedding.length === this.dimension ? 'one that is not finite' : embedding.length;
      throw visageError('PREDICT_INVALID', { owner: 'The classifier', allowed: this.dimension, got });
    }
    const { classNumber, probabilities, distance } = this.model.judge(unit(embedding));
    const candidates = this.classes
      .map((name, c) => ({ name, probability: probabilities[c]! }))
      .sort((a, b) => b.probability - a.probability);
    return {
      name: this.classes[classNumber]!,
      probability: probabilities[classNumber]!,
      candidates,
      distance,
      known: distance <= this.limitOf(classNumber),
    };
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
