import type { UnknownReason } from '../calibrate/index.ts';

/** A person that a face may be, with the probability that it is. */
export interface Candidate {
  readonly name: string;
  /** In [0, 1]; the candidates of a prediction sum to 1. */
  readonly probability: number;
}

/** What a classifier says about one embedding. */
export interface Prediction {
  /** The class that the classifier decides for (an SVM: by votes). */
  readonly name: string;
  /**
   * Probability of `name`. Of an SVM it comes from another stage than the decision, so it need not
   * be the largest (as in scikit-learn's `SVC`).
   */
  readonly probability: number;
  /** Every class, most probable first; ties in class order. */
  readonly candidates: readonly Candidate[];
  /** Euclidean distance from the unit embedding to the nearest example (or mean) of `name`, in [0, 2]; what is measured is documented by each classifier. */
  readonly distance: number;
  /** Whether `name` is an answer; otherwise the face is unknown, and `unknown` says why. */
  readonly known: boolean;
  readonly unknown?: UnknownReason;
  /**
   * Probability that the face is that of `name`, strangers not excluded, in [0, 1]. Here and below: absent where
   * the classifier has no calibration, so goes by the distance alone.
   */
  readonly certainty?: number;
  /** How often a stranger's face comes as near to anybody who is known, in [0, 1]: the smaller, the surer. */
  readonly falseAcceptRate?: number;
}

export type ClassifierKind = 'svm' | 'linear' | 'neighbors' | 'mean';

/**
 * What names faces. One that was fitted or read from JSON never changes; a `GalleryClassifier` does, as its
 * gallery does.
 */
export interface Classifier {
  readonly kind: ClassifierKind;
  /** Sorted by Unicode code point, as scikit-learn's `LabelEncoder` sorts. */
  readonly classes: readonly string[];
  /** Numbers per embedding. */
  readonly dimension: number;
  /** Name of the pack whose embeddings it was fitted on. */
  readonly pack: string;
  /** Two faces farther apart than this are of two people; what follows for a face and a mean, see `limitFromMean`. Decides only where there is no calibration. */
  readonly maxDistance: number;
  /** With a calibration: the share of strangers that may be given a name. */
  readonly maxFalseAccept?: number;
  /**
   * @param embedding `dimension` finite numbers as the network gave them; the classifier brings them to unit length.
   * @throws VisageError `PREDICT_INVALID`
   */
  predict(embedding: Float32Array): Prediction;
  /** Complete and readable: what `classifierFromJSON` takes. */
  toJSON(): unknown;
}
