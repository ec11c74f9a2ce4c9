import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dot, Random, symmetricEigen } from '../../src/kernel/index.ts';

const near = (a: number, b: number, what: string): void =>
  assert.ok(Math.abs(a - b) < 1e-10, `${what}: ${a} and ${b}`);

test('eigenvectors are orthonormal, are multiplied by their values, and come largest first', () => {
  const random = new Random(4);
  for (const size of [1, 2, 7, 40]) {
    const matrix = new Float64Array(size * size);
    for (let i = 0; i < size; i++) {
      for (let j = 0; j <= i; j++) matrix[i * size + j] = matrix[j * size + i] = random.normal();
    }
    const pairs = symmetricEigen(matrix, size);
    assert.equal(pairs.length, size);
    for (const [k, { value, vector }] of pairs.entries()) {
      if (k > 0) assert.ok(Math.abs(value) <= Math.abs(pairs[k - 1]!.value));
      for (const [m, other] of pairs.entries()) near(dot(vector, other.vector), k === m ? 1 : 0, 'product');
      for (let i = 0; i < size; i++) {
        near(dot(matrix.subarray(i * size, (i + 1) * size), vector), value * vector[i]!, 'image');
      }
    }
  }
});

test('known matrices, second route', () => {
  const [large, small] = symmetricEigen(Float64Array.of(2, 1, 1, 2), 2);
  near(large!.value, 3, 'value');
  near(small!.value, 1, 'value');
  near(large!.vector[0]!, Math.SQRT1_2, 'vector');
  assert.deepEqual(
    symmetricEigen(Float64Array.of(-4, 0, 0, 3), 2).map(({ value }) => value),
    [-4, 3],
  );
  assert.deepEqual(
    symmetricEigen(new Float64Array(4), 2).map(({ value }) => value),
    [0, 0],
  );
});
