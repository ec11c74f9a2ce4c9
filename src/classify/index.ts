export type { Candidate, Classifier, ClassifierKind, Prediction } from './classifier.ts';
export { LabelEncoder } from './label-encoder.ts';
export { CalibratedLinearSVC, fitCalibratedLinearSVC } from './linear/calibrated-linear-svc.ts';
export type { CalibrationOptions } from './linear/calibrated-linear-svc.ts';
export { FittedLinearSVC, LinearSVC, linearSVCSchema } from './linear/linear-svc.ts';
export type { LinearSVCOptions } from './linear/linear-svc.ts';
export { normalizeRows } from './normalizer.ts';
export type { Normalizer } from './normalizer.ts';
