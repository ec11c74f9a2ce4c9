export { fitSimilarity } from './fit-similarity.ts';
