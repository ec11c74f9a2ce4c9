import { mtcnnCellPx, mtcnnStridePx } from '../../nets/index.ts';
import { type Canvas, cellCount } from './canvas.ts';
import { bestCandidates, type Candidates } from './candidates.ts';
import type { CascadeRules } from './rules.ts';
import type { PictureScale } from './scales.ts';

/**
 * Cells of one scale that are looked at more closely, the best. Photos of crowds have some hundreds; a
 * picture of noise, or a low least score, could have millions.
 */
const maxCells = 8192;

/** Logit whose sigmoid is `probability`. */
const logit = (probability: number): number => Math.log(probability / (1 - probability));

/** P-Net's `cells` for a canvas. */
export interface CanvasCells {
  readonly canvas: Canvas;
  readonly cells: Float32Array;
}

/** A cell that may be a face: its place in its scale, and in the arrays of its canvas. */
interface Cell {
  readonly column: number;
  readonly row: number;
  readonly from: CanvasCells;
  readonly at: number;
}

/** Where the first cell of a row of a piece lies in the map of its canvas. */
function cellsOfScale(scale: number, from: CanvasCells, minLogit: number, found: Cell[]): void {
  const { canvas, cells } = from;
  const mapWidth = cellCount(canvas.width);
  for (const piece of canvas.pieces) {
    if (piece.scale !== scale) continue;
    const columns = cellCount(piece.width);
    for (let row = 0; row < cellCount(piece.height); row++) {
      const start = (piece.top / 2 + row) * mapWidth + piece.left / 2;
      for (let column = 0; column < columns; column++) {
        if (!(cells[start + column]! >= minLogit)) continue;
        found.push({ column, row: piece.firstRow / 2 + row, from, at: start + column });
      }
    }
  }
}

/**
 * What P-Net proposes at one scale: every cell of at least `minScore` as the box it looks at.
 * davidsandberg/facenet, src/align/detect_face.py, generateBoundingBox.
 */
export function proposalsAt(
  index: number,
  { scale, width }: PictureScale,
  maps: readonly CanvasCells[],
  minScore: number,
  { mirrorsLoneCell, pixelAt, score }: Pick<CascadeRules, 'mirrorsLoneCell' | 'pixelAt' | 'score'>,
): Candidates {
  const found: Cell[] = [];
  for (const map of maps) cellsOfScale(index, map, logit(minScore), found);
  const count = found.length;
  const candidates = {
    count,
    boxes: new Float64Array(4 * count),
    scores: new Float64Array(count),
    shifts: new Float64Array(4 * count),
  };
  found.forEach(({ column, row, from: { canvas, cells }, at }, i) => {
    const plane = cellCount(canvas.width) * cellCount(canvas.height);
    const mirrored = count === 1 && mirrorsLoneCell ? at + cellCount(width) - 1 - 2 * column : at;
    candidates.scores[i] = score(cells[at]!);
    const [x, y] = [mtcnnStridePx * column, mtcnnStridePx * row];
    candidates.boxes[4 * i] = pixelAt(x + 1, scale);
    candidates.boxes[4 * i + 1] = pixelAt(y + 1, scale);
    candidates.boxes[4 * i + 2] = pixelAt(x + mtcnnCellPx, scale);
    candidates.boxes[4 * i + 3] = pixelAt(y + mtcnnCellPx, scale);
    for (let side = 0; side < 4; side++) {
      candidates.shifts[4 * i + side] = cells[(side + 1) * plane + mirrored]!;
    }
  });
  return bestCandidates(candidates, maxCells);
}
