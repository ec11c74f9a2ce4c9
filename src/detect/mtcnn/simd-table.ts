import type { Raster } from '../../image/index.ts';
import { wasm } from '../../kernel/index.ts';
import { add, i32x4Add, load, loadBytes, set, store } from './simd-words.ts';

const { get, i32, loopWhile, pageBytes, v128, zero } = wasm;

/** A corner of the table: red, green and blue in 32 bits each. */
export const cornerBytes = 12;

/** sumRow(pixels, pixelsEnd, above, stride): a row of corners out of a row of pixels and the row of corners above. */
function sumRow(): Uint8Array {
  const [pixels, pixelsEnd, above, stride, below, sum] = [0, 1, 2, 3, 4, 5];
  const body = [
    ...set(below, add(get(above), get(stride))),
    // The first corner, which the last row has written over: a vector is a number longer than a corner.
    ...store(get(below), zero),
    ...loopWhile(pixels, pixelsEnd, [
      ...wasm.advance(above, cornerBytes),
      ...wasm.advance(below, cornerBytes),
      ...set(sum, i32x4Add(get(sum), loadBytes(pixels))),
      ...store(get(below), i32x4Add(get(sum), load(get(above)))),
      ...wasm.advance(pixels, 3),
    ]),
  ];
  return wasm.moduleOf({ parameters: [i32, i32, i32, i32], results: [], locals: [i32, v128], body });
}

const module = sumRow();

/** Functions of modules: addresses and numbers. */
export type Run = (...values: number[]) => void;

/** More than the columns of a crop. */
const mostCropColumns = 64;
const alignment = 16;

/** A `SummedArea` in WebAssembly's memory, made three colours at once, with room before it and an input after it. */
export class SimdTable {
  readonly memory: wasm.Memory;
  readonly #sumRow: Run;
  readonly #columnBytes: number;
  #tableAt = 0;
  #inputAt = 0;
  #stride = 0;
  #width = 0;
  #height = 0;

  /** @param columnBytes room at address 0 for each column of any window */
  constructor(engine: wasm.Engine, columnBytes: number) {
    this.memory = new engine.Memory({ initial: 1 });
    this.#sumRow = wasm.instantiate(engine, module, this.memory) as Run;
    this.#columnBytes = columnBytes;
  }

  /** The engine if it knows SIMD and what these modules need. */
  static engineFor(...modules: readonly Uint8Array[]): wasm.Engine | undefined {
    const { engine } = wasm;
    return [module, ...modules].every((needed) => engine?.validate(needed) === true) ? engine : undefined;
  }

  get bytes(): number {
    return this.memory.buffer.byteLength;
  }

  get width(): number {
    return this.#width;
  }

  get height(): number {
    return this.#height;
  }

  /** Columns that there is room for. */
  get columns(): number {
    return Math.max(this.#width + 1, mostCropColumns);
  }

  /** Bytes from a row of corners to the next. */
  get stride(): number {
    return this.#stride;
  }

  /** Address of a corner. */
  cornerAt(column: number, row: number): number {
    return this.#tableAt + row * this.#stride + cornerBytes * column;
  }

  take({ data, width, height }: Raster): void {
    const stride = cornerBytes * (width + 1);
    [this.#width, this.#height, this.#stride] = [width, height, stride];
    this.#tableAt = this.#columnBytes * this.columns;
    // A vector at the last corner reaches beyond it.
    this.#inputAt = alignment * Math.ceil((this.#tableAt + stride * (height + 1)) / alignment + 1);
    // Pixels are needed until there is the table, inputs only then.
    this.#reserve(this.#inputAt + data.length + 1);
    new Uint8Array(this.memory.buffer, this.#inputAt, data.length).set(data);
    new Uint8Array(this.memory.buffer, this.#tableAt, stride).fill(0);
    for (let y = 0; y < height; y++) {
      const pixels = this.#inputAt + 3 * width * y;
      this.#sumRow(pixels, pixels + 3 * width, this.#tableAt + y * stride, stride);
    }
  }

  input(length: number): Float32Array {
    this.#reserve(this.#inputAt + Float32Array.BYTES_PER_ELEMENT * length);
    return new Float32Array(this.memory.buffer, this.#inputAt, length);
  }

  #reserve(bytes: number): void {
    const { memory } = this;
    const missing = Math.ceil((bytes - memory.buffer.byteLength) / pageBytes);
    if (missing > 0) memory.grow(missing);
  }
}
