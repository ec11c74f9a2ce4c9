import type { Tensor, TensorArrays, TensorType } from '../kernel/index.ts';
import type { TensorMap } from './inference.ts';

const arrays: {
  [Type in TensorType]: new (
    buffer: ArrayBuffer,
    offset: number,
    length: number,
  ) => TensorArrays[Type];
} = { float32: Float32Array, uint8: Uint8Array, int32: Int32Array, int64: BigInt64Array };

const types = Object.keys(arrays).join(', ');

/** Every element type may start at a multiple of 8 bytes. */
const aligned = (bytes: number): number => Math.ceil(bytes / 8) * 8;

/**
 * Copies `tensors` into one buffer, into `crate` where that is large enough. The buffer travels to
 * the worker and back, so that a thousand runs leave no thousand buffers to V8, which lets 64 MB of
 * them pile up in each thread before it collects any.
 */
export function pack(tensors: TensorMap, crate?: ArrayBuffer): { packed: TensorMap; crate: ArrayBuffer } {
  const entries = Object.entries(tensors);
  for (const [name, tensor] of entries) {
    if (!Object.hasOwn(arrays, tensor?.type)) throw new TypeError(`input '${name}' is no tensor of ${types}`);
  }
  const bytes = entries.reduce((sum, [, { data }]) => sum + aligned(data.byteLength), 0);
  const buffer = crate !== undefined && crate.byteLength >= bytes ? crate : new ArrayBuffer(bytes);
  const packed: Record<string, Tensor> = {};
  let offset = 0;
  for (const [name, { type, dims, data }] of entries) {
    const copy = new arrays[type](buffer, offset, data.length);
    copy.set(data as never);
    packed[name] = { type, dims: [...dims], data: copy };
    offset += aligned(copy.byteLength);
  }
  return { packed, crate: buffer };
}

/** The buffers behind `tensors`, each once, to be transferred. */
export function buffersOf(tensors: TensorMap): ArrayBuffer[] {
  return [...new Set(Object.values(tensors).map(({ data }) => data.buffer as ArrayBuffer))];
}
