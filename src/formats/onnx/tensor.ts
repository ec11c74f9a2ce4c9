import { type WireBudget, WireError, WireReader, WireWriter } from '../protobuf.ts';
import { elementTypeNumbers, type OnnxTensor, type OnnxType } from './model.ts';

const typesByNumber = new Map(
  Object.entries(elementTypeNumbers).map(([type, number]) => [number, type as OnnxType]),
);

/** The element type with that `TensorProto.DataType`. */
export function elementType(number: number): OnnxType {
  const type = typesByNumber.get(number);
  if (type === undefined) throw new WireError(`element type ${number} is not supported`);
  return type;
}

const arrays = {
  float32: Float32Array,
  uint8: Uint8Array,
  int8: Int8Array,
  uint16: Uint16Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  bool: Uint8Array,
  float16: Uint16Array,
  float64: Float64Array,
  uint32: Uint32Array,
  uint64: BigUint64Array,
  bfloat16: Uint16Array,
} as const;

const platformIsLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** Turns the byte order of every element round, in place, on machines that are not little-endian. */
function swapToPlatform(bytes: Uint8Array, width: number): Uint8Array {
  if (platformIsLittleEndian || width === 1) return bytes;
  for (let at = 0; at < bytes.length; at += width) bytes.subarray(at, at + width).reverse();
  return bytes;
}

function countOf(dims: readonly number[]): number {
  let count = 1;
  for (const dim of dims) count *= dim;
  if (!Number.isSafeInteger(count)) throw new WireError(`a tensor of ${dims.join('×')} elements`);
  return count;
}

/** `TensorProto`, its numbers as `raw_data`. */
export function encodeTensor(tensor: OnnxTensor, name?: string): WireWriter {
  const writer = new WireWriter();
  if (tensor.data.length !== countOf(tensor.dims)) {
    throw new WireError(`${tensor.data.length} elements for a tensor of ${tensor.dims.join('×')}`);
  }
  if (tensor.dims.length > 0) writer.packedInts(1, tensor.dims);
  writer.int(2, elementTypeNumbers[tensor.type]);
  if (tensor.type === 'string') for (const text of tensor.data) writer.text(6, text);
  if (name !== undefined) writer.text(8, name);
  if (tensor.type !== 'string') {
    const { buffer, byteOffset, byteLength, BYTES_PER_ELEMENT } = tensor.data;
    const bytes = new Uint8Array(buffer, byteOffset, byteLength);
    writer.bytes(9, platformIsLittleEndian ? bytes : swapToPlatform(bytes.slice(), BYTES_PER_ELEMENT));
  }
  return writer;
}

function fromRaw(type: Exclude<OnnxType, 'string'>, dims: readonly number[], raw: Uint8Array): OnnxTensor {
  const width = arrays[type].BYTES_PER_ELEMENT;
  const count = countOf(dims);
  if (raw.length !== count * width) {
    throw new WireError(`${raw.length} bytes for ${dims.join('×')} elements of type ${type}`);
  }
  const { buffer } = swapToPlatform(raw.slice(), width);
  const data = new arrays[type](buffer as ArrayBuffer);
  return { type, dims, data } as OnnxTensor;
}

function fromLists(
  type: OnnxType,
  dims: readonly number[],
  numbers: readonly number[],
  integers: readonly bigint[],
  texts: readonly string[],
): OnnxTensor {
  const isFloat = type === 'float32' || type === 'float64';
  const list = type === 'string' ? texts : isFloat ? numbers : integers;
  if (list.length !== countOf(dims)) {
    throw new WireError(`${list.length} elements for a tensor of ${dims.join('×')}`);
  }
  if (type === 'string') return { type, dims, data: texts };
  if (isFloat) return { type, dims, data: arrays[type].from(numbers) } as OnnxTensor;
  const data =
    type === 'int64' || type === 'uint64'
      ? arrays[type].from(integers)
      : arrays[type].from(integers.map(Number));
  return { type, dims, data } as OnnxTensor;
}

/** @throws WireError for what is no whole, consistent tensor, and for data kept in another file. */
export function decodeTensor(bytes: Uint8Array, budget: WireBudget): { name: string; tensor: OnnxTensor } {
  const reader = new WireReader(bytes, budget);
  let name = '';
  let type: OnnxType | undefined;
  let raw: Uint8Array | undefined;
  const dims: bigint[] = [];
  const numbers: number[] = [];
  const integers: bigint[] = [];
  const texts: string[] = [];
  while (!reader.done) {
    const field = reader.field();
    if (field === 1) reader.bigints(dims);
    else if (field === 2) type = elementType(reader.int());
    else if (field === 4) reader.floats(numbers);
    else if (field === 5 || field === 7 || field === 11) reader.bigints(integers);
    else if (field === 6) texts.push(reader.text());
    else if (field === 8) name = reader.text();
    else if (field === 9) raw = reader.bytes();
    else if (field === 10) reader.doubles(numbers);
    else if (field === 14 && reader.int() !== 0) throw new WireError(`tensor ${name} lies in another file`);
    else if (field !== 14) reader.skip();
  }
  if (type === undefined) throw new WireError(`tensor ${name} has no element type`);
  const sizes = dims.map((dim) => {
    if (dim < 0n || dim > BigInt(Number.MAX_SAFE_INTEGER)) throw new WireError(`a size of ${dim}`);
    return Number(dim);
  });
  // proto3 leaves out empty bytes, so a tensor without elements may have no raw_data at all.
  const tensor =
    raw !== undefined && type !== 'string'
      ? fromRaw(type, sizes, raw)
      : fromLists(type, sizes, numbers, integers, texts);
  return { name, tensor };
}
