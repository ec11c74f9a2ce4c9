export { Embedder, embeddingNetwork } from './embedder.ts';
