import { visageError, type VisageError } from '../kernel/index.ts';
import { decodeNpyData } from './npy.ts';
import type { NpyArray } from './npy-array.ts';
import { parseDescr, parseNpyFields } from './npy-header.ts';
import { PickleFault, unpickle, type PickleGlobal, type PickleState } from './pickle/index.ts';

/** What arrays may take together, in sizes of the file: an honest one stores each number once. */
const maxCopies = 4;
/** What they may take in any case, in bytes. */
const freeBytes = 2 ** 20;
/** NumPy's own limit, `NPY_MAXDIMS` of NumPy 2. */
const maxDims = 64;

/** An element type under construction: `dtype('f4', False, True)`, then its byte order as state. */
class PickledType implements PickleState {
  readonly #code: string;
  #order = '=';

  constructor(code: unknown) {
    if (typeof code !== 'string' || code.length > 20) throw new PickleFault('an element type has no code');
    this.#code = code;
  }

  /** `(version, byte order, subarray, names, fields, width, alignment, flags, …)` (numpy, arraydescr_setstate). */
  setState(state: unknown): void {
    const order = Array.isArray(state) ? (state as unknown[])[1] : undefined;
    if (typeof order !== 'string' || !/^[<>=|]$/.test(order)) {
      throw new PickleFault('an element type has no byte order');
    }
    this.#order = order;
  }

  get holdsObjects(): boolean {
    return /^O\d?$/.test(this.#code);
  }

  get descr(): string {
    return this.#order + this.#code;
  }
}

/** An array under construction: `_reconstruct` makes it empty, its state says the rest. */
class PickledArray implements PickleState {
  readonly #file: NumpyFile;
  value: NpyArray | readonly unknown[] | undefined;

  constructor(file: NumpyFile) {
    this.#file = file;
  }

  /** `(version, shape, element type, Fortran order?, data)` (numpy, array_setstate). */
  setState(state: unknown): void {
    if (!Array.isArray(state) || state.length !== 5) throw new PickleFault('an array has no state');
    const [, dims, type, fortranOrder, data] = state as unknown[];
    const shaped =
      Array.isArray(dims) &&
      dims.length <= maxDims &&
      dims.every((dim) => Number.isSafeInteger(dim) && dim >= 0);
    if (!shaped || !(type instanceof PickledType)) throw new PickleFault('an array has no shape or type');
    if (typeof fortranOrder !== 'boolean' && fortranOrder !== 0 && fortranOrder !== 1) {
      throw new PickleFault('an array has no order');
    }
    this.value = this.#file.arrayOf(dims as number[], type, Boolean(fortranOrder), data);
  }
}

const emptyBytes = (args: readonly unknown[]): Uint8Array => {
  if (args.length > 0) throw new PickleFault('it makes bytes of something');
  return new Uint8Array();
};

class NumpyFile {
  readonly #path: string;
  #budgetBytes: number;

  constructor(path: string, sizeBytes: number) {
    this.#path = path;
    this.#budgetBytes = maxCopies * sizeBytes + freeBytes;
  }

  #spend(bytes: number): void {
    this.#budgetBytes -= bytes;
    if (!(this.#budgetBytes >= 0)) throw new PickleFault('its arrays together are larger than the file');
  }

  /** Text of Latin-1, which stands for bytes. */
  bytesOf(data: unknown): Uint8Array {
    if (data instanceof Uint8Array) return data;
    if (typeof data !== 'string') throw new PickleFault('an array has no data');
    this.#spend(data.length);
    const bytes = new Uint8Array(data.length);
    for (let i = 0; i < data.length; i++) {
      const code = data.charCodeAt(i);
      if (code > 255) throw new PickleFault('the bytes of an array are no bytes');
      bytes[i] = code;
    }
    return bytes;
  }

  arrayOf(
    dims: readonly number[],
    type: PickledType,
    fortranOrder: boolean,
    data: unknown,
  ): NpyArray | readonly unknown[] {
    const count = dims.reduce((product, dim) => product * dim, 1);
    if (type.holdsObjects) {
      if (!Array.isArray(data) || data.length !== count) {
        throw new PickleFault(`an array of ${count} objects does not hold them`);
      }
      return data;
    }
    const item = parseDescr(type.descr, this.#path);
    const bytes = this.bytesOf(data);
    if (bytes.length !== count * item.itemBytes || item.itemBytes === 0) {
      throw new PickleFault(
        `an array (${dims.join(', ')}) of ${type.descr} has ${bytes.length} bytes of data`,
      );
    }
    // At most one copy to turn the order of axes, one for the order of bytes.
    this.#spend(2 * bytes.length);
    return decodeNpyData({ ...item, dims, count, fortranOrder, dataOffset: 0 }, bytes, this.#path);
  }

  /** All that such a file may name (numpy/core/src/multiarray, `array_reduce` and `arraydescr_reduce`). */
  globals(): ReadonlyMap<string, PickleGlobal> {
    const reconstruct = () => new PickledArray(this);
    // Python 3 writes bytes in protocols below 3 as text that is to be encoded.
    const encode = ([text, encoding]: readonly unknown[]): Uint8Array => {
      if (encoding !== 'latin1') throw new PickleFault('it encodes text in another way than Latin-1');
      return this.bytesOf(text);
    };
    const globals: PickleGlobal[] = [
      { name: 'numpy.core.multiarray._reconstruct', call: reconstruct },
      { name: 'numpy._core.multiarray._reconstruct', call: reconstruct },
      { name: 'numpy.ndarray' },
      { name: 'numpy.dtype', call: ([code]) => new PickledType(code) },
      { name: '_codecs.encode', call: encode },
      { name: '__builtin__.bytes', call: emptyBytes },
      { name: 'builtins.bytes', call: emptyBytes },
    ];
    return new Map(globals.map((global) => [global.name, global]));
  }
}

/**
 * Arrays in place of what they were made from. A container that is met again is the same again, so
 * shared and self-containing ones end.
 */
function finished(value: unknown): unknown {
  const done = new Map<unknown, unknown>();
  const finish = (item: unknown): unknown => {
    if (item instanceof PickledType) throw new PickleFault('an element type stands where data should');
    if (typeof item !== 'object' || item === null || item instanceof Uint8Array) return item;
    if (done.has(item)) return done.get(item);
    if (item instanceof PickledArray) {
      if (item.value === undefined) throw new PickleFault('an array has no state');
      if (!Array.isArray(item.value)) return item.value;
      const inner = item.value as readonly unknown[];
      const objects: unknown[] = [];
      done.set(item, objects);
      waiting.push(() => inner.forEach((one) => objects.push(finish(one))));
      return objects;
    }
    if (item instanceof Map) {
      const map = new Map<unknown, unknown>();
      done.set(item, map);
      waiting.push(() => item.forEach((one, key) => map.set(finish(key), finish(one))));
      return map;
    }
    if (item instanceof Set || Array.isArray(item)) {
      const list: unknown[] = [];
      done.set(item, list);
      waiting.push(() => item.forEach((one: unknown) => list.push(finish(one))));
      return list;
    }
    throw new PickleFault('something stands where data should');
  };
  // Not by recursion: a pickle may nest deeper than the stack reaches.
  const waiting: (() => void)[] = [];
  const result = finish(value);
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) next();
  return result;
}

const invalid = (path: string, reason: string, cause?: unknown): VisageError =>
  visageError('FORMAT_INVALID', { path, format: 'npy', reason }, cause);

/**
 * Reads a `.npy` file of Python objects, which `numpy.save` stores as a pickle: Python's values as
 * `unpickle` gives them, arrays of numbers as {@link NpyArray} in C order, arrays of objects as lists;
 * an array without axes that holds one object is that object. Only plain containers, texts, numbers and
 * arrays are built; every other name in the pickle is refused, and nothing is ever run.
 *
 * Memory is bounded by a few sizes of the file.
 * @param path what to call the file in errors
 * @throws VisageError `FORMAT_INVALID`, `FORMAT_UNSUPPORTED`
 */
export function readNpyObjects(bytes: Uint8Array, path: string): unknown {
  const { descr, dims, dataOffset } = parseNpyFields(bytes, path);
  if (descr !== '|O') throw invalid(path, `its elements are ${descr}, not Python objects`);
  const { value } = unpickle(bytes, {
    path,
    start: dataOffset,
    globals: new NumpyFile(path, bytes.length).globals(),
  });
  let content: unknown;
  try {
    content = finished(value);
  } catch (thrown) {
    if (!(thrown instanceof PickleFault)) throw thrown;
    throw invalid(path, thrown.message, thrown);
  }
  if (!(value instanceof PickledArray) || !Array.isArray(content)) {
    throw invalid(path, 'its pickle is not an array of objects');
  }
  return dims.length === 0 ? (content as unknown[])[0] : content;
}
