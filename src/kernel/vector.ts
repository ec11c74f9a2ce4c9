/** Plain arithmetic on embeddings and other rows of numbers. All functions expect equal lengths. */
export type Vector = Float32Array | Float64Array;

/** Σ aᵢ·bᵢ, accumulated in float64. */
export function dot(a: Vector, b: Vector): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** ‖a − b‖², accumulated in float64. */
export function squaredDistance(a: Vector, b: Vector): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = a[i]! - b[i]!;
    sum += difference * difference;
  }
  return sum;
}

/** Euclidean distance; between unit embeddings it lies in [0, 2]. */
export function distance(a: Vector, b: Vector): number {
  return Math.sqrt(squaredDistance(a, b));
}

/** Euclidean length. */
export function norm(a: Vector): number {
  return Math.sqrt(dot(a, a));
}

/** `a` divided by its Euclidean length, as a new array; a zero vector stays zero (as scikit-learn's `Normalizer` does). */
export function unit(a: Vector): Float32Array {
  const length = norm(a);
  const scale = length === 0 ? 0 : 1 / length;
  return Float32Array.from(a, (value) => value * scale);
}

/** The component-wise mean of at least one vector. */
export function mean(vectors: readonly Vector[]): Float32Array {
  const sum = new Float64Array(vectors[0]!.length);
  for (const vector of vectors) for (let i = 0; i < sum.length; i++) sum[i]! += vector[i]!;
  return Float32Array.from(sum, (value) => value / vectors.length);
}

/** Whether every component is a finite number. */
export function isFiniteVector(a: Vector): boolean {
  for (let i = 0; i < a.length; i++) if (!Number.isFinite(a[i])) return false;
  return true;
}
