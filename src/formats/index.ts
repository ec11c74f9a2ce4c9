export { AtomicFile, writeFileAtomically } from './atomic-file.ts';
export type { FileContent } from './atomic-file.ts';
export { systemReason } from './system-reason.ts';
