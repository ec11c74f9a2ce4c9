import type { OnnxAttribute } from '../formats/onnx/index.ts';

/** Attributes of nodes from plain numbers. */
export const int = (value: number): OnnxAttribute => ({ kind: 'int', value: BigInt(value) });
export const ints = (values: readonly number[]): OnnxAttribute => ({
  kind: 'ints',
  value: values.map(BigInt),
});
export const float = (value: number): OnnxAttribute => ({ kind: 'float', value });
export const text = (value: string): OnnxAttribute => ({ kind: 'string', value });
