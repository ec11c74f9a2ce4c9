export { alignFace } from './align-face.ts';
export { fitSimilarity } from './fit-similarity.ts';
