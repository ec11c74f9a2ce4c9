/** A rectangle of whole pixels. */
export interface Region {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Strength of fine detail, whatever the contrast: the variance of the Laplacian (Pech-Pacheco and
 * others, 2000, "Diatom autofocusing in brightfield microscopy"), kernel 0 1 0 / 1 −4 1 / 0 1 0,
 * divided by the variance of the brightness itself. That is the mean fourth power of the spatial
 * frequency, weighed by the power spectrum, so any blur lowers it, and brighter or dimmer light changes nothing.
 * @param luma brightness, row-major
 * @param region at least 1 × 1 pixel, one pixel or more away from every edge
 * @returns 0 for an even surface, about 0.03 for a blurred face, at most 64
 */
export function relativeLaplacian(luma: Float32Array, width: number, region: Region): number {
  const { left, top } = region;
  let [sum, squares, laplacianSum, laplacianSquares] = [0, 0, 0, 0];
  for (let y = top; y < top + region.height; y++) {
    for (let x = left; x < left + region.width; x++) {
      const i = y * width + x;
      const value = luma[i]!;
      const laplacian = luma[i - width]! + luma[i + width]! + luma[i - 1]! + luma[i + 1]! - 4 * value;
      sum += value;
      squares += value * value;
      laplacianSum += laplacian;
      laplacianSquares += laplacian * laplacian;
    }
  }
  const count = region.width * region.height;
  const variance = squares / count - (sum / count) ** 2;
  // Brightness is in whole steps: what varies less than one of them is even.
  if (!(variance > 1)) return 0;
  return (laplacianSquares / count - (laplacianSum / count) ** 2) / variance;
}
