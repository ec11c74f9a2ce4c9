import { visageError, type VisageError } from '../kernel/index.ts';
import type { NpyType } from './npy-array.ts';

/** What the first bytes of a `.npy` file say. */
export interface NpyHeader {
  readonly type: NpyType;
  readonly dims: readonly number[];
  /** Product of `dims`; 1 for a scalar. */
  readonly count: number;
  readonly itemBytes: number;
  readonly littleEndian: boolean;
  /** First index fastest. */
  readonly fortranOrder: boolean;
  /** Where the elements start. */
  readonly dataOffset: number;
}

/** A header this long is no array of ours: NumPy goes above 64 KiB for huge record types only. */
export const maxNpyHeaderBytes = 65_536 + 12;

/** NumPy's own limit, `NPY_MAXDIMS` of NumPy 2. */
const maxDims = 64;

const typeOfDescr: Readonly<Record<string, NpyType>> = {
  f4: 'float32',
  f8: 'float64',
  u1: 'uint8',
  i1: 'int8',
  u2: 'uint16',
  i2: 'int16',
  u4: 'uint32',
  i4: 'int32',
  i8: 'int64',
  b1: 'bool',
};
const descrOfType = new Map(Object.entries(typeOfDescr).map(([descr, type]) => [type, descr]));

// "\x93NUMPY", numpy/lib/format.py
const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

const invalid = (path: string, reason: string): VisageError =>
  visageError('FORMAT_INVALID', { path, format: 'npy', reason });

const unsupported = (path: string, feature: string): VisageError =>
  visageError('FORMAT_UNSUPPORTED', {
    path,
    feature,
    format: 'npy',
    allowed: `${Object.keys(typeOfDescr).join(', ')} and U`,
  });

// One entry of the Python dictionary in the header: a key, then a string, a truth value, a tuple or a list.
const dictionaryEntry =
  /\s*(['"])(\w+)\1\s*:\s*(?:(['"])([^'"]*)\3|(True|False)|\(([^()]*)\)|(\[).*)\s*(?:,|(?=\})|$)/sy;

interface Fields {
  descr?: string;
  fortranOrder?: boolean;
  shape?: string;
}

function parseDictionary(text: string, path: string): Required<Fields> {
  const start = text.indexOf('{') + 1;
  const fields: Fields = {};
  dictionaryEntry.lastIndex = start;
  let end = start;
  for (;;) {
    const match = dictionaryEntry.exec(text);
    if (match === null) break;
    end = dictionaryEntry.lastIndex;
    const [, , key, , string, truth, tuple, list] = match;
    if (key === 'descr' && list !== undefined) throw unsupported(path, 'a record type');
    if (key === 'descr' && string !== undefined) fields.descr = string;
    else if (key === 'fortran_order' && truth !== undefined) fields.fortranOrder = truth === 'True';
    else if (key === 'shape' && tuple !== undefined) fields.shape = tuple;
    else throw invalid(path, `its header holds an unexpected ${key}`);
  }
  const { descr, fortranOrder, shape } = fields;
  const closed = start === 1 + text.search(/\S/) && /^\s*\}\s*$/.test(text.slice(end));
  if (!closed || descr === undefined || fortranOrder === undefined || shape === undefined) {
    throw invalid(path, 'its header is not a dictionary of descr, fortran_order and shape');
  }
  return { descr, fortranOrder, shape };
}

function parseShape(text: string, path: string): number[] {
  const pieces = text.split(',').map((piece) => piece.trim());
  const single = pieces.length === 1 && pieces[0] !== '';
  if (pieces.at(-1) === '') pieces.pop();
  // Python 2 wrote long integers as 3L.
  if (single || !pieces.every((piece) => /^\d{1,16}L?$/.test(piece)))
    throw invalid(path, `its shape is (${text})`);
  const dims = pieces.map((piece) => Number.parseInt(piece, 10));
  if (dims.length > maxDims)
    throw invalid(path, `it has ${dims.length} dimensions, at most ${maxDims} are allowed`);
  return dims;
}

/** What an element is. @throws VisageError `FORMAT_UNSUPPORTED` */
export function parseDescr(
  descr: string,
  path: string,
): Pick<NpyHeader, 'type' | 'itemBytes' | 'littleEndian'> {
  const match = /^([<>|=]?)([A-Za-z])(\d{0,9})$/.exec(descr);
  if (match === null) throw unsupported(path, `the element type ${JSON.stringify(descr.slice(0, 20))}`);
  const [, order, kind, digits] = match;
  const littleEndian = order !== '>';
  if (kind === 'O') throw unsupported(path, 'an array of Python objects (a pickle)');
  if (kind === 'U') return { type: 'string', itemBytes: 4 * Number(digits), littleEndian };
  const type = typeOfDescr[kind! + digits!];
  if (type === undefined) throw unsupported(path, `the element type ${descr}`);
  return { type, itemBytes: Number(digits), littleEndian };
}

/** The header of a `.npy` file before its element type is looked at. */
export interface NpyFields {
  /** NumPy's code of the element type, such as `<f4`; `|O` stands for pickled Python objects. */
  readonly descr: string;
  readonly fortranOrder: boolean;
  readonly dims: readonly number[];
  readonly dataOffset: number;
}

/** As {@link parseNpyHeader}, for any element type. @throws VisageError as that does */
export function parseNpyFields(bytes: Uint8Array, path: string): NpyFields {
  if (bytes.length < 10 || magic.some((byte, i) => bytes[i] !== byte)) {
    throw invalid(path, 'it does not start as an npy file does');
  }
  const version = bytes[6]!;
  if (version < 1 || version > 3) throw unsupported(path, `version ${version}.${bytes[7]}`);
  const lengthBytes = version === 1 ? 2 : 4;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 8 + lengthBytes) throw invalid(path, 'its header is cut off');
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  const dataOffset = 8 + lengthBytes + length;
  if (dataOffset > maxNpyHeaderBytes) throw invalid(path, `its header is said to have ${length} bytes`);
  if (bytes.length < dataOffset) throw invalid(path, 'its header is cut off');
  const text = new TextDecoder(version === 3 ? 'utf-8' : 'latin1').decode(
    bytes.subarray(8 + lengthBytes, dataOffset),
  );
  const { descr, fortranOrder, shape } = parseDictionary(text, path);
  return { descr, fortranOrder, dims: parseShape(shape, path), dataOffset };
}

/**
 * Reads the header of a `.npy` file, versions 1 to 3 (numpy/lib/format.py).
 * @param bytes at least the first {@link maxNpyHeaderBytes} of the file, or all of it.
 * @throws VisageError `FORMAT_INVALID`, `FORMAT_UNSUPPORTED`
 */
export function parseNpyHeader(bytes: Uint8Array, path: string): NpyHeader {
  const { descr, fortranOrder, dims, dataOffset } = parseNpyFields(bytes, path);
  const count = dims.reduce((product, dim) => product * dim, 1);
  const { type, itemBytes, littleEndian } = parseDescr(descr, path);
  // `<U0` takes no room in the file, so nothing else would bound how many there are.
  if (!Number.isSafeInteger(count * Math.max(1, itemBytes)) || (itemBytes === 0 && count > 1e6)) {
    throw invalid(path, `its shape is (${dims.join(', ')})`);
  }
  return { type, dims, count, itemBytes, littleEndian, fortranOrder, dataOffset };
}

/**
 * The header of a `.npy` file of version 1.0, padded so that the elements start at a multiple of 64.
 * @param width characters of an element, for `string` only.
 */
export function npyHeader(type: NpyType, dims: readonly number[], width = 0): Uint8Array {
  const code = type === 'string' ? `U${width}` : descrOfType.get(type)!;
  const order = type === 'string' || !code.endsWith('1') ? '<' : '|';
  const shape = dims.length === 1 ? `(${dims[0]},)` : `(${dims.join(', ')})`;
  const text = `{'descr': '${order}${code}', 'fortran_order': False, 'shape': ${shape}, }`;
  const total = Math.ceil((10 + text.length + 1) / 64) * 64;
  const bytes = new Uint8Array(total).fill(0x20);
  bytes.set(magic);
  bytes.set([1, 0, (total - 10) & 255, (total - 10) >> 8], 6);
  bytes.set(new TextEncoder().encode(text), 10);
  bytes[total - 1] = 0x0a;
  return bytes;
}
