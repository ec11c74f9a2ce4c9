import type { Tensor } from '../../kernel/index.ts';
import { mtcnnCellPx, mtcnnStridePx } from '../../nets/index.ts';
import type { Planes } from './planes.ts';
import type { PictureScale } from './scales.ts';

/** Rows of a picture at one scale, and where they lie on a canvas. */
export interface Piece {
  /** Index of the scale. */
  readonly scale: number;
  readonly width: number;
  readonly height: number;
  /** Its first row in the picture: even, as the places on the canvas are. */
  readonly firstRow: number;
  readonly left: number;
  readonly top: number;
}

/** Several pieces that P-Net sees at once. */
export interface Canvas {
  readonly width: number;
  readonly height: number;
  readonly pieces: readonly Piece[];
}

/**
 * A run of P-Net costs as much as 3000 pixels; beyond some 100,000 its maps leave the processor's cache
 * and a pixel costs a quarter more (ONNX Runtime 1.30, one thread).
 */
const canvasPixels = 96 * 1024;

const even = (length: number): number => length + (length % 2);

/** P-Net's cells along a side: a last one that reaches half a step beyond the picture counts. */
export const cellCount = (sizePx: number): number => Math.ceil(sizePx / 2) - 5;

/** Rows that a cell looks at beyond the first row of the next. */
const sharedRows = mtcnnCellPx - mtcnnStridePx;

/** Cuts a scale into bands of whole rows of cells, none larger than a canvas unless one row of cells is. */
function bandsOf({ width, height }: PictureScale, scale: number): Omit<Piece, 'left' | 'top'>[] {
  const rows = cellCount(height);
  const fitting = Math.floor((canvasPixels / width - sharedRows) / mtcnnStridePx);
  const bands = Math.max(1, Math.ceil(rows / Math.max(1, fitting)));
  return Array.from({ length: bands }, (_, band) => {
    const firstRow = mtcnnStridePx * Math.floor((band * rows) / bands);
    const end = mtcnnStridePx * Math.floor(((band + 1) * rows) / bands) + sharedRows;
    return { scale, width, firstRow, height: Math.min(height, end) - firstRow };
  });
}

/** Puts pieces onto one canvas as low as they go, in the order given (skyline packing, bottom left). */
function pack(pieces: readonly Omit<Piece, 'left' | 'top'>[]): Canvas {
  const width = even(Math.max(...pieces.map((piece) => piece.width)));
  /** How far each two columns are filled. */
  const filled = new Int32Array(width / 2);
  const placed = pieces.map((piece) => {
    const columns = even(piece.width) / 2;
    let [left, top] = [0, Infinity];
    for (let column = 0; column + columns <= filled.length; column++) {
      let reach = 0;
      for (let i = column; i < column + columns; i++) if (filled[i]! > reach) reach = filled[i]!;
      if (reach < top) [left, top] = [column, reach];
    }
    filled.fill(top + even(piece.height), left, left + columns);
    return Object.assign({}, piece, { left: 2 * left, top });
  });
  return { width, height: Math.max(...filled), pieces: placed };
}

/**
 * Arranges all scales of a picture on few canvases, so that P-Net runs once for many small scales, and
 * in parts of bounded memory for large ones. No gaps are needed: a cell sees nothing but its own piece,
 * and the plane `outside` ends pieces of odd size where their last pooling window reaches over.
 */
export function planCanvases(scales: readonly PictureScale[]): Canvas[] {
  const groups: Omit<Piece, 'left' | 'top'>[][] = [];
  let room = 0;
  for (const band of scales.flatMap((scale, index) => bandsOf(scale, index))) {
    const pixels = band.width * band.height;
    if (room < pixels) {
      groups.push([]);
      room = canvasPixels;
    }
    groups.at(-1)!.push(band);
    room -= pixels;
  }
  return groups.map(pack);
}

/** Numbers of {@link canvasTensor}. */
export const canvasLength = ({ width, height }: Canvas): number => 4 * width * height;

/**
 * P-Net's input for a canvas.
 * @param data {@link canvasLength} numbers, which become the input
 * @param draw writes a piece
 */
export function canvasTensor(
  { width, height, pieces }: Canvas,
  data: Float32Array,
  draw: (piece: Piece, to: Planes) => void,
): Tensor<'float32'> {
  const plane = width * height;
  data.fill(0, 0, 3 * plane);
  const outside = data.subarray(3 * plane).fill(1);
  for (const piece of pieces) {
    const start = piece.top * width + piece.left;
    draw(piece, { data, start, row: width, plane });
    for (let y = 0, at = start; y < piece.height; y++, at += width) outside.fill(0, at, at + piece.width);
  }
  return { type: 'float32', dims: [1, 4, height, width], data };
}
