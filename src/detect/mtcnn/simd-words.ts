import { wasm } from '../../kernel/index.ts';

/* Instructions of WebAssembly and its SIMD that the tables of sums take (Core Specification 2.0, section 5.4). */

const { get, simd } = wasm;
type Code = wasm.Code;

/** An operator of numbers on what `operands` leave behind, and one of vectors. */
export const op = (code: number, ...operands: readonly Code[]): Code => [...operands.flat(), code];
export const vectorOp = (code: number, ...operands: readonly Code[]): Code => [
  ...operands.flat(),
  ...simd(code),
];
export const set = (local: number, value: Code): Code => [...value, ...wasm.set(local)];
export const add = (a: Code, b: Code): Code => op(0x6a, a, b);
export const i32x4Add = (a: Code, b: Code): Code => vectorOp(0xae, a, b);
export const i32x4Subtract = (a: Code, b: Code): Code => vectorOp(0xb1, a, b);
export const f64x2Add = (a: Code, b: Code): Code => vectorOp(0xf0, a, b);
export const f64x2Subtract = (a: Code, b: Code): Code => vectorOp(0xf1, a, b);
export const f64x2Multiply = (a: Code, b: Code): Code => vectorOp(0xf2, a, b);
export const f64x2 = (value: Code): Code => vectorOp(0x14, value);
/** Of four whole numbers the first two. */
export const f64x2FromLow = (value: Code): Code => vectorOp(0xfe, value);
const lastTwo = [8, 9, 10, 11, 12, 13, 14, 15];
/** Of four numbers the last two, twice. */
export const highTwice = (value: Code): Code => [...vectorOp(0x0d, value, wasm.zero), ...lastTwo, ...lastTwo];
export const f32x4 = (value: number): Code => [
  0x43,
  ...new Uint8Array(Float32Array.of(value).buffer),
  ...simd(0x13),
];
/** Memory at any address: alignment is a hint. */
export const load = (address: Code, offset = 0): Code => [...vectorOp(0x00, address), 0, offset];
export const loadI32 = (pointer: number, offset: number): Code => [...op(0x28, get(pointer)), 2, offset];
export const loadF32 = (pointer: number, offset: number): Code => [...op(0x2a, get(pointer)), 2, offset];
export const loadF64 = (pointer: number, offset: number): Code => [...op(0x2b, get(pointer)), 3, offset];
/** Four bytes as four numbers of 32 bits. */
export const loadBytes = (pointer: number): Code => [
  ...vectorOp(0x5c, get(pointer)),
  0,
  0,
  ...simd(0x89),
  ...simd(0xa9),
];
export const store = (address: Code, value: Code, offset = 0): Code => [
  ...vectorOp(0x0b, address, value),
  0,
  offset,
];
export const storeLane = (lane: number, address: Code, value: Code): Code => [
  ...vectorOp(0x5a, address, value),
  2,
  0,
  lane,
];
/** Runs `body` where the number is not 0. */
export const when = (value: Code, body: Code): Code => [...value, 0x04, 0x40, ...body, 0x0b];
