import type { OnnxTensor } from '../formats/onnx/index.ts';

/**
 * How the filters are stored. Both give the same numbers; they differ in speed. `int8` is fast where the
 * processor multiplies bytes without saturating (see `multipliesBytesExactly`), and wrong elsewhere;
 * `uint8` is right everywhere.
 */
export type FilterBytes = 'int8' | 'uint8';

/** Filters are stored as −127 … 127, evenly about 0. */
const filterLimit = 127;
const zeroOf = { int8: 0, uint8: 128 } as const satisfies Record<FilterBytes, number>;

/** The bytes of a convolution: value ≈ (byte − zero)·scale, with a scale for every output channel. */
export interface QuantizedFilters {
  readonly bytes: OnnxTensor;
  readonly scales: OnnxTensor;
  readonly zeros: OnnxTensor;
  readonly bias: OnnxTensor;
}

const bytesOf = (type: FilterBytes, dims: readonly number[], values: Int16Array): OnnxTensor =>
  type === 'int8'
    ? { type, dims, data: Int8Array.from(values) }
    : { type, dims, data: Uint8Array.from(values) };

/**
 * @param weights [out, …]
 * @param bias [out]; becomes whole sums, so it takes part at the scale of the products
 * @param inputScale value of one level of what the convolution takes
 */
export function quantizeFilters(
  weights: OnnxTensor,
  bias: OnnxTensor,
  inputScale: number,
  type: FilterBytes,
): QuantizedFilters {
  const [values, biases] = [weights.data as Float32Array, bias.data as Float32Array];
  const out = biases.length;
  const perOut = values.length / out;
  const zero = zeroOf[type];
  const bytes = new Int16Array(values.length);
  const scales = new Float32Array(out);
  const sums = new Int32Array(out);
  for (let o = 0; o < out; o++) {
    let largest = 0;
    for (let i = o * perOut; i < (o + 1) * perOut; i++) largest = Math.max(largest, Math.abs(values[i]!));
    const scale = Math.fround(largest > 0 ? largest / filterLimit : 1);
    scales[o] = scale;
    for (let i = o * perOut; i < (o + 1) * perOut; i++) bytes[i] = Math.round(values[i]! / scale) + zero;
    sums[o] = Math.round(biases[o]! / (scale * inputScale));
  }
  return {
    bytes: bytesOf(type, weights.dims, bytes),
    scales: { type: 'float32', dims: [out], data: scales },
    zeros: bytesOf(type, [out], new Int16Array(out).fill(zero)),
    bias: { type: 'int32', dims: [out], data: sums },
  };
}
