export { buildClusterSheet } from './cluster-sheet/sheet.ts';
export { sheetLimits } from './cluster-sheet/sheet-data.ts';
export type { ClusterSheetData, SheetCluster, SheetFace } from './cluster-sheet/sheet-data.ts';
export {
  type EmbeddingMap,
  type EmbeddingMapOptions,
  type MapMethod,
  mapEmbeddings,
} from './embedding-map.ts';
export {
  classifierPage,
  type ClassifierPageData,
  type ClassifierPageEntry,
} from './evaluation/classifier-page.ts';
export {
  clustersPage,
  type ClustersPageData,
  type ClustersPageEntry,
} from './evaluation/clusters-page.ts';
export type { ShownAnswer } from './evaluation/face-answers.ts';
export type { ShownGroups } from './evaluation/face-groups.ts';
export type { ShownFace, ShownPair } from './evaluation/face-pairs.ts';
export {
  identificationPage,
  type IdentificationPageData,
  type IdentificationPageEntry,
} from './evaluation/identification-page.ts';
export type { FailedPhoto, FailedPhotos } from './evaluation/left-out.ts';
export {
  verificationPage,
  type VerificationPageData,
  type VerificationPageEntry,
} from './evaluation/verification-page.ts';
export type { Picture } from './picture.ts';
export { buildReport } from './report.ts';
export type {
  ReportData,
  ReportFace,
  ReportPhoto,
  ReportPhotoFace,
  ReportPrediction,
  ReportSkipped,
  ReportStage,
} from './report-data.ts';
export { chooseFaces, chooseMapFaces, choosePhotos, reportLimits } from './selection.ts';
export {
  trainingPage,
  type TrainingPageData,
  type TrainingPageKind,
} from './training/training-page.ts';
export type { TrainingPagePoint } from './training/curves-section.ts';
export { failedTrainingPage, type FailedTrainingPageData } from './training/failed-training-page.ts';
