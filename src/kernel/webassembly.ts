/**
 * WebAssembly's own numbers (Core Specification 2.0, section 5, and the 128-bit SIMD part of it), for short loops
 * that take four numbers at once where plain JavaScript takes one.
 */

/** Instructions, in the order in which they run. */
export type Code = readonly number[];

export const [i32, f32, f64, v128] = [0x7f, 0x7d, 0x7c, 0x7b];
const bytesOf = (text: string): number[] => [...new TextEncoder().encode(text)];
/** LEB128 of a number below 2³¹. */
const number = (value: number): number[] =>
  value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...number(value >>> 7)];
const counted = (bytes: Code): number[] => [...number(bytes.length), ...bytes];
/** `\\0asm`, version 1. */
const preamble = [0, ...bytesOf('asm'), 1, 0, 0, 0];
const section = (id: number, ...items: readonly number[][]): number[] => [
  id,
  ...counted([...number(items.length), ...items.flat()]),
];
const [loop, noResult, branchIf, end] = [0x03, 0x40, 0x0d, 0x0b];
const [i32Add, i32LessThan] = [0x6a, 0x49];

export const get = (local: number): number[] => [0x20, ...number(local)];
export const set = (local: number): number[] => [0x21, ...number(local)];
export const simd = (code: number): number[] => [0xfd, ...number(code)];
export const load = (pointer: number, offset: number): number[] => [
  ...get(pointer),
  ...simd(0x00),
  4,
  ...number(offset),
];
export const store = (pointer: number, offset: number, value: Code): number[] => [
  ...get(pointer),
  ...value,
  ...simd(0x0b),
  4,
  ...number(offset),
];
export const zero = [...simd(0x0c), ...new Uint8Array(16)];

/** pointer += bytes, of which there are at most 63. */
export const advance = (pointer: number, bytes: number): number[] => [
  ...get(pointer),
  0x41,
  bytes,
  i32Add,
  ...set(pointer),
];

/** do { body } while (pointer < limit) */
export const loopWhile = (pointer: number, limit: number, body: Code): number[] => [
  loop,
  noResult,
  ...body,
  ...get(pointer),
  ...get(limit),
  i32LessThan,
  branchIf,
  0,
  end,
];

/** One function. */
export interface Routine {
  /** Types of what it takes; they are its first locals. */
  readonly parameters: readonly number[];
  readonly results: readonly number[];
  /** Types of its other locals, which start at 0. */
  readonly locals: readonly number[];
  readonly body: Code;
}

/** A module with one function, called `f`, on a memory that it is given as `m.m`. */
export function moduleOf({ parameters, results, locals, body }: Routine): Uint8Array {
  return Uint8Array.from([
    ...preamble,
    ...section(1, [0x60, ...counted(parameters), ...counted(results)]),
    ...section(2, [...counted(bytesOf('m')), ...counted(bytesOf('m')), 2, 0, 1]),
    ...section(3, [0]),
    ...section(7, [...counted(bytesOf('f')), 0, 0]),
    ...section(10, counted([...number(locals.length), ...locals.flatMap((type) => [1, type]), ...body, end])),
  ]);
}

/** What is used of the global `WebAssembly`, which the types of Node 20 leave out. */
export interface Engine {
  validate(bytes: Uint8Array): boolean;
  readonly Memory: new (size: {
    readonly initial: number;
  }) => {
    readonly buffer: ArrayBuffer;
    grow(pages: number): number;
  };
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (
    compiled: object,
    imports: object,
  ) => { readonly exports: Readonly<Record<string, unknown>> };
}
export type Memory = InstanceType<Engine['Memory']>;
export const { WebAssembly: engine } = globalThis as unknown as { readonly WebAssembly?: Engine };

export const pageBytes = 65536;

/** The function of a module of {@link moduleOf}. */
export function instantiate({ Module, Instance }: Engine, module: Uint8Array, memory: Memory): unknown {
  return new Instance(new Module(module), { m: { m: memory } }).exports['f'];
}
