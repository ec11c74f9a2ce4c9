import { bfloat16ToFloat, halfToFloat } from '../half.ts';
import { WireError, WireReader } from '../protobuf.ts';

/** `DataType` of the numbers that constants can have (tensorflow/core/framework/types.proto). */
const typeNames = new Map([
  [1, 'float32'],
  [2, 'float64'],
  [3, 'int32'],
  [4, 'uint8'],
  [5, 'int16'],
  [6, 'int8'],
  [7, 'string'],
  [9, 'int64'],
  [10, 'bool'],
  [14, 'bfloat16'],
  [19, 'float16'],
] as const);

type NamedType = typeof typeNames extends Map<number, infer Name> ? Name : never;
export type TensorflowType = NamedType | 'other';
type FloatType = Extract<NamedType, `${string}float${string}`>;

const maxRank = 254;

/** `TensorShapeProto`: 2 sizes (`Dim`: 1 the size), 3 whether not even their number is known. */
function readShape(bytes: Uint8Array): number[] {
  const reader = new WireReader(bytes);
  const dims: number[] = [];
  while (!reader.done) {
    const field = reader.field();
    if (field === 3 && reader.int() !== 0) throw new WireError('a constant has no shape');
    if (field !== 2) {
      if (field !== 3) reader.skip();
      continue;
    }
    const dim = new WireReader(reader.bytes());
    // proto3 leaves out a size of 0.
    let size = 0;
    while (!dim.done) {
      if (dim.field() === 1) size = dim.int();
      else dim.skip();
    }
    if (size < 0) throw new WireError(`a constant has a size of ${size}`);
    if (dims.push(size) > maxRank) throw new WireError('a constant has too many axes');
  }
  return dims;
}

/** Type and shape of a `TensorProto`: 1 type, 2 shape. */
export function describeTensor(bytes: Uint8Array): { type: TensorflowType; dims: number[] } {
  const reader = new WireReader(bytes);
  let type: TensorflowType = 'other';
  let dims: number[] = [];
  while (!reader.done) {
    const field = reader.field();
    if (field === 1) type = typeNames.get(reader.int() as 1) ?? 'other';
    else if (field === 2) dims = readShape(reader.bytes());
    else reader.skip();
  }
  return { type, dims };
}

const platformIsLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** Little-endian numbers of the type; a view where memory allows. */
function fromContent(bytes: Uint8Array, type: FloatType): Float32Array {
  const width = type === 'float64' ? 8 : type === 'float32' ? 4 : 2;
  if (bytes.length % width !== 0) throw new WireError(`${bytes.length} bytes of ${type}`);
  const count = bytes.length / width;
  if (type === 'float32' && platformIsLittleEndian) {
    return bytes.byteOffset % 4 === 0
      ? new Float32Array(bytes.buffer, bytes.byteOffset, count)
      : new Float32Array(new Uint8Array(bytes).buffer);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const numbers = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    if (type === 'float32') numbers[i] = view.getFloat32(4 * i, true);
    else if (type === 'float64') numbers[i] = view.getFloat64(8 * i, true);
    else {
      const bits = view.getUint16(2 * i, true);
      numbers[i] = type === 'float16' ? halfToFloat(bits) : bfloat16ToFloat(bits);
    }
  }
  return numbers;
}

/** Collects numbers that a message lists; no more than the tensor has. */
class NumberList {
  readonly #numbers: Float32Array;
  #count = 0;

  constructor(count: number) {
    this.#numbers = new Float32Array(count);
  }

  add(values: ArrayLike<number>): void {
    if (this.#count + values.length > this.#numbers.length) {
      throw new WireError(`more than the ${this.#numbers.length} numbers of a constant are listed`);
    }
    this.#numbers.set(values, this.#count);
    this.#count += values.length;
  }

  /** The last number stands for all that are not listed; none at all are zeros. */
  finish(): Float32Array {
    return this.#count === 0
      ? this.#numbers
      : this.#numbers.fill(this.#numbers[this.#count - 1]!, this.#count);
  }
}

/**
 * The numbers of a `TensorProto`: 4 bytes of all (`tensor_content`), or lists (5 float, 6 double, 13
 * half and bfloat16, as bits) in which the last number is repeated as often as needed.
 * @param dims its shape, whose product the caller has found acceptable
 */
export function decodeTensorFloats(
  bytes: Uint8Array,
  type: FloatType,
  dims: readonly number[],
): Float32Array {
  const count = dims.reduce((a, b) => a * b, 1);
  let content: Uint8Array | undefined;
  const reader = new WireReader(bytes);
  const listField = type === 'float32' ? 5 : type === 'float64' ? 6 : 13;
  let list: NumberList | undefined;
  while (!reader.done) {
    const field = reader.field();
    if (field === 4) content = reader.bytes();
    else if (field !== listField) reader.skip();
    else (list ??= new NumberList(count)).add(listed(reader, type));
  }
  if (content === undefined || (content.length === 0 && count > 0)) {
    return (list ?? new NumberList(count)).finish();
  }
  const numbers = fromContent(content, type);
  if (numbers.length !== count) {
    throw new WireError(`a constant of ${count} numbers has ${content.length} bytes`);
  }
  return numbers;
}

/** Numbers of 16 bits that are packed as varints of an int32. */
function packedWords(bytes: Uint8Array): Uint16Array {
  let count = 0;
  for (const byte of bytes) if (byte < 128) count++;
  const words = new Uint16Array(count);
  let [at, shift] = [0, 0];
  for (const byte of bytes) {
    if (shift < 16) words[at]! |= (byte & 127) << shift;
    shift += 7;
    if (byte >= 128) continue;
    at++;
    shift = 0;
  }
  if (shift !== 0) throw new WireError('a list of numbers ends inside of one');
  return words;
}

/** One number, or many packed into bytes. */
function listed(reader: WireReader, type: FloatType): ArrayLike<number> {
  const packed = reader.type === 2;
  if (type === 'float32' || type === 'float64') {
    if (packed) return fromContent(reader.bytes(), type);
    const numbers: number[] = [];
    if (type === 'float32') reader.floats(numbers);
    else reader.doubles(numbers);
    return numbers;
  }
  const words = packed ? packedWords(reader.bytes()) : [reader.int() & 0xffff];
  return Float32Array.from(words, type === 'float16' ? halfToFloat : bfloat16ToFloat);
}
