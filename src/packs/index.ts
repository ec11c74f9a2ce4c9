export type {
  AlignmentSettings,
  DetectorSettings,
  EmbedderSettings,
  Look,
  MtcnnBoxRule,
  MtcnnSettings,
  OpenPack,
  Pack,
  PackModels,
  SsdSettings,
} from './pack.ts';
export { publishedMtcnn } from './pack.ts';
export { userCacheFolder } from './cache-folder.ts';
export { openPack } from './open.ts';
export type { OpenPackOptions } from './open.ts';
export { packs } from './registry.ts';
export { importWeights } from './import/import-weights.ts';
export type { ImportedWeights, Lineage } from './import/imported-weights.ts';
export { importMtcnn } from './import/mtcnn.ts';
export type { MtcnnPart, MtcnnWeights } from './import/mtcnn.ts';
export { sniffWeights } from './import/sniff.ts';
export type { WeightForm } from './import/sniff.ts';
