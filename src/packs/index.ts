export type {
  AlignmentSettings,
  DetectorSettings,
  EmbedderSettings,
  Look,
  OpenPack,
  Pack,
  PackModels,
} from './pack.ts';
