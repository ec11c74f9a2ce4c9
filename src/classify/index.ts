export type { Candidate, Classifier, ClassifierKind, Prediction } from './classifier.ts';
