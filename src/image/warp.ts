import { invertSimilarity, type Similarity } from '../kernel/index.ts';
import type { Raster } from './raster.ts';

/** Bilinear samples lie at most this many cells apart: farther, they would step over detail. */
const maxSampleStep = 1.2;
/** From this shrink factor on blocks are half a crop pixel wide; below, whole blocks blur too little to tell. */
const halfBlocksFrom = 4;

/**
 * Cuts a turned, scaled square out of a picture: what lies under crop pixel centre (i + ½, j + ½) is
 * looked up at the inverse of `transform`.
 *
 * Enlarging is bilinear. Shrinking first averages blocks of k × k pixels and then takes the mean
 * of 1, 2 × 2 or 3 × 3 bilinear samples a crop pixel, so fine detail turns grey, not into patterns.
 * Identity and whole-pixel shifts give the pixels unchanged. Outside the picture is black.
 * @param transform picture pixels → crop pixels; its scale must not be 0
 * @param sizePx side of the crop
 */
export function warpSimilarity(raster: Raster, transform: Similarity, sizePx: number): Raster {
  return warpOnto(raster, transform, sizePx, sizePx);
}

/** As {@link warpSimilarity}, onto a rectangle of `outWidth` × `outHeight` pixels. */
export function warpOnto(raster: Raster, transform: Similarity, outWidth: number, outHeight: number): Raster {
  const inverse = invertSimilarity(transform);
  const shrink = Math.hypot(inverse.a, inverse.b);
  const block = Math.max(1, Math.floor((shrink < halfBlocksFrom ? shrink : shrink / 2) + 1e-9));
  const tile = cutTile(raster, inverse, outWidth, outHeight, block);
  const samples = Math.min(3, Math.max(1, Math.ceil(shrink / block / maxSampleStep - 1e-9))) || 1;
  const crop = { data: new Uint8Array(outWidth * outHeight * 3), width: outWidth, height: outHeight };
  sampleTile(tile, inverse, samples, crop);
  return crop;
}

/** The left–right mirror image. */
export function mirror({ data, width, height }: Raster): Raster {
  const mirrored = new Uint8Array(data.length);
  for (let y = 0; y < height; y++) {
    let from = y * width * 3;
    let to = from + width * 3 - 3;
    for (let x = 0; x < width; x++, from += 3, to -= 3) {
      mirrored[to] = data[from]!;
      mirrored[to + 1] = data[from + 1]!;
      mirrored[to + 2] = data[from + 2]!;
    }
  }
  return { data: mirrored, width, height };
}

/** Block averages of the part of a picture that a crop sees, with a border of one black cell. */
interface Tile {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  /** Picture pixel at the outer corner of the first cell inside the border. */
  readonly left: number;
  readonly top: number;
  /** Picture pixels per cell and axis. */
  readonly block: number;
}

function cutTile(
  raster: Raster,
  inverse: Similarity,
  outWidth: number,
  outHeight: number,
  block: number,
): Tile {
  const { a, b, tx, ty } = inverse;
  // The four corners of the crop, with room for bilinear sampling, clipped to the picture.
  const reach = block + 1;
  const low = (toX: number, toY: number, shift: number): number =>
    Math.floor(shift + Math.min(0, toX * outWidth) + Math.min(0, toY * outHeight)) - reach;
  const high = (toX: number, toY: number, shift: number): number =>
    Math.ceil(shift + Math.max(0, toX * outWidth) + Math.max(0, toY * outHeight)) + reach;
  const left = Math.max(0, low(a, -b, tx));
  const top = Math.max(0, low(b, a, ty));
  const right = Math.min(raster.width, high(a, -b, tx));
  const bottom = Math.min(raster.height, high(b, a, ty));
  const columns = Math.max(0, Math.ceil((right - left) / block)) || 0;
  const rows = Math.max(0, Math.ceil((bottom - top) / block)) || 0;
  const width = columns + 2;
  const height = rows + 2;
  const data = new Uint8Array(width * height * 3);
  const tile: Tile = { data, width, height, left, top, block };
  if (columns === 0 || rows === 0) return tile;
  if (block === 1) copyPixels(raster, tile, columns, rows);
  else averageBlocks(raster, tile, columns, rows);
  return tile;
}

function copyPixels(raster: Raster, tile: Tile, columns: number, rows: number): void {
  for (let y = 0; y < rows; y++) {
    const from = ((tile.top + y) * raster.width + tile.left) * 3;
    tile.data.set(raster.data.subarray(from, from + columns * 3), ((y + 1) * tile.width + 1) * 3);
  }
}

function averageBlocks(raster: Raster, tile: Tile, columns: number, rows: number): void {
  const { data } = raster;
  const { block, left, top } = tile;
  const rowBytes = raster.width * 3;
  const area = block * block;
  const half = area >> 1;
  for (let row = 0; row < rows; row++) {
    const yFrom = top + row * block;
    const yTo = Math.min(raster.height, yFrom + block);
    let to = ((row + 1) * tile.width + 1) * 3;
    for (let column = 0; column < columns; column++, to += 3) {
      const x = left + column * block;
      const countBytes = Math.min(block, raster.width - x) * 3;
      let red = half;
      let green = half;
      let blue = half;
      for (let y = yFrom; y < yTo; y++) {
        const end = y * rowBytes + x * 3 + countBytes;
        for (let from = end - countBytes; from < end; from += 3) {
          red += data[from]!;
          green += data[from + 1]!;
          blue += data[from + 2]!;
        }
      }
      // Cells that reach over the edge of the picture see black there: the divisor stays the full block.
      tile.data[to] = red / area;
      tile.data[to + 1] = green / area;
      tile.data[to + 2] = blue / area;
    }
  }
}

function sampleTile(tile: Tile, inverse: Similarity, samples: number, crop: Raster): void {
  const { data, width, height, block } = tile;
  const out = crop.data;
  const rowBytes = width * 3;
  // From crop pixels to tile cells: the border adds one cell, the centre of the first cell is at ½.
  const a = inverse.a / block;
  const b = inverse.b / block;
  const startX = (inverse.tx - tile.left) / block + 0.5;
  const startY = (inverse.ty - tile.top) / block + 0.5;
  const share = 1 / (samples * samples);
  let to = 0;
  for (let j = 0; j < crop.height; j++) {
    for (let i = 0; i < crop.width; i++, to += 3) {
      let red = 0;
      let green = 0;
      let blue = 0;
      for (let n = 0; n < samples; n++) {
        const v = j + (n + 0.5) / samples;
        for (let m = 0; m < samples; m++) {
          const u = i + (m + 0.5) / samples;
          const x = a * u - b * v + startX;
          const y = b * u + a * v + startY;
          // Written so that a position that is no number is outside too.
          if (!(x >= 0 && y >= 0 && x < width - 1 && y < height - 1)) continue;
          const column = x | 0;
          const row = y | 0;
          const fx = x - column;
          const fy = y - row;
          const p = row * rowBytes + column * 3;
          const q = p + rowBytes;
          const w11 = fx * fy;
          const w10 = fx - w11;
          const w01 = fy - w11;
          const w00 = 1 - fx - w01;
          red += w00 * data[p]! + w10 * data[p + 3]! + w01 * data[q]! + w11 * data[q + 3]!;
          green += w00 * data[p + 1]! + w10 * data[p + 4]! + w01 * data[q + 1]! + w11 * data[q + 4]!;
          blue += w00 * data[p + 2]! + w10 * data[p + 5]! + w01 * data[q + 2]! + w11 * data[q + 5]!;
        }
      }
      out[to] = red * share + 0.5;
      out[to + 1] = green * share + 0.5;
      out[to + 2] = blue * share + 0.5;
    }
  }
}
