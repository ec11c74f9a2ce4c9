export { TensorflowGraph } from './graph-def.ts';
export type { TensorflowNode } from './graph-def.ts';
export type { TensorflowType } from './tensor.ts';
