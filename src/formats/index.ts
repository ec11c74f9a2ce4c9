export { AtomicFile, writeFileAtomically } from './atomic-file.ts';
export type { FileContent } from './atomic-file.ts';
export { systemReason } from './system-reason.ts';
export * from './onnx/index.ts';
export { decodeTfjsWeights, parseTfjsManifest, readTfjsFile, readTfjsWeights } from './tfjs.ts';
export type { TfjsFile, TfjsManifest } from './tfjs.ts';
