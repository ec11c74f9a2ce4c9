import type { Raster } from '../../image/index.ts';
import { wasm } from '../../kernel/index.ts';
import type { Places, StretchSums } from './shared-means.ts';
import { cornerBytes, type Run, SimdTable } from './simd-table.ts';
import {
  add,
  f64x2,
  f64x2Add,
  f64x2FromLow,
  f64x2Multiply,
  f64x2Subtract,
  highTwice,
  load,
  loadF64,
  loadI32,
  set,
  store,
  when,
} from './simd-words.ts';

const { f64, get, i32, loopWhile, v128 } = wasm;
type Code = wasm.Code;

/** A column: its first and last pixel in bytes, whether it begins anew, nothing; how far on in either pixel. */
const columnBytes = 32;
/** A sum: red, green, blue and nothing in 64 bits each. */
const sumBytes = 32;

/** sumStretches(upper, lower, column, columnsEnd, line, rest, share) */
function sumStretches(): Uint8Array {
  const [upper, lower, column, columnsEnd, line, rest, share] = [0, 1, 2, 3, 4, 5, 6];
  const [place, p, others, redGreen, blue, leftRedGreen, leftBlue] = [7, 8, 9, 10, 11, 12, 13];
  /** Between two corners of a row. */
  const along = (row: number, part: (corner: Code) => Code): Code => {
    const corner = (offset: number): Code => f64x2FromLow(part(load(add(get(row), get(place)), offset)));
    return f64x2Add(f64x2Multiply(get(others), corner(0)), f64x2Multiply(get(p), corner(cornerBytes)));
  };
  const between = (part: (corner: Code) => Code): Code =>
    f64x2Add(
      f64x2Multiply(f64x2(get(rest)), along(upper, part)),
      f64x2Multiply(f64x2(get(share)), along(lower, part)),
    );
  const sumAt = (pixel: number, shareAt: number): Code => [
    ...set(place, loadI32(column, pixel)),
    ...set(p, f64x2(loadF64(column, shareAt))),
    ...set(others, f64x2Subtract(f64x2([0x44, ...new Uint8Array(Float64Array.of(1).buffer)]), get(p))),
    ...set(
      redGreen,
      between((corner) => corner),
    ),
    ...set(blue, between(highTwice)),
  ];
  const keep = [...set(leftRedGreen, get(redGreen)), ...set(leftBlue, get(blue))];
  const body = loopWhile(column, columnsEnd, [
    ...when(loadI32(column, 8), [...sumAt(0, 16), ...keep]),
    ...sumAt(4, 24),
    ...store(get(line), f64x2Subtract(get(redGreen), get(leftRedGreen))),
    ...store(get(line), f64x2Subtract(get(blue), get(leftBlue)), 16),
    ...keep,
    ...wasm.advance(column, columnBytes),
    ...wasm.advance(line, sumBytes),
  ]);
  const parameters = [i32, i32, i32, i32, i32, f64, f64];
  return wasm.moduleOf({ parameters, results: [], locals: [i32, v128, v128, v128, v128, v128, v128], body });
}

const module = sumStretches();

/** What `PlainStretchSums` gives, to the bit, two or three colours at once (WebAssembly SIMD). */
export class SimdStretchSums implements StretchSums {
  readonly step = 4;
  readonly #table: SimdTable;
  readonly #sumStretches: Run;
  #columns = 0;

  private constructor(engine: wasm.Engine) {
    this.#table = new SimdTable(engine, columnBytes + 2 * sumBytes);
    this.#sumStretches = wasm.instantiate(engine, module, this.#table.memory) as Run;
  }

  /** @returns undefined where the processor or the engine has no SIMD */
  static create(): SimdStretchSums | undefined {
    const engine = SimdTable.engineFor(module);
    return engine && new SimdStretchSums(engine);
  }

  get bytes(): number {
    return this.#table.bytes;
  }

  get width(): number {
    return this.#table.width;
  }

  get height(): number {
    return this.#table.height;
  }

  take(raster: Raster): void {
    this.#table.take(raster);
  }

  input(length: number): Float32Array {
    return this.#table.input(length);
  }

  place(starts: Places, ends: Places, chained: Uint8Array): void {
    const { buffer } = this.#table.memory;
    const columns = chained.length;
    const places = new Int32Array(buffer, 0, 8 * columns);
    const shares = new Float64Array(buffer, 0, 4 * columns);
    for (let x = 0; x < columns; x++) {
      places[8 * x] = cornerBytes * starts.pixels[x]!;
      places[8 * x + 1] = cornerBytes * ends.pixels[x]!;
      places[8 * x + 2] = x > 0 ? 1 - chained[x - 1]! : 1;
      shares[4 * x + 2] = starts.shares[x]!;
      shares[4 * x + 3] = ends.shares[x]!;
    }
    this.#columns = columns;
  }

  line(which: 0 | 1): Float64Array {
    return new Float64Array(this.#table.memory.buffer, this.#lineAt(which), 4 * this.#columns);
  }

  sum(row: number, share: number, which: 0 | 1): void {
    const upper = this.#table.cornerAt(0, row);
    const end = columnBytes * this.#columns;
    this.#sumStretches(upper, upper + this.#table.stride, 0, end, this.#lineAt(which), 1 - share, share);
  }

  #lineAt(which: 0 | 1): number {
    return (columnBytes + which * sumBytes) * this.#table.columns;
  }
}
