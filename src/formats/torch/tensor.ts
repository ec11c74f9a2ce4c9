import type { Tensor } from '../../kernel/index.ts';
import { bfloat16ToFloat, halfToFloat } from '../half.ts';
import { PickleFault } from '../pickle/index.ts';

/** Element types of PyTorch's storages, with the bytes each takes. */
export const torchWidths = {
  float64: 8,
  float32: 4,
  float16: 2,
  bfloat16: 2,
  int64: 8,
  int32: 4,
  int16: 2,
  int8: 1,
  uint8: 1,
  bool: 1,
} as const;
export type TorchType = keyof typeof torchWidths;

/** A run of numbers that tensors are views of. */
export class TorchStorage {
  readonly key: string;
  readonly type: TorchType;
  /** Numbers in it. */
  readonly count: number;

  constructor(key: string, type: TorchType, count: number) {
    this.key = key;
    this.type = type;
    this.count = count;
  }

  get sizeBytes(): number {
    return this.count * torchWidths[this.type];
  }
}

/** More axes than PyTorch's own limit of 64 make no sense. */
const maxRank = 64;

const isSize = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

const isSizes = (value: unknown): value is readonly number[] =>
  Array.isArray(value) && value.length <= maxRank && value.every(isSize);

/** A view of a storage: element (i₀, i₁, …) is number offset + Σ iₐ·stridesₐ of it. Never reaches outside. */
export class TorchTensor {
  readonly storage: TorchStorage;
  readonly offset: number;
  readonly dims: readonly number[];
  readonly strides: readonly number[];

  /** Takes what a pickle says. @throws PickleFault unless it is a view inside the storage */
  constructor(storage: unknown, offset: unknown, dims: unknown, strides: unknown) {
    if (!(storage instanceof TorchStorage)) throw new PickleFault('a tensor has no storage');
    if (!isSize(offset) || !isSizes(dims) || !isSizes(strides) || dims.length !== strides.length) {
      throw new PickleFault('a tensor has impossible sizes or strides');
    }
    this.storage = storage;
    this.offset = offset;
    this.dims = dims;
    this.strides = strides;
    if (this.count > 0 && this.offset + this.reach > storage.count) {
      const shape = `[${dims.join(', ')}]`;
      throw new PickleFault(`a tensor ${shape} leaves its storage of ${storage.count} numbers`);
    }
  }

  get type(): TorchType {
    return this.storage.type;
  }

  get isFloating(): boolean {
    return this.type.includes('float');
  }

  /** Numbers in it; not exact beyond 2⁵³. */
  get count(): number {
    return this.dims.reduce((a, b) => a * b, 1);
  }

  /** How many numbers of the storage lie from its first element to its last, both included. */
  get reach(): number {
    return this.dims.reduce((sum, size, axis) => sum + (size - 1) * this.strides[axis]!, 1);
  }

  get isContiguous(): boolean {
    let step = 1;
    for (let axis = this.dims.length - 1; axis >= 0; axis--) {
      if (this.dims[axis] !== 1 && this.strides[axis] !== step) return false;
      step *= this.dims[axis]!;
    }
    return true;
  }

  /** The same numbers with axes in another order: axis `axes[i]` becomes axis i. Copies nothing. */
  permuted(axes: readonly number[]): TorchTensor {
    const pick = (values: readonly number[]): number[] => axes.map((axis) => values[axis]!);
    return new TorchTensor(this.storage, this.offset, pick(this.dims), pick(this.strides));
  }
}

const platformIsLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** Numbers `first` … `first + count − 1` of a storage as float32; a view where memory allows. */
function readNumbers(
  type: TorchType,
  bytes: Uint8Array,
  littleEndian: boolean,
  first: number,
  count: number,
): Float32Array {
  const width = torchWidths[type];
  const part = bytes.subarray(first * width, (first + count) * width);
  if (type === 'float32' && littleEndian === platformIsLittleEndian) {
    return part.byteOffset % 4 === 0
      ? new Float32Array(part.buffer, part.byteOffset, count)
      : new Float32Array(new Uint8Array(part).buffer);
  }
  const view = new DataView(part.buffer, part.byteOffset, part.byteLength);
  const numbers = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    if (type === 'float64') numbers[i] = view.getFloat64(8 * i, littleEndian);
    else if (type === 'float32') numbers[i] = view.getFloat32(4 * i, littleEndian);
    else {
      const bits = view.getUint16(2 * i, littleEndian);
      numbers[i] = type === 'float16' ? halfToFloat(bits) : bfloat16ToFloat(bits);
    }
  }
  return numbers;
}

/** Copies a view into row-major order; the last axis is the inner loop. */
function gather(numbers: Float32Array, { dims, strides, count }: TorchTensor): Float32Array {
  const out = new Float32Array(count);
  const inner = dims.at(-1)!;
  const step = strides.at(-1)!;
  const index = Array.from(dims.slice(1), () => 0);
  for (let at = 0, row = 0; at < count; ) {
    for (let i = 0, from = row; i < inner; i++, from += step) out[at++] = numbers[from]!;
    for (let axis = index.length - 1; axis >= 0; axis--) {
      row += strides[axis]!;
      if (++index[axis]! < dims[axis]!) break;
      row -= strides[axis]! * dims[axis]!;
      index[axis] = 0;
    }
  }
  return out;
}

/**
 * The numbers of a floating tensor in row-major order as float32: half, bfloat16 and double are
 * converted. A view of `bytes` where they already lie so, a copy otherwise.
 * @param bytes of the whole storage
 */
export function torchFloats(
  tensor: TorchTensor,
  bytes: Uint8Array,
  littleEndian: boolean,
): Tensor<'float32'> {
  const { type, dims, offset, count, reach } = tensor;
  if (count === 0) return { type: 'float32', dims, data: new Float32Array() };
  const numbers = readNumbers(type, bytes, littleEndian, offset, reach);
  return { type: 'float32', dims, data: tensor.isContiguous ? numbers : gather(numbers, tensor) };
}
