/** The element types that Visage moves around, by ONNX's names, with the typed array that holds each. */
export interface TensorArrays {
  float32: Float32Array;
  uint8: Uint8Array;
  int32: Int32Array;
  int64: BigInt64Array;
}
export type TensorType = keyof TensorArrays;

/** A dense row-major array: `data.length` is the product of `dims`. */
export interface Tensor<Type extends TensorType = TensorType> {
  readonly type: Type;
  readonly dims: readonly number[];
  readonly data: TensorArrays[Type];
}

/** The weights of a network by the names that their source gives them. */
export type NamedWeights = ReadonlyMap<string, Tensor<'float32'>>;
