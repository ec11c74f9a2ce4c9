import { visageError, type VisageError } from '../kernel/index.ts';
import type { NpyArray } from './npy-array.ts';
import { npyHeader, parseNpyHeader, type NpyHeader } from './npy-header.ts';
import { decodeUcs4, encodeUcs4, ucs4Width } from './ucs4.ts';

const holders = {
  float32: Float32Array,
  float64: Float64Array,
  uint8: Uint8Array,
  int8: Int8Array,
  uint16: Uint16Array,
  int16: Int16Array,
  uint32: Uint32Array,
  int32: Int32Array,
  int64: BigInt64Array,
  bool: Uint8Array,
} as const;

const machineIsLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

function swapBytes(bytes: Uint8Array, itemBytes: number): Uint8Array {
  const swapped = new Uint8Array(bytes.length);
  for (let start = 0; start < bytes.length; start += itemBytes) {
    for (let i = 0; i < itemBytes; i++) swapped[start + i] = bytes[start + itemBytes - 1 - i]!;
  }
  return swapped;
}

/** `index[i]`: the place in a Fortran-ordered array of the element that is i-th in C order. */
function fortranPlaces(dims: readonly number[], count: number): Uint32Array {
  const strides: number[] = [];
  let stride = 1;
  for (const dim of dims) {
    strides.push(stride);
    stride *= dim;
  }
  const places = new Uint32Array(count);
  const position = new Float64Array(dims.length);
  let place = 0;
  for (let i = 0; i < count; i++) {
    places[i] = place;
    for (let axis = dims.length - 1; axis >= 0; axis--) {
      place += strides[axis]!;
      if (++position[axis]! < dims[axis]!) break;
      place -= strides[axis]! * dims[axis]!;
      position[axis] = 0;
    }
  }
  return places;
}

/** Items of `itemBytes` bytes each, brought from Fortran order to C order. */
function toCOrder(bytes: Uint8Array, itemBytes: number, dims: readonly number[], count: number): Uint8Array {
  const ordered = new Uint8Array(bytes.length);
  const places = fortranPlaces(dims, count);
  for (let i = 0; i < count; i++) {
    const from = places[i]! * itemBytes;
    for (let b = 0; b < itemBytes; b++) ordered[i * itemBytes + b] = bytes[from + b]!;
  }
  return ordered;
}

const invalid = (path: string, reason: string): VisageError =>
  visageError('FORMAT_INVALID', { path, format: 'npy', reason });

/**
 * The array whose elements, as `header` describes them, are `bytes` (without the header).
 * Shares memory with `bytes` where these lie in the machine's order already.
 * @throws VisageError `FORMAT_INVALID`
 */
export function decodeNpyData(header: NpyHeader, bytes: Uint8Array, path: string): NpyArray {
  const { type, dims, itemBytes, count } = header;
  if (bytes.length !== count * itemBytes) {
    const shape = `(${dims.join(', ')})`;
    throw invalid(
      path,
      `${shape} items of ${itemBytes} bytes were announced, ${bytes.length} bytes are there`,
    );
  }
  const ordered = header.fortranOrder && dims.length > 1 ? toCOrder(bytes, itemBytes, dims, count) : bytes;
  if (type === 'string') {
    return { type, dims, data: decodeUcs4(ordered, count, itemBytes / 4, header.littleEndian, path) };
  }
  const native =
    itemBytes > 1 && header.littleEndian !== machineIsLittleEndian ? swapBytes(ordered, itemBytes) : ordered;
  // Copied by the constructor: slice() of a Buffer would be the same memory again.
  const aligned = native.byteOffset % itemBytes === 0 ? native : new Uint8Array(native);
  const Holder = holders[type];
  const data = new Holder(aligned.buffer as ArrayBuffer, aligned.byteOffset, count);
  return { type, dims, data } as NpyArray;
}

/**
 * Reads a `.npy` file, format versions 1 to 3.
 * Shares memory with `bytes` where possible: do not change them afterwards.
 * @param path what to call the file in errors.
 * @throws VisageError `FORMAT_INVALID`; `FORMAT_UNSUPPORTED` for objects (pickled Python), records,
 *   complex numbers and whatever else is not in `NpyArrays`
 */
export function readNpy(bytes: Uint8Array, path: string): NpyArray {
  const header = parseNpyHeader(bytes, path);
  return decodeNpyData(header, bytes.subarray(header.dataOffset), path);
}

/** The parts of the `.npy` file of `array`, one after the other. @throws VisageError `FORMAT_INVALID` */
export function npyParts(array: NpyArray, path: string): [header: Uint8Array, data: Uint8Array] {
  const count = array.dims.reduce((product, dim) => product * dim, 1);
  if (array.data.length !== count) {
    throw invalid(path, `shape (${array.dims.join(', ')}) needs ${count} items, got ${array.data.length}`);
  }
  if (array.type === 'string') {
    const width = ucs4Width(array.data);
    return [npyHeader('string', array.dims, width), encodeUcs4(array.data, width)];
  }
  const { buffer, byteOffset, byteLength, BYTES_PER_ELEMENT } = array.data;
  const bytes = new Uint8Array(buffer, byteOffset, byteLength);
  const little = machineIsLittleEndian ? bytes : swapBytes(bytes, BYTES_PER_ELEMENT);
  return [npyHeader(array.type, array.dims), little];
}

/**
 * The bytes of a `.npy` file, version 1.0, little endian, C order, as NumPy writes it.
 * @throws VisageError `FORMAT_INVALID` when `dims` and `data` do not fit together
 */
export function writeNpy(array: NpyArray): Uint8Array {
  const [header, data] = npyParts(array, 'the array');
  const bytes = new Uint8Array(header.length + data.length);
  bytes.set(header);
  bytes.set(data, header.length);
  return bytes;
}
