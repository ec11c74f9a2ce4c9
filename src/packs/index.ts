export type {
  AlignmentSettings,
  DetectorSettings,
  EmbedderSettings,
  Look,
  OpenPack,
  Pack,
  PackModels,
} from './pack.ts';
export { userCacheFolder } from './cache-folder.ts';
export { openPack } from './open.ts';
export type { OpenPackOptions } from './open.ts';
export { packs } from './registry.ts';
