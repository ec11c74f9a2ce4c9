export { ArrayReader, DatasetFile, readCrop, readDataset } from './dataset-file.ts';
export type { Dataset, SplitLabels } from './dataset-file.ts';
export { embedPhotos, hasFace } from './embed-photos.ts';
export type {
  EmbeddedFace,
  EmbeddedPhoto,
  EmbeddedPhotos,
  EmbedPhotosOptions,
  FaceChoice,
  PhotoFailure,
  PhotoFile,
} from './embed-photos.ts';
export { embedDataset } from './embed.ts';
export type { EmbedOptions, EmbedSummary } from './embed.ts';
export { readEmbeddings } from './embeddings-file.ts';
export type { EmbeddedSplit, Embeddings } from './embeddings-file.ts';
export { fingerprint, fingerprintBytes, fingerprintRows, fingerprintsOf } from './fingerprint.ts';
export { Journal, journalPath } from './journal.ts';
export type { JournalPlace, JournalRecord } from './journal.ts';
export { layoutOptions, readLayout } from './layout.ts';
export type { DatasetLayout, DatasetPhoto, LayoutOptions, SplitName } from './layout.ts';
export { mainFace } from './main-face.ts';
export { middleFace } from './middle-face.ts';
export { requireOutputPlace } from './output-place.ts';
export { listPhotos } from './photo-folder.ts';
export { readPhoto } from './prepare-photo.ts';
export { readPeople } from './people-folder.ts';
export type { PeopleFolder } from './people-folder.ts';
export { prepareDataset } from './prepare.ts';
export type { PreparedSplit, PrepareOptions, PrepareSummary } from './prepare.ts';
export type { SkippedFile } from './skipped-file.ts';
export type { PersonCount } from './summary.ts';
export { makeVariations } from './variations.ts';
export type { Variations, VariationOptions, VariationSource } from './variations.ts';
