import {
  add,
  int,
  relu,
  scalar,
  sub,
  type Dim,
  type Graph,
  type GraphBuilder,
  type Value,
} from '../../../src/graph/index.ts';
import type { Numbers } from './gradient-check.ts';

/** The length of a weight's gradient, then its numbers at places (⌊i·n/4⌋ + i) mod n, in PyTorch's layout. */
export type GoldenGradient = readonly [number, number, number, number, number];

/** max(0, |a − p|² − |a − n|² + margin) of the first three embeddings: anchor, positive, negative. */
export function tripletLoss(b: GraphBuilder, embedding: Value, margin: number): Value {
  const node = (op: string, inputs: readonly Value[], dims: readonly Dim[], attributes = {}): Value =>
    b.node(op, inputs, attributes, { type: 'float32', dims });
  const list = (values: readonly number[]): Value =>
    b.constant({ type: 'int64', dims: [values.length], data: BigInt64Array.from(values, BigInt) });
  const dims = [1, embedding.dims[1]!];
  const unit = node('LpNormalization', [embedding], embedding.dims, { axis: int(1), p: int(2) });
  const [a, p, n] = [0, 1, 2].map((row) => node('Gather', [unit, list([row])], dims)) as [
    Value,
    Value,
    Value,
  ];
  const distance = (x: Value, y: Value): Value =>
    node('ReduceSumSquare', [sub(b, x, y)], [], { keepdims: int(0) });
  return relu(b, add(b, sub(b, distance(a, p), distance(a, n)), scalar(b, margin)));
}

/** All float32 constants of a graph. */
export function numbersOf(graph: Graph): Map<string, Numbers> {
  const numbers = new Map<string, Numbers>();
  for (const [name, { type, dims, data }] of graph.initializers) {
    if (type === 'float32') numbers.set(name, { dims, data });
  }
  return numbers;
}

/** Lengths of stretches of a long list. */
function chunkLengths(data: Float32Array): number[] {
  const lengths: number[] = [];
  for (let from = 0; from < data.length; from += 4096) {
    let sum = 0;
    for (const value of data.subarray(from, from + 4096)) sum += value * value;
    lengths.push(Math.sqrt(sum));
  }
  return lengths;
}

/**
 * How far a gradient is from PyTorch's: of its length, and of single numbers, these as a share of their
 * usual size.
 * @param transposed a matrix [in, out] that PyTorch keeps as [out, in]
 */
export function errorOf(
  { dims, data }: Numbers,
  [length, ...samples]: GoldenGradient,
  transposed = false,
): number {
  const count = data.length;
  const usual = length / Math.sqrt(count);
  const at = (place: number): number =>
    transposed ? data[(place % dims[0]!) * dims[1]! + Math.floor(place / dims[0]!)]! : data[place]!;
  return Math.max(
    Math.abs(Math.hypot(...chunkLengths(data)) - length) / length,
    ...samples.map((sample, i) => {
      const got = at((Math.floor((i * count) / 4) + i) % count);
      return Math.abs(got - sample) / Math.max(usual, Math.abs(sample));
    }),
  );
}
