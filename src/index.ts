/**
 * Visage: who is in this photograph?
 *
 * The public surface, grouped by the rooms that a photo passes on its journey.
 */

// The journey: photo → faces → crops → embeddings → names.
export { openRecognizer } from './recognizer.ts';
export type {
  IdentifiedFace,
  IdentifiedPhoto,
  LocatedPhoto,
  Recognizer,
  RecognizerOptions,
} from './recognizer.ts';

// Photos in, pictures out.
export { decodePhoto, drawFaces, encodePicture, pictureGrid, titledPicture } from './image/index.ts';
export type {
  CaptionedPicture,
  DecodeOptions,
  EncodeOptions,
  FaceMark,
  Photo,
  PhotoSource,
  Raster,
} from './image/index.ts';

// Faces.
export type { Detection, FivePoints, LocatedFace } from './detect/index.ts';

// Classifiers: train, keep, ask.
export {
  classifierFromJSON,
  classifierFromText,
  classifierToText,
  loadClassifier,
  referenceTraining,
  requirePack,
  saveClassifier,
  trainClassifier,
} from './classify/index.ts';
export type {
  Candidate,
  Classifier,
  ClassifierKind,
  FittedClassifier,
  Prediction,
  TrainOptions,
} from './classify/index.ts';

// The learners behind them, each by itself.
export {
  calibrateSVC,
  FittedLinearSVC,
  FittedNearestMean,
  FittedNearestNeighbors,
  FittedSVC,
  LabelEncoder,
  LinearSVC,
  NearestMean,
  NearestNeighbors,
  normalizeRows,
  ProbabilisticSVC,
  SVC,
} from './classify/index.ts';
export type { SVCOptions } from './classify/index.ts';

// Who is a stranger? What the distances of a pack mean, learned from people whose faces are known.
export { fitCalibration, leastFalseAcceptRate } from './calibrate/index.ts';
export type {
  Calibration,
  CalibrationPerson,
  FitCalibrationOptions,
  UnknownReason,
} from './calibrate/index.ts';
export { packCalibration, writePackCalibration } from './packs/index.ts';

// Galleries: people that come and go, without training.
export {
  describeGallery,
  Gallery,
  GalleryClassifier,
  galleryClassifier,
  openExistingGallery,
  openGallery,
  parseGalleryKey,
} from './gallery/index.ts';
export type {
  Deletion,
  Enrolled,
  Enrolment,
  Example,
  GalleryClassifierOptions,
  GalleryDescription,
  GalleryKey,
  GalleryStore,
  NewExample,
  OpenGalleryOptions,
  Person,
  PersonDetails,
  PersonReference,
} from './gallery/index.ts';

// People in photos: enrol them with warnings, compare two, judge a face.
export {
  chooseFace,
  compareEmbeddings,
  enrolPhotos,
  facesFromLeft,
  lookAtPhoto,
  sameProbability,
  verifyPhotos,
} from './people/index.ts';
export type {
  ChosenFace,
  EnrolledPhoto,
  EnrolmentReport,
  EnrolmentWarning,
  EnrolOptions,
  FaceChoice,
  FaceComparison,
  FailedPhoto,
  PhotoEnrolment,
  SeenFace,
  SeenPhoto,
  Verification,
  VerifyOptions,
} from './people/index.ts';
export { faceQuality, headPose } from './quality/index.ts';
export type { FaceQuality, HeadPose, QualityFault } from './quality/index.ts';

// How good is it?
export {
  accuracy,
  areaUnderCurve,
  clusterMistakes,
  clusterScores,
  confusionMatrix,
  equalErrorRate,
  foldAccuracy,
  identificationReport,
  lfwImagePath,
  parseLfwPairs,
  pointAtFalseAcceptRate,
  proportion,
  rankOf,
  rocCurve,
  verificationReport,
} from './evaluate/index.ts';
export type {
  ClusterAgreement,
  ClusterLabel,
  ClusterMistakes,
  ClusterScores,
  ConfusionMatrix,
  FoldedPairs,
  IdentificationPoint,
  IdentificationReport,
  IdentificationTrials,
  LfwPair,
  Proportion,
  RocPoint,
  VerificationPairs,
  VerificationReport,
} from './evaluate/index.ts';

// Data sets: folders of photos to .npz files and back.
export {
  embedDataset,
  listPhotos,
  prepareDataset,
  readCrop,
  readDataset,
  readEmbeddings,
} from './dataset/index.ts';
export type {
  Dataset,
  Embeddings,
  EmbedOptions,
  EmbedSummary,
  PrepareOptions,
  PrepareSummary,
} from './dataset/index.ts';

// Clusters: who is in a folder of photos without names.
export { clusterFaces, clusterFolder, enrolCluster, facesById, readAlbum } from './cluster/index.ts';
export type {
  Album,
  AlbumFace,
  AlbumPhoto,
  ClusterEnrolment,
  ClusterName,
  Clustering,
  ClusterFolderOptions,
  ClusterOptions,
  Correction,
  FaceCluster,
  FaceToCluster,
  FolderClusters,
  MergeTree,
  PlacedFace,
  UnusablePhoto,
} from './cluster/index.ts';

// Training: gradients as ONNX graphs, losses, optimisers, and the loop around them. See docs/training.md.
export {
  arcFaceLoss,
  augment,
  blendGraphs,
  createOptimiser,
  differentiate,
  extendGraph,
  fineTune,
  fineTuneHead,
  fineTunePack,
  graphContrastiveLoss,
  graphOfModel,
  graphTripletLoss,
  headOf,
  installHead,
  learningRateAt,
  mineTriplets,
  personBatches,
  readCheckpoint,
  splitGraph,
  strangerDistance,
  Trainer,
  Trunk,
  tripletLoss,
  trainingFace,
  trueAcceptRate,
  weightsFrom,
  withBatchStatistics,
  withWeights,
  writeCheckpoint,
} from './train/index.ts';
export type {
  AugmentationOptions,
  ContrastiveOptions,
  DifferentiateOptions,
  FineTuned,
  FaceFeatures,
  FineTunedPack,
  FineTuneHeadOptions,
  FineTuneHooks,
  FineTuneOptions,
  FineTunePackOptions,
  FineTuneTask,
  LossOfBatch,
  MiningRule,
  OptimiserOptions,
  ScheduleOptions,
  StepReport,
  TrainerOptions,
  TrainerState,
  TrainingFace,
  TrainingMoment,
  TripletOptions,
  TunedHead,
} from './train/index.ts';
export { initialSmallFaceNet, smallFaceNet } from './nets/index.ts';

// Packs: what belongs together so that numbers mean something.
export { openPack, packs } from './packs/index.ts';
export type { AlignmentSettings, DetectorSettings, EmbedderSettings, OpenPack, Pack } from './packs/index.ts';

// Ground: errors, geometry, vectors, randomness.
export { distance, errorTable, intersectionOverUnion, Random, unit, VisageError } from './kernel/index.ts';
export type { Box, ErrorCode, Point, ProgressEvent, ProgressListener } from './kernel/index.ts';
