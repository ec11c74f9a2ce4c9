import { wasm } from '../../kernel/index.ts';

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

/** Numbers of a list that are worked on at a time: a few lists of them fit into any processor's cache. */
const pieceNumbers = 8192;
const pieceBytes = pieceNumbers * Float32Array.BYTES_PER_ELEMENT;
const laneBytes = 16;

interface Loop {
  /** Where it finds the lists. */
  readonly pieces: readonly Float32Array[];
  readonly run: (bytes: number, ...numbers: readonly number[]) => number;
}

/** A loop over pieces of lists, which are copied to where it finds them. Compiled when it first runs. */
class PieceLoop {
  readonly #lists: number;
  readonly #routine: wasm.Routine;
  #compiled: Loop | undefined;

  constructor(lists: number, routine: wasm.Routine) {
    this.#lists = lists;
    this.#routine = routine;
  }

  #compile(): Loop {
    const { engine } = wasm;
    if (engine === undefined) throw new TypeError('This engine has no WebAssembly.');
    const memory = new engine.Memory({ initial: Math.ceil((this.#lists * pieceBytes) / wasm.pageBytes) });
    const pieces = Array.from(
      { length: this.#lists },
      (_, list) => new Float32Array(memory.buffer, list * pieceBytes, pieceNumbers),
    );
    const run = wasm.instantiate(engine, wasm.moduleOf(this.#routine), memory) as Loop['run'];
    return { pieces, run };
  }

  /**
   * @param lists all of one length
   * @param changed those that are copied back
   * @returns the sum of what the loop returns for each piece
   */
  run(lists: readonly Float32Array[], numbers: readonly number[], changed: readonly number[]): number {
    this.#compiled ??= this.#compile();
    const { pieces, run } = this.#compiled;
    let total = 0;
    const length = lists[0]!.length;
    for (let from = 0; from < length; from += pieceNumbers) {
      const to = Math.min(from + pieceNumbers, length);
      const count = to - from;
      for (const [i, list] of lists.entries()) {
        pieces[i]!.set(list.subarray(from, to));
        // Lanes behind the end take part.
        if (count % 4 !== 0) pieces[i]!.fill(0, count, count + 3);
      }
      total += run(Math.ceil(count / 4) * laneBytes, ...numbers);
      for (const i of changed) lists[i]!.set(pieces[i]!.subarray(0, count), from);
    }
    return total;
  }
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
 * 23 million weights with as many gradients and velocities take 50 ms on one thread, loops in JavaScript 106
 * (Xeon of 2023, the least of twelve).
 */
export class ListFormula {
  readonly #loop: PieceLoop;
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
    // Locals: the parameters (the end, the numbers), the place, two for the squares, the numbers four times each,
    // the lists.
    const place = numbers + 1;
    const [sum, two, firstNumber] = [place + 1, place + 2, place + 3];
    const firstList = firstNumber + numbers;
    const [numberLocals, listLocals] = [countFrom(firstNumber, numbers), countFrom(firstList, lists)];
    const code = statements(listLocals.map(get), numberLocals.map(get));
    this.#changed = [...new Set(code.map(([list]) => list))];
    const four = get(firstList + measured);
    const half = (which: number): Lanes => [...get(sum), ...simd(f64x2Lane), which];
    const body = [
      ...numberLocals.flatMap((local, i) => [...get(1 + i), ...splat, ...set(local)]),
      ...loopWhile(place, 0, [
        ...listLocals.flatMap((local, i) => [...load(place, i * pieceBytes), ...set(local)]),
        ...addSquares(sum, two, four),
        ...addSquares(sum, two, [...four, ...four, ...simd(shuffle), ...upperTwo]),
        ...code.flatMap(([list, lanes]) => lanes.concat(set(firstList + list))),
        ...this.#changed.flatMap((list) => store(place, list * pieceBytes, get(firstList + list))),
        ...advance(place, laneBytes),
      ]),
      ...half(0),
      ...half(1),
      f64Plus,
    ];
    this.#loop = new PieceLoop(lists, {
      parameters: [wasm.i32, ...numberLocals.map(() => wasm.f32)],
      results: [wasm.f64],
      locals: [wasm.i32, ...[sum, two, ...numberLocals, ...listLocals].map(() => wasm.v128)],
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
