import type { FileBytes } from './bytes.ts';

/** What a datatype message says, as far as weight files need it. */
export type Datatype =
  | { readonly kind: 'float' | 'int' | 'uint'; readonly sizeBytes: number; readonly littleEndian: boolean }
  | { readonly kind: 'string'; readonly sizeBytes: number; readonly padding: 'null' | 'space' }
  | { readonly kind: 'varying string'; readonly sizeBytes: number }
  | { readonly kind: 'other'; readonly sizeBytes: number; readonly classNumber: number };

/** More elements or axes than HDF5 allows are damage. */
const maxRank = 32;

/** Reads a datatype message (specification IV.A.2.d). */
export function readDatatype(file: FileBytes, position: number, length: number): Datatype {
  if (length < 8) file.fail(`the datatype at byte ${position} is too short`);
  const classNumber = file.u8(position) & 15;
  const bits = file.u8(position + 1);
  const sizeBytes = file.u32(position + 4);
  const littleEndian = (bits & 1) === 0;
  if (sizeBytes === 0) file.fail(`the datatype at byte ${position} has elements of no size`);
  if (classNumber === 0) return { kind: (bits & 8) === 0 ? 'uint' : 'int', sizeBytes, littleEndian };
  // Bit 6 marks the byte order of VAX.
  if (classNumber === 1 && (bits & 64) === 0) return { kind: 'float', sizeBytes, littleEndian };
  if (classNumber === 3) return { kind: 'string', sizeBytes, padding: (bits & 15) === 2 ? 'space' : 'null' };
  if (classNumber === 9 && (bits & 15) === 1 && sizeBytes === 16)
    return { kind: 'varying string', sizeBytes };
  return { kind: 'other', sizeBytes, classNumber };
}

/** Reads a dataspace message (IV.A.2.b): the sizes, empty for a single value, [0] for none at all. */
export function readDims(file: FileBytes, position: number, length: number): number[] {
  const version = file.u8(position);
  const rank = file.u8(position + 1);
  if (version !== 1 && version !== 2) file.fail(`the dataspace at byte ${position} has version ${version}`);
  if (version === 2 && file.u8(position + 3) === 2) return [0];
  const start = position + (version === 1 ? 8 : 4);
  if (rank > maxRank || start + rank * 8 > position + length) {
    file.fail(`the dataspace at byte ${position} claims ${rank} axes`);
  }
  return Array.from({ length: rank }, (_, axis) => file.u64(start + axis * 8));
}

/** How many elements; refuses what no file of this size can hold. */
export function countElements(
  file: FileBytes,
  dims: readonly number[],
  sizeBytes: number,
  what: string,
): number {
  const count = dims.reduce((product, size) => product * size, 1);
  // Also when the product is no number: infinity times 0.
  if (!(count * sizeBytes <= file.sizeBytes)) {
    file.fail(
      `${what} claims [${dims.join(', ')}] elements, more than the file of ${file.sizeBytes} bytes holds`,
    );
  }
  return count;
}

/** Numbers as float32; the array is a view into the file where that is possible. */
export function readFloats(
  file: FileBytes,
  type: Datatype,
  at: number,
  count: number,
  what: string,
): Float32Array {
  if (type.kind !== 'float' || (type.sizeBytes !== 4 && type.sizeBytes !== 8)) {
    const name = type.kind === 'other' ? `class ${type.classNumber}` : `${type.kind}${8 * type.sizeBytes}`;
    file.unsupported(`the element type ${name} of ${what}`, 'float32, float64');
  }
  const bytes = file.slice(at, count * type.sizeBytes, what);
  if (type.sizeBytes === 4 && type.littleEndian) {
    return bytes.byteOffset % 4 === 0
      ? new Float32Array(bytes.buffer, bytes.byteOffset, count)
      : new Float32Array(new Uint8Array(bytes).buffer);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const read = type.sizeBytes === 4 ? 'getFloat32' : 'getFloat64';
  return Float32Array.from({ length: count }, (_, i) => view[read](i * type.sizeBytes, type.littleEndian));
}

const decoder = new TextDecoder();

function trimmed(bytes: Uint8Array, padding: 'null' | 'space'): string {
  const end = bytes.indexOf(0);
  const text = decoder.decode(end < 0 ? bytes : bytes.subarray(0, end));
  return padding === 'space' ? text.replace(/ +$/, '') : text;
}

/** Texts of fixed or varying length. */
export function readStrings(
  file: FileBytes,
  type: Datatype,
  at: number,
  count: number,
  what: string,
): string[] {
  const bytes = file.slice(at, count * type.sizeBytes, what);
  if (type.kind === 'string') {
    const { sizeBytes, padding } = type;
    return Array.from({ length: count }, (_, i) =>
      trimmed(bytes.subarray(i * sizeBytes, (i + 1) * sizeBytes), padding),
    );
  }
  if (type.kind !== 'varying string') file.fail(`${what} should be text`);
  // Many elements can refer to one long text; together they are no longer than the file in an honest one.
  let budget = file.sizeBytes;
  return Array.from({ length: count }, (_, i) => {
    const entry = at + i * 16;
    const length = file.u32(entry);
    budget -= length;
    if (budget < 0) file.fail(`the texts of ${what} are longer than the file`);
    const heap = length === 0 ? undefined : file.address(entry + 4);
    if (heap === undefined || heap === 0) return '';
    const object = heapObject(file, heap, file.u32(entry + 12), what);
    if (length > object.length) file.fail(`a text of ${what} is longer than its place in the heap`);
    return trimmed(object.subarray(0, length), 'null');
  });
}

/** Where the objects of the heaps that were looked at lie, so that long lists of texts are read in one pass. */
const heapIndexes = new WeakMap<FileBytes, Map<number, Map<number, Uint8Array>>>();

/** One object of a global heap collection (III.E). */
function heapObject(file: FileBytes, heap: number, index: number, what: string): Uint8Array {
  let known = heapIndexes.get(file);
  if (known === undefined) heapIndexes.set(file, (known = new Map()));
  let objects = known.get(heap);
  if (objects === undefined) {
    objects = new Map();
    file.signature(heap, 'GCOL', 'global heap');
    const size = file.u64(heap + 8);
    file.check(heap, size, 'a global heap');
    for (let at = heap + 16; at + 16 <= heap + size; ) {
      const number = file.u16(at);
      const length = file.u64(at + 8);
      // Object 0 is the free space at the end.
      if (number === 0) break;
      if (at + 16 + length > heap + size) file.fail(`an object leaves the global heap at byte ${heap}`);
      objects.set(number, file.slice(at + 16, length, 'a global heap'));
      at += 16 + Math.ceil(length / 8) * 8;
    }
    known.set(heap, objects);
  }
  return objects.get(index) ?? file.fail(`a text of ${what} is not in the global heap at byte ${heap}`);
}
