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
  // Where all numbers off the diagonal are so small, together they are nothing beside the whole.
  const nothing = (Math.sqrt(total) * Number.EPSILON) / size;
  let rotated = true;
  for (let sweep = 0; rotated && sweep < mostSweeps; sweep++) {
    rotated = false;
    for (let p = 0; p < size - 1; p++) {
      for (let q = p + 1; q < size; q++) {
        if (Math.abs(a[p * size + q]!) <= nothing) continue;
        rotate(a, vectors, size, p, q);
        rotated = true;
      }
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

/** Turns axes p and q so that a[p, q] becomes 0; columns are what rows are. */
function rotate(a: Float64Array, vectors: Float64Array, size: number, p: number, q: number): void {
  const apq = a[p * size + q]!;
  const [app, aqq] = [a[p * size + p]!, a[q * size + q]!];
  const theta = (aqq - app) / (2 * apq);
  const tangent = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.hypot(theta, 1));
  const cosine = 1 / Math.hypot(tangent, 1);
  const sine = tangent * cosine;
  turnRows(a, size, p, q, cosine, sine);
  for (let k = 0; k < size; k++) {
    a[k * size + p] = a[p * size + k]!;
    a[k * size + q] = a[q * size + k]!;
  }
  a[p * size + p] = app - tangent * apq;
  a[q * size + q] = aqq + tangent * apq;
  a[p * size + q] = a[q * size + p] = 0;
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
    const pk = rows[p * size + k]!;
    const qk = rows[q * size + k]!;
    rows[p * size + k] = cosine * pk - sine * qk;
    rows[q * size + k] = sine * pk + cosine * qk;
  }
}
