export type {
  AlignmentSettings,
  DetectorSettings,
  EmbedderSettings,
  OpenPack,
  Pack,
  PackModels,
} from './pack.ts';
