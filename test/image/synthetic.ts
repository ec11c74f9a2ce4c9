import type { Raster } from '../../src/image/index.ts';

/** A raster whose value at each pixel centre is `colour(x + ½, y + ½)`, rounded. */
export function paint(
  width: number,
  height: number,
  colour: (x: number, y: number) => readonly [number, number, number],
): Raster {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const values = colour(x + 0.5, y + 0.5);
      for (let c = 0; c < 3; c++) {
        data[(y * width + x) * 3 + c] = Math.round(Math.min(255, Math.max(0, values[c]!)));
      }
    }
  }
  return { data, width, height };
}

/** Smooth waves, different in each channel. */
export const waves = (width: number, height: number): Raster =>
  paint(width, height, (x, y) => [
    128 + 100 * Math.sin(x / 9) * Math.cos(y / 13),
    128 + 90 * Math.cos((x + 2 * y) / 21),
    (255 * x) / width,
  ]);

/** Largest and mean absolute difference of two rasters of one size. */
export function difference(a: Raster, b: Raster): { largest: number; mean: number } {
  if (a.width !== b.width || a.height !== b.height) throw new Error('rasters of different size');
  let largest = 0;
  let sum = 0;
  for (let i = 0; i < a.data.length; i++) {
    const off = Math.abs(a.data[i]! - b.data[i]!);
    largest = Math.max(largest, off);
    sum += off;
  }
  return { largest, mean: sum / a.data.length };
}

/** The pixel at column `x`, row `y`. */
export const pixel = ({ data, width }: Raster, x: number, y: number): readonly number[] => [
  ...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3),
];
