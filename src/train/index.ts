export { differentiate, gradientName, nextName } from './autodiff/differentiate.ts';
export type { DifferentiateOptions } from './autodiff/differentiate.ts';
export { extendGraph } from './autodiff/graph-copy.ts';
export { runningMomentum, withBatchStatistics } from './batch-statistics.ts';
export { squaredDistances } from './loss/distances.ts';
export type { LabelledEmbeddings } from './loss/distances.ts';
export { arcFaceLoss, graphContrastiveLoss, graphTripletLoss, unitLength } from './loss/graph-losses.ts';
export type { ArcFaceOptions, ContrastiveOptions, GraphTripletOptions } from './loss/graph-losses.ts';
export { mineTriplets, miningRules } from './loss/mining.ts';
export type { MiningRule, Triplets } from './loss/mining.ts';
export { lossOfTriplets, tripletLoss, tripletOptions } from './loss/triplet.ts';
export type { LossOfBatch, TripletOptions } from './loss/triplet.ts';
export { createOptimiser, gradientNorm, optimiserOptions } from './optimiser/optimiser.ts';
export type { Optimiser, OptimiserOptions, OptimiserState, Parameters } from './optimiser/optimiser.ts';
export { learningRateAt, scheduleOptions } from './optimiser/schedule.ts';
export type { ScheduleOptions } from './optimiser/schedule.ts';
export { augment, augmentationOptions, centreCrop } from './augmentation.ts';
export type { AugmentationOptions } from './augmentation.ts';
export {
  GradientSession,
  runningAveragesOf,
  weightsAsInputs,
  weightsOf,
  withWeights,
} from './gradient-session.ts';
export type { GradientSessionOptions } from './gradient-session.ts';
export { personBatches } from './person-batches.ts';
export type { PersonBatch } from './person-batches.ts';
export { Trainer } from './trainer.ts';
export type { StepReport, TrainerState } from './trainer.ts';
export { trainerOptions } from './trainer-options.ts';
export type { TrainerOptions } from './trainer-options.ts';
export { readCheckpoint, writeCheckpoint } from './checkpoint.ts';
export { graphOfModel } from './model-graph.ts';
export { headOf, splitGraph, weightsFrom } from './split-graph.ts';
export { fineTune, fineTuneOptions } from './fine-tune.ts';
export type {
  FineTuned,
  FineTuneHooks,
  FineTuneOptions,
  FineTuneProgress,
  FineTuneTask,
  TrainingMoment,
  TrainingScore,
} from './fine-tune.ts';
export { readFineTuneCheckpoint, writeFineTuneCheckpoint } from './fine-tune-checkpoint.ts';
export { gentleFineTuning } from './gentle-fine-tuning.ts';
export { strangerDistance } from './stranger-distance.ts';
export { allPairs, trueAcceptRate } from './verification-score.ts';
export type { AllPairs } from './verification-score.ts';
export { judgeTrials, trialDistances } from './verification-trials.ts';
export type { PlacedEmbeddings, TrialOutcome, VerificationTrials } from './verification-trials.ts';
export { blendGraphs } from './blend.ts';
export { divideForTraining } from './photo-roles.ts';
export type { PhotoRoles } from './photo-roles.ts';
export { fineTuneAugmentation, trainingFace, Trunk } from './trunk.ts';
export type { FaceFeatures, TrainingFace } from './trunk.ts';
export {
  fineTuneHead,
  fineTuneHeadOptions,
  ratesOf,
} from './fine-tune-head.ts';
export type { BeforeAndAfter, FineTuneHeadOptions, TunedHead } from './fine-tune-head.ts';
export { defaultVariations, fineTunePack, installHead, requireFreeName } from './fine-tune-pack.ts';
export type { FineTunedPack, FineTunePackOptions, InstalledHead } from './fine-tune-pack.ts';
