import { wasm } from '../../kernel/index.ts';

/** Gives a list of zeros. */
export type Allocate = (length: number) => Float32Array;

export const ordinaryList: Allocate = (length) => new Float32Array(length);

/** Lists begin at cache lines of 64 bytes. */
const lineNumbers = 16;
const inLines = (length: number): number => Math.ceil(length / lineNumbers) * lineNumbers;

const homes = new WeakMap<Float32Array, wasm.Memory>();

/** The memory that a whole list lies in; `undefined` for lists that lie elsewhere, and for parts of one. */
export const homeOf = (list: Float32Array): wasm.Memory | undefined => homes.get(list);

/**
 * Lists of float32 numbers that lie in one WebAssembly memory, so that loops find them without a copy. Each
 * has the rest of its last cache line to itself.
 */
export class ListMemory {
  readonly #memory: wasm.Memory | undefined;
  #used = 0;

  /** @param lengths of the lists that will be asked for */
  constructor(lengths: readonly number[]) {
    const numbers = lengths.reduce((sum, length) => sum + inLines(length), 0);
    this.#memory = memoryOf(numbers * Float32Array.BYTES_PER_ELEMENT);
  }

  /** A list of zeros; an ordinary one where the memory has no room for it. */
  readonly list: Allocate = (length) => {
    const from = this.#used * Float32Array.BYTES_PER_ELEMENT;
    const buffer = this.#memory?.buffer;
    if (buffer === undefined || from + inLines(length) * Float32Array.BYTES_PER_ELEMENT > buffer.byteLength) {
      return ordinaryList(length);
    }
    this.#used += inLines(length);
    const list = new Float32Array(buffer, from, length);
    homes.set(list, this.#memory!);
    return list;
  };
}

/**
 * Moves lists into one memory.
 * @param each how many lists of the same length there are to be for each, itself among them
 */
export function moveIntoMemory(
  lists: ReadonlyMap<string, Float32Array>,
  each: number,
): { readonly memory: ListMemory; readonly moved: ReadonlyMap<string, Float32Array> } {
  const memory = new ListMemory(
    [...lists.values()].flatMap(({ length }) => Array.from({ length: each }, () => length)),
  );
  const moved = new Map<string, Float32Array>();
  for (const [name, list] of lists) {
    const place = memory.list(list.length);
    place.set(list);
    moved.set(name, place);
  }
  return { memory, moved };
}

/** Memory ends at 4 GiB, or earlier where the machine has less: then lists lie elsewhere. */
function memoryOf(bytes: number): wasm.Memory | undefined {
  try {
    return wasm.engine && new wasm.engine.Memory({ initial: Math.ceil(bytes / wasm.pageBytes) });
  } catch (reason) {
    if (reason instanceof RangeError || reason instanceof TypeError) return undefined;
    throw reason;
  }
}
