export type {
  AlignmentSettings,
  BoxAlignment,
  BoxMargin,
  DetectorSettings,
  EmbedderSettings,
  LandmarkAlignment,
  Look,
  MtcnnBoxRule,
  MtcnnRules,
  MtcnnSettings,
  OpenPack,
  Pack,
  PackModels,
  PixelPreparation,
  SelectionSettings,
  SingleShotSettings,
  SsdSettings,
} from './pack.ts';
export { publishedMtcnn } from './pack.ts';
export { cacheFolder, userCacheFolder } from './cache-folder.ts';
export { mayBeGivenOut } from './given-out.ts';
export { describePack, openPack } from './open.ts';
export type { OpenPackOptions } from './open.ts';
export { defaultPack, packs } from './registry.ts';
export { isConstant, referenceName, splitPackName } from './reference.ts';
export type { ReferenceFilter } from './reference.ts';
export { publishedPack, publishedPacks } from './published-packs.ts';
export type { Acceptance, FileSource, PublishedFile, PublishedPack } from './published-packs.ts';
export { modelsFolder } from './keeper/models-folder.ts';
export { knownPack, knownPacks } from './keeper/list.ts';
export type { KnownPack } from './keeper/list.ts';
export { derivePack } from './keeper/derive.ts';
export type { DerivedPack } from './keeper/derive.ts';
export { importPack, requirePackName } from './keeper/import.ts';
export type { ImportPackOptions } from './keeper/import.ts';
export { pullPack } from './keeper/pull.ts';
export type { PulledPack, PullPackOptions } from './keeper/pull.ts';
export { removePack } from './keeper/install.ts';
export { compareDistances, verifyPack } from './keeper/verify.ts';
export type { DistanceComparison, PackCheck, VerifyPackOptions } from './keeper/verify.ts';
export { readPackDescriptionFile } from './record/pack-description.ts';
export type { PackDescription } from './record/pack-description.ts';
export type { NetworkRecord, OriginRecord, PackRecord } from './record/pack-record.ts';
export { importWeights } from './import/import-weights.ts';
export type { ImportedWeights, Lineage } from './import/imported-weights.ts';
export { importMtcnn } from './import/mtcnn.ts';
export type { MtcnnPart, MtcnnWeights } from './import/mtcnn.ts';
export { sniffWeights } from './import/sniff.ts';
export type { WeightForm } from './import/sniff.ts';
export {
  calibrationPath,
  packCalibration,
  removePackCalibration,
  shippedCalibration,
  writePackCalibration,
} from './keeper/calibration-file.ts';
