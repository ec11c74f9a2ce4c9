import type { TensorMap } from '../runtime/index.ts';

/** Rows `from` to `to` of every input. */
export function rowsOf(inputs: TensorMap, from: number, to: number): TensorMap {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, { type, dims, data }]) => {
      const row = data.length / dims[0]!;
      return [name, { type, dims: [to - from, ...dims.slice(1)], data: data.subarray(from * row, to * row) }];
    }),
  );
}
