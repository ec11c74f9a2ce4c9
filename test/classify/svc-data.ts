import { readFileSync } from 'node:fs';
import { Random, type Vector } from '../../src/kernel/index.ts';
import type { SVCOptions } from '../../src/classify/svc/index.ts';
import { inRepository } from '../support/repository.ts';

/** A recipe for clusters of points; `scripts/goldens/svc.py` makes the same bits from it. */
export interface Clusters {
  readonly seed: number;
  /** Samples of each class. */
  readonly counts: readonly number[];
  readonly dimension: number;
  readonly spread: number;
  /** Whether rows are brought to unit length. */
  readonly unit: boolean;
}

export interface Labelled {
  readonly rows: Vector[];
  readonly labels: number[];
}

/** Only +, −, ·, ÷ and √, whose results are the same in every language. */
export function makeClusters({ seed, counts, dimension, spread, unit }: Clusters): Labelled {
  const random = new Random(seed);
  const centres = counts.map(() => Array.from({ length: dimension }, () => 2 * random.next() - 1));
  const rows: Vector[] = [];
  const labels: number[] = [];
  for (const [label, count] of counts.entries()) {
    for (let s = 0; s < count; s++) {
      const row = centres[label]!.map((centre) => {
        let noise = -6;
        for (let n = 0; n < 12; n++) noise += random.next();
        return centre + spread * noise;
      });
      let squares = 0;
      for (const value of row) squares += value * value;
      const length = unit ? Math.sqrt(squares) : 1;
      rows.push(Float32Array.from(row, (value) => value / length));
      labels.push(label);
    }
  }
  return { rows, labels };
}

export interface GoldenCase extends SVCOptions {
  readonly kernel: 'linear' | 'rbf';
  readonly C: number;
  readonly tolerance: number;
  readonly supportIndices: readonly number[];
  readonly supportCounts: readonly number[];
  readonly intercepts: readonly number[];
  /** Of the first rows for testing. */
  readonly decisionValues: readonly (readonly number[])[];
  readonly predictions: readonly number[];
  readonly libsvm?: {
    readonly slopes: readonly number[];
    readonly offsets: readonly number[];
    readonly probabilities: readonly (readonly number[])[];
  };
}

export interface Golden {
  readonly train: Vector[];
  readonly trainLabels: readonly number[];
  readonly test: Vector[];
  readonly testLabels: readonly number[];
  readonly cases: readonly GoldenCase[];
}

type StoredRows = number[][] | { readonly dimension: number; readonly float32: string };
interface StoredGolden extends Omit<Golden, 'train' | 'test'> {
  readonly divisor?: number;
  readonly clusters?: Clusters & { readonly testEvery: number };
  readonly train?: StoredRows;
  readonly test?: StoredRows;
}

/** What scikit-learn and libsvm say about the data set `name`, with its rows. */
export function readGolden(name: string): Golden {
  const file = inRepository('test', 'classify', 'goldens', `svc-${name}.json`);
  const golden = JSON.parse(readFileSync(file, 'utf8')) as StoredGolden;
  if (golden.clusters !== undefined) {
    const { testEvery } = golden.clusters;
    const { rows } = makeClusters(golden.clusters);
    const isTest = (_: Vector, r: number): boolean => r % testEvery === testEvery - 1;
    return { ...golden, train: rows.filter((row, r) => !isTest(row, r)), test: rows.filter(isTest) };
  }
  const divisor = golden.divisor ?? 1;
  return { ...golden, train: readRows(golden.train!, divisor), test: readRows(golden.test!, divisor) };
}

function readRows(stored: StoredRows, divisor: number): Vector[] {
  if (Array.isArray(stored)) return stored.map((row) => Float64Array.from(row, (value) => value / divisor));
  const bytes = Buffer.from(stored.float32, 'base64');
  const count = bytes.length / 4 / stored.dimension;
  return Array.from({ length: count }, (_, r) =>
    Float32Array.from({ length: stored.dimension }, (_, d) =>
      bytes.readFloatLE(4 * (r * stored.dimension + d)),
    ),
  );
}

/** libsvm's shuffling: place i changes with a later one chosen by the next number of `rand`. */
export function libsvmShuffle(rand: () => number): (count: number) => Int32Array {
  return (count) => {
    const order = Int32Array.from({ length: count }, (_, i) => i);
    for (let i = 0; i < count; i++) {
      const j = i + (rand() % (count - i));
      [order[i], order[j]] = [order[j]!, order[i]!];
    }
    return order;
  };
}

/** The GNU C library's `rand()` after `srand(1)`: additive feedback over the numbers 3 and 31 ago. */
export function glibcRand(): () => number {
  const state = [1];
  for (let i = 1; i < 31; i++) state.push(Number((16807n * BigInt(state[i - 1]!)) % 2147483647n));
  for (let i = 31; i < 34; i++) state.push(state[i - 31]!);
  const next = (): number => {
    state.push((state.at(-31)! + state.at(-3)!) >>> 0);
    return state.at(-1)! >>> 1;
  };
  for (let i = 0; i < 310; i++) next();
  return next;
}

/** musl's `rand()` in a process that never seeded it (what emscripten compiles in). */
export function muslRand(): () => number {
  let state = 0n;
  return () => {
    state = (6364136223846793005n * state + 1n) & 0xffffffffffffffffn;
    return Number(state >> 33n);
  };
}

/** Largest absolute difference of two lists of equal length. */
export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Infinity;
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs(a[i]! - b[i]!);
    if (!(difference <= largest)) largest = difference;
  }
  return largest;
}
