export { readTorchWeights, TorchCheckpoint } from './checkpoint.ts';
export type { TorchStorage, TorchTensor, TorchType } from './tensor.ts';
