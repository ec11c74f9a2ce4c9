/**
 * ONNX models as plain data: onnx.proto3 of ONNX 1.16 (IR version 10), field for field. What is not
 * modelled (functions, training info, sparse tensors, quantisation notes) is kept as raw fields in
 * `rest` and written back unchanged.
 */

/** Tensor elements by ONNX's names, with the typed array that holds them; 16-bit floats as their bits. */
export interface OnnxArrays {
  float32: Float32Array;
  uint8: Uint8Array;
  int8: Int8Array;
  uint16: Uint16Array;
  int16: Int16Array;
  int32: Int32Array;
  int64: BigInt64Array;
  string: readonly string[];
  /** One byte an element, 0 or 1. */
  bool: Uint8Array;
  float16: Uint16Array;
  float64: Float64Array;
  uint32: Uint32Array;
  uint64: BigUint64Array;
  bfloat16: Uint16Array;
}
export type OnnxType = keyof OnnxArrays;

/** `TensorProto.DataType`. */
export const elementTypeNumbers: Readonly<Record<OnnxType, number>> = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  float16: 10,
  float64: 11,
  uint32: 12,
  uint64: 13,
  bfloat16: 16,
};

/** A tensor: `data.length` is the product of `dims` (1 for a scalar, whose `dims` are empty). */
export type OnnxTensor = {
  readonly [Type in OnnxType]: {
    readonly type: Type;
    readonly dims: readonly number[];
    readonly data: OnnxArrays[Type];
  };
}[OnnxType];

/** A size: a number, or the name of one that is known only when the network runs; `undefined`: anything. */
export type OnnxDim = number | string | undefined;

/** An input, output or inner value. */
export interface OnnxValueInfo {
  readonly name: string;
  readonly type?: OnnxType;
  /** `undefined`: even the rank is unknown. */
  readonly dims?: readonly OnnxDim[];
  /** `TypeProto` of something that is no dense tensor (sequence, map, optional, sparse), as its bytes. */
  readonly otherType?: Uint8Array;
}

/** An attribute of a node. Integers are `bigint`, as ONNX's are 64 bits wide. */
export type OnnxAttribute =
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'int'; readonly value: bigint }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'tensor'; readonly value: OnnxTensor }
  | { readonly kind: 'graph'; readonly value: OnnxGraph }
  | { readonly kind: 'floats'; readonly value: readonly number[] }
  | { readonly kind: 'ints'; readonly value: readonly bigint[] }
  | { readonly kind: 'strings'; readonly value: readonly string[] }
  | { readonly kind: 'tensors'; readonly value: readonly OnnxTensor[] }
  | { readonly kind: 'graphs'; readonly value: readonly OnnxGraph[] }
  /** A kind beyond these (type and sparse tensor attributes, references): its `AttributeProto` without the name. */
  | { readonly kind: 'other'; readonly value: Uint8Array };

export interface OnnxNode {
  readonly op: string;
  readonly name: string;
  /** Operator set; empty for ONNX's own. */
  readonly domain: string;
  /** Names of values; an empty name stands for an input left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
  readonly rest?: Uint8Array;
}

export interface OnnxGraph {
  readonly name: string;
  /** In an order in which they can be computed. */
  readonly nodes: readonly OnnxNode[];
  readonly initializers: ReadonlyMap<string, OnnxTensor>;
  readonly inputs: readonly OnnxValueInfo[];
  readonly outputs: readonly OnnxValueInfo[];
  /** Types of inner values, where known. */
  readonly values: readonly OnnxValueInfo[];
  readonly rest?: Uint8Array;
}

export interface OnnxModel {
  readonly irVersion: number;
  /** Version of each operator set by domain; ONNX's own has the empty domain. */
  readonly opsets: ReadonlyMap<string, number>;
  readonly producerName: string;
  readonly producerVersion: string;
  readonly domain: string;
  readonly modelVersion: bigint;
  readonly graph: OnnxGraph;
  readonly metadata: ReadonlyMap<string, string>;
  readonly rest?: Uint8Array;
}
