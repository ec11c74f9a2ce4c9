export { decodeModel } from './decode.ts';
export { encodeModel } from './encode.ts';
export { elementTypeNumbers } from './model.ts';
export type {
  OnnxArrays,
  OnnxAttribute,
  OnnxDim,
  OnnxGraph,
  OnnxModel,
  OnnxNode,
  OnnxTensor,
  OnnxType,
  OnnxValueInfo,
} from './model.ts';
