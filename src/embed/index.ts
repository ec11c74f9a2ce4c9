export { Embedder } from './embedder.ts';
