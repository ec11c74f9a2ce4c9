export { Batcher } from './batcher.ts';
export type { BatcherOptions } from './batcher.ts';
export { multipliesBytesExactly } from './byte-products.ts';
export { convolutionBlock } from './convolution-block.ts';
export type { InferencePool, ModelFile, Program, RunNetwork, RunProgram, TensorMap } from './inference.ts';
export { localSessionOptions, openLocalSession } from './local-session.ts';
export type { LocalSession, LocalSessionOptions } from './local-session.ts';
export { inferencePoolOptions, openInferencePool } from './pool.ts';
export type { InferencePoolOptions } from './pool.ts';
