import { wasm } from '../../kernel/index.ts';
import { homeOf, ListMemory } from './list-memory.ts';

const { advance, get, load, loopWhile, set, simd, store } = wasm;

/** Code that gives four float32 numbers, of four places of the lists. */
export type Lanes = wasm.Code;

const operator =
  (code: number) =>
  (a: Lanes, b: Lanes): Lanes => [...a, ...b, ...simd(code)];
export const plus = operator(0xe4);
export const minus = operator(0xe5);
export const times = operator(0xe6);
export const over = operator(0xe7);
export const root = (a: Lanes): Lanes => [...a, ...simd(0xe3)];

const splat = simd(0x13);
const [f64x2Plus, f64x2Times, lowToF64x2, f64x2Lane, shuffle] = [0xf0, 0xf2, 0x5f, 0x21, 0x0d];
const f64Plus = 0xa0;

/** Numbers that are worked on at a time of lists that lie elsewhere: a few such pieces fit into any processor's cache. */
const pieceNumbers = 8192;
const laneBytes = 16;
const lanesOf = (count: number): number => Math.ceil(count / 4) * laneBytes;

/** What a loop over lists takes: where the first ends, the numbers, where each begins. */
type Run = (end: number, ...rest: readonly number[]) => number;

/** A loop over lists, four places at once. Compiled for each memory that it meets. */
class ListLoop {
  readonly #lists: number;
  readonly #routine: wasm.Routine;
  readonly #compiled = new WeakMap<wasm.Memory, Run>();
  #pieces: readonly Float32Array[] | undefined;

  constructor(lists: number, routine: wasm.Routine) {
    this.#lists = lists;
    this.#routine = routine;
  }

  #over(memory: wasm.Memory): Run {
    const known = this.#compiled.get(memory);
    if (known !== undefined) return known;
    const run = wasm.instantiate(wasm.engine!, wasm.moduleOf(this.#routine), memory) as Run;
    this.#compiled.set(memory, run);
    return run;
  }

  /** Lists of one memory, where they lie. */
  #inPlace(
    memory: wasm.Memory,
    lists: readonly Float32Array[],
    numbers: readonly number[],
    count: number,
  ): number {
    const starts = lists.map(({ byteOffset }) => byteOffset);
    return count === 0 ? 0 : this.#over(memory)(starts[0]! + lanesOf(count), ...numbers, ...starts);
  }

  /**
   * @param lists all of one length
   * @param changed those that are copied back, where they lie elsewhere
   * @returns the sum of what the loop returns
   */
  run(lists: readonly Float32Array[], numbers: readonly number[], changed: readonly number[]): number {
    const memory = homeOf(lists[0]!);
    const { length } = lists[0]!;
    if (memory !== undefined && lists.every((list) => homeOf(list) === memory)) {
      return this.#inPlace(memory, lists, numbers, length);
    }
    this.#pieces ??= piecesOf(this.#lists);
    let total = 0;
    for (let from = 0; from < length; from += pieceNumbers) {
      const to = Math.min(from + pieceNumbers, length);
      const count = to - from;
      for (const [i, list] of lists.entries()) {
        this.#pieces[i]!.set(list.subarray(from, to));
        // Lanes behind the end take part.
        if (count % 4 !== 0) this.#pieces[i]!.fill(0, count, count + 3);
      }
      total += this.#inPlace(homeOf(this.#pieces[0]!)!, this.#pieces, numbers, count);
      for (const i of changed) lists[i]!.set(this.#pieces[i]!.subarray(0, count), from);
    }
    return total;
  }
}

function piecesOf(lists: number): readonly Float32Array[] {
  const lengths = Array.from({ length: lists }, () => pieceNumbers);
  const memory = new ListMemory(lengths);
  const pieces = lengths.map((length) => memory.list(length));
  if (homeOf(pieces[0]!) === undefined) throw new TypeError('This engine has no WebAssembly.');
  return pieces;
}

const countFrom = (first: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => first + i);

/** sum += the squares of the lower two of four numbers, in float64. */
const addSquares = (sum: number, two: number, four: Lanes): Lanes => [
  ...four,
  ...simd(lowToF64x2),
  ...set(two),
  ...get(sum),
  ...get(two),
  ...get(two),
  ...simd(f64x2Times),
  ...simd(f64x2Plus),
  ...set(sum),
];
const upperTwo = Array.from({ length: 16 }, (_, i) => (i + 8) % 16);

/**
 * Changes lists of float32 numbers, each place by the numbers at that place alone: four places at once
 * (WebAssembly SIMD). Every sum, product, quotient and root is rounded to float32, so the result is the same on
 * every machine, bit for bit. On the way the squares of one list are summed up, as that list was before, in float64.
 * 23 million weights with as many gradients and velocities take 20 ms on one thread where they lie in a
 * `ListMemory`, 44 ms elsewhere, loops in JavaScript 106 (Xeon of 2023, the least of twelve).
 */
export class ListFormula {
  readonly #loop: ListLoop;
  readonly #changed: readonly number[];

  /**
   * @param lists how many
   * @param numbers how many that are the same for all places
   * @param measured the list whose squares are summed up
   * @param statements list and what it becomes, one after the other: the second sees what the first did
   */
  constructor(
    lists: number,
    numbers: number,
    measured: number,
    statements: (lists: readonly Lanes[], numbers: readonly Lanes[]) => readonly (readonly [number, Lanes])[],
  ) {
    // Locals: the parameters (the end, the numbers, where each list begins), two for the squares, the numbers
    // four times each, the lists.
    const firstStart = 1 + numbers;
    const sum = firstStart + lists;
    const [two, firstNumber] = [sum + 1, sum + 2];
    const firstList = firstNumber + numbers;
    const [starts, numberLocals, listLocals] = [
      countFrom(firstStart, lists),
      countFrom(firstNumber, numbers),
      countFrom(firstList, lists),
    ];
    const code = statements(listLocals.map(get), numberLocals.map(get));
    this.#changed = [...new Set(code.map(([list]) => list))];
    const four = get(firstList + measured);
    const half = (which: number): Lanes => [...get(sum), ...simd(f64x2Lane), which];
    const body = [
      ...numberLocals.flatMap((local, i) => [...get(1 + i), ...splat, ...set(local)]),
      ...loopWhile(firstStart, 0, [
        ...listLocals.flatMap((local, i) => [...load(starts[i]!, 0), ...set(local)]),
        ...addSquares(sum, two, four),
        ...addSquares(sum, two, [...four, ...four, ...simd(shuffle), ...upperTwo]),
        ...code.flatMap(([list, lanes]) => lanes.concat(set(firstList + list))),
        ...this.#changed.flatMap((list) => store(starts[list]!, 0, get(firstList + list))),
        ...starts.flatMap((start) => advance(start, laneBytes)),
      ]),
      ...half(0),
      ...half(1),
      f64Plus,
    ];
    this.#loop = new ListLoop(lists, {
      parameters: [wasm.i32, ...numberLocals.map(() => wasm.f32), ...starts.map(() => wasm.i32)],
      results: [wasm.f64],
      locals: [sum, two, ...numberLocals, ...listLocals].map(() => wasm.v128),
      body,
    });
  }

  /**
   * @param lists all of one length; changed where they lie
   * @returns the sum of the squares of the list that is measured
   */
  run(lists: readonly Float32Array[], numbers: readonly number[]): number {
    return this.#loop.run(lists, numbers, this.#changed);
  }
}

const squares = new ListFormula(1, 0, 0, () => []);

/** The sum of all squares, in float64. */
export const sumOfSquares = (list: Float32Array): number => squares.run([list], []);
