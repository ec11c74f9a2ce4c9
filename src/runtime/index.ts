export type { InferencePool, ModelFile, TensorMap } from './inference.ts';
