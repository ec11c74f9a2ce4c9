export { alignFace } from './align-face.ts';
export { cropBox } from './crop-box.ts';
export { fitSimilarity } from './fit-similarity.ts';
