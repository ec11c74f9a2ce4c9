/** An eigenvector of a symmetric matrix, of unit length, with its eigenvalue. */
export interface EigenPair {
  readonly value: number;
  readonly vector: Float64Array;
}

/** Sweeps after which the method has always ended long before. */
const mostSweeps = 60;

/**
 * All eigenvalues and eigenvectors of a symmetric matrix by cyclic Jacobi rotations (Golub and Van Loan, "Matrix
 * Computations", section 8.5), the largest in magnitude first. Each vector's largest number is positive.
 * @param matrix [size, size]; only read
 */
export function symmetricEigen(matrix: Float64Array, size: number): EigenPair[] {
  const a = matrix.slice();
  // Row i becomes eigenvector i.
  const vectors = new Float64Array(size * size);
  for (let i = 0; i < size; i++) vectors[i * size + i] = 1;
  let total = 0;
  for (const value of a) total += value * value;
  for (let sweep = 0; sweep < mostSweeps; sweep++) {
    let off = 0;
    for (let i = 0; i < size; i++) for (let j = 0; j < i; j++) off += 2 * a[i * size + j]! ** 2;
    if (off <= total * Number.EPSILON ** 2) break;
    for (let p = 0; p < size - 1; p++) {
      for (let q = p + 1; q < size; q++) rotate(a, vectors, size, p, q);
    }
  }
  const pairs = Array.from({ length: size }, (_, i): EigenPair => {
    const vector = vectors.slice(i * size, (i + 1) * size);
    let largest = 0;
    for (const value of vector) if (Math.abs(value) > Math.abs(largest)) largest = value;
    return { value: a[i * size + i]!, vector: largest < 0 ? vector.map((value) => -value) : vector };
  });
  return pairs.sort((x, y) => Math.abs(y.value) - Math.abs(x.value));
}

/** Turns axes p and q so that a[p, q] becomes 0. */
function rotate(a: Float64Array, vectors: Float64Array, size: number, p: number, q: number): void {
  const apq = a[p * size + q]!;
  if (apq === 0) return;
  const theta = (a[q * size + q]! - a[p * size + p]!) / (2 * apq);
  const tangent = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.hypot(theta, 1));
  const cosine = 1 / Math.hypot(tangent, 1);
  const sine = tangent * cosine;
  for (let k = 0; k < size; k++) {
    const [kp, kq] = [a[k * size + p]!, a[k * size + q]!];
    a[k * size + p] = cosine * kp - sine * kq;
    a[k * size + q] = sine * kp + cosine * kq;
  }
  turnRows(a, size, p, q, cosine, sine);
  turnRows(vectors, size, p, q, cosine, sine);
}

function turnRows(
  rows: Float64Array,
  size: number,
  p: number,
  q: number,
  cosine: number,
  sine: number,
): void {
  for (let k = 0; k < size; k++) {
    const [pk, qk] = [rows[p * size + k]!, rows[q * size + k]!];
    rows[p * size + k] = cosine * pk - sine * qk;
    rows[q * size + k] = sine * pk + cosine * qk;
  }
}
