import type { Candidates } from './candidates.ts';

/**
 * Moves the sides of boxes as the network said. After P-Net a box counts as long as its sides lie apart,
 * later as many pixels as it holds (davidsandberg/facenet, src/align/detect_face.py, detect_face and bbreg).
 */
export function shiftSides({ count, boxes, shifts }: Candidates, lastPixel: 0 | 1): Float64Array {
  const moved = new Float64Array(4 * count);
  for (let i = 0; i < 4 * count; i += 4) {
    const width = boxes[i + 2]! - boxes[i]! + lastPixel;
    const height = boxes[i + 3]! - boxes[i + 1]! + lastPixel;
    moved[i] = boxes[i]! + shifts[i]! * width;
    moved[i + 1] = boxes[i + 1]! + shifts[i + 1]! * height;
    moved[i + 2] = boxes[i + 2]! + shifts[i + 2]! * width;
    moved[i + 3] = boxes[i + 3]! + shifts[i + 3]! * height;
  }
  return moved;
}

/** Squares of the longer side around the same centres (davidsandberg/facenet, src/align/detect_face.py, rerec). */
export function squaresAround(boxes: Float64Array): Float64Array {
  const squares = new Float64Array(boxes.length);
  for (let i = 0; i < boxes.length; i += 4) {
    const width = boxes[i + 2]! - boxes[i]!;
    const height = boxes[i + 3]! - boxes[i + 1]!;
    const side = Math.max(width, height);
    squares[i] = boxes[i]! + width * 0.5 - side * 0.5;
    squares[i + 1] = boxes[i + 1]! + height * 0.5 - side * 0.5;
    squares[i + 2] = squares[i]! + side;
    squares[i + 3] = squares[i + 1]! + side;
  }
  return squares;
}

/** Without fractions, towards zero. */
export const wholeBoxes = (boxes: Float64Array): Float64Array => boxes.map(Math.trunc);

/** The part of each box inside the picture; one that lies outside has its sides the other way round. */
export const clippedBoxes = (boxes: Float64Array, width: number, height: number): Float64Array =>
  boxes.map((side, i) => {
    if (i % 4 < 2) return Math.max(1, side);
    return Math.min(i % 4 === 2 ? width : height, side);
  });
