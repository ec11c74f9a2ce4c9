import type { ColorDepth } from './terminal.ts';

/** Pixels as {@link faceLines} takes them: RGB, row-major. */
export interface PictureRaster {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** Mean colour of the source pixels that target pixel (column, row) covers. */
function areaMean(
  raster: PictureRaster,
  column: number,
  row: number,
  width: number,
  height: number,
): [number, number, number] {
  const left = Math.floor((column * raster.width) / width);
  const right = Math.max(left + 1, Math.floor(((column + 1) * raster.width) / width));
  const top = Math.floor((row * raster.height) / height);
  const bottom = Math.max(top + 1, Math.floor(((row + 1) * raster.height) / height));
  let [red, green, blue] = [0, 0, 0];
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      const at = (y * raster.width + x) * 3;
      red += raster.data[at]!;
      green += raster.data[at + 1]!;
      blue += raster.data[at + 2]!;
    }
  }
  const count = (right - left) * (bottom - top);
  return [Math.round(red / count), Math.round(green / count), Math.round(blue / count)];
}

const cubeLevel = (value: number): number =>
  value < 48 ? 0 : value < 115 ? 1 : Math.min(5, Math.floor((value - 35) / 40));

/** The entry of xterm's 6 × 6 × 6 colour cube (entries 16 to 231, levels 0, 95, 135, 175, 215, 255) nearest to a colour. */
function cubeEntry([red, green, blue]: readonly [number, number, number]): number {
  return 16 + 36 * cubeLevel(red) + 6 * cubeLevel(green) + cubeLevel(blue);
}

/**
 * A picture of `columns` cells a line, drawn with `▀`: its foreground is the upper pixel, its background
 * the lower one, and a cell is about twice as high as wide, so pixels come out square.
 * Empty where the terminal has fewer than 256 colours.
 */
export function faceLines(raster: PictureRaster, columns: number, depth: ColorDepth): string[] {
  if (depth !== 'truecolor' && depth !== '256') return [];
  const pixelRows = Math.max(2, 2 * Math.round((columns * raster.height) / raster.width / 2));
  const color = (layer: 38 | 48, rgb: [number, number, number]): string =>
    depth === 'truecolor' ? `${layer};2;${rgb.join(';')}` : `${layer};5;${cubeEntry(rgb)}`;
  const lines: string[] = [];
  for (let row = 0; row < pixelRows; row += 2) {
    let line = '';
    for (let column = 0; column < columns; column++) {
      const upper = areaMean(raster, column, row, columns, pixelRows);
      const lower = areaMean(raster, column, row + 1, columns, pixelRows);
      line += `\u001b[${color(38, upper)};${color(48, lower)}m▀`;
    }
    lines.push(`${line}\u001b[0m`);
  }
  return lines;
}
