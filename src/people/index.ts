export { enrolPhotos, enrolSchema } from './enrol.ts';
export type {
  EnrolledPhoto,
  EnrolmentReport,
  EnrolOptions,
  FailedPhoto,
  PhotoEnrolment,
} from './enrol.ts';
export type { EnrolmentWarning } from './enrolment-warning.ts';
export { chooseFace, facesFromLeft } from './face-choice.ts';
export type { ChosenFace, FaceChoice } from './face-choice.ts';
export { lookAtPhoto } from './seen-face.ts';
export type { SeenFace, SeenPhoto } from './seen-face.ts';
export { compareEmbeddings, sameProbability, verifyPhotos } from './verify.ts';
export type { FaceComparison, Verification, VerifyOptions } from './verify.ts';
