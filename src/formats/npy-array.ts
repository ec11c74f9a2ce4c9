/** The element types of `.npy` files that Visage reads and writes, with what holds their elements. */
export interface NpyArrays {
  float32: Float32Array;
  float64: Float64Array;
  uint8: Uint8Array;
  int8: Int8Array;
  uint16: Uint16Array;
  int16: Int16Array;
  uint32: Uint32Array;
  int32: Int32Array;
  int64: BigInt64Array;
  /** 0 or 1 a byte. */
  bool: Uint8Array;
  /** NumPy's `<U…`. Trailing NULs are no part of a string there, so they get lost. */
  string: readonly string[];
}
export type NpyType = keyof NpyArrays;

/**
 * An array as NumPy has it, in C order: `data.length` is the product of `dims`, which is 1 for the
 * empty `dims` of a scalar. A numeric one is a `Tensor` of the kernel.
 */
export type NpyArray<Type extends NpyType = NpyType> = {
  [Each in Type]: { readonly type: Each; readonly dims: readonly number[]; readonly data: NpyArrays[Each] };
}[Type];
