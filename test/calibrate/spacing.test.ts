import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { fitSpacing, predictedSpacing, spacingAt } from '../../src/calibrate/index.ts';
import { inRepository } from '../support/repository.ts';

interface Golden {
  readonly faces: readonly number[][];
  readonly fitted: number;
  readonly measured: readonly number[];
  readonly predicted: readonly number[];
  readonly eigenvalues: readonly number[];
}

const { spacings } = JSON.parse(
  await readFile(inRepository('test/calibrate/goldens/calibrate.json'), 'utf8'),
) as { spacings: Golden[] };

for (const [i, golden] of spacings.entries()) {
  test(`the spacing is scikit-learn’s kernel ridge regression, cut to its largest bends, ${i}`, () => {
    const faces = golden.faces.map((face) => Float32Array.from(face));
    const rows = Array.from({ length: golden.fitted }, (_, row) => row);
    const spacing = fitSpacing(faces, Float64Array.from(golden.measured), rows);
    const strengths = spacing.bends.map(({ strength }) => strength);
    assert.equal(strengths.length, golden.eigenvalues.length);
    strengths.forEach((strength, k) => assert.ok(Math.abs(strength - golden.eigenvalues[k]!) < 1e-6));
    faces.forEach((face, k) => {
      const wanted = golden.predicted[k]!;
      assert.ok(Math.abs(predictedSpacing(spacing, face) - wanted) < 2e-6, `${k}: ${wanted}`);
    });
    assert.ok(Math.max(...golden.predicted) - Math.min(...golden.predicted) > 0.1, 'they must differ');
    assert.ok(golden.eigenvalues.some((value) => value > 0) && golden.eigenvalues.some((value) => value < 0));
  });
}

test('faces that are all alike have the spacing that was measured, and no spacing is 0', () => {
  const faces = Array.from({ length: 8 }, () => Float32Array.of(0.6, 0.8));
  const spacing = fitSpacing(faces, new Float64Array(8).fill(0.25), [0, 1, 2, 3, 4, 5, 6, 7]);
  assert.ok(Math.abs(spacingAt(spacing, faces[0]!) - 0.25) < 1e-9);
  assert.ok(Math.abs(spacingAt(spacing, Float32Array.of(-1, 0)) - 0.25) < 1e-9);
  const bent = { ...spacing, bends: [{ strength: -9, direction: Float32Array.of(1, 0) }] };
  assert.ok(Math.abs(spacingAt(bent, Float32Array.of(1, 0)) - 0.4 * 0.25) < 1e-9);
});
