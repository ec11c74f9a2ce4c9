export { accuracy } from './accuracy.ts';
export type { Answer } from './accuracy.ts';
export { clusterMistakes } from './cluster-mistakes.ts';
export type { ClusterCell, ClusterMistakes, MixedCluster, SplitPerson } from './cluster-mistakes.ts';
export { clusterScores } from './clusters.ts';
export type { ClusterAgreement, ClusterLabel, ClusterScores } from './clusters.ts';
export { confusionMatrix } from './confusion-matrix.ts';
export type { ConfusionMatrix } from './confusion-matrix.ts';
export { detCurve, normalDeviate } from './det.ts';
export type { DetPoint } from './det.ts';
export { distanceHistogram } from './distance-histogram.ts';
export type { DistanceHistogram } from './distance-histogram.ts';
export { divideForGallery, galleryProtocolOptions } from './gallery-protocol.ts';
export type { GalleryProtocol, KnownPhotos } from './gallery-protocol.ts';
export {
  cumulativeMatch,
  identificationCurve,
  identificationReport,
  pointAtFalsePositiveRate,
  rankOf,
} from './identification.ts';
export type { IdentificationPoint, IdentificationReport, IdentificationTrials } from './identification.ts';
export { measureIdentification, usualFalsePositiveRates } from './identification-measures.ts';
export type { FalsePositiveEstimate, IdentificationMeasures } from './identification-measures.ts';
export { lfwImagePath, parseLfwPairs } from './lfw-pairs.ts';
export type { LfwImage, LfwPair } from './lfw-pairs.ts';
export { drawPairs, drawPairsOptions } from './people-pairs.ts';
export type { DrawnPair, DrawnPairs } from './people-pairs.ts';
export { verificationIntervals } from './person-bootstrap.ts';
export type { BootstrapOptions, Interval, PeoplePairs, VerificationIntervals } from './person-bootstrap.ts';
export { proportion } from './proportion.ts';
export type { Proportion } from './proportion.ts';
export { rateSupport, trialsNeeded } from './rate-support.ts';
export type { RateSupport } from './rate-support.ts';
export { reliability } from './reliability.ts';
export type { Reliability, ReliabilityBin } from './reliability.ts';
export { areaUnderCurve, curveCorners, equalErrorRate, pointAtFalseAcceptRate, rocCurve } from './roc.ts';
export type { RocPoint } from './roc.ts';
export type { VerificationPairs } from './thresholds.ts';
export { bestThreshold, foldAccuracy, verificationReport } from './verification.ts';
export type { FoldAccuracy, FoldedPairs, VerificationAccuracy, VerificationReport } from './verification.ts';
export { measureVerification, usualFalseAcceptRates } from './verification-measures.ts';
export type { Estimate, RateEstimate, VerificationMeasures } from './verification-measures.ts';
