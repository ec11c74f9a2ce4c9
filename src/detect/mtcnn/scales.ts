import { mtcnnCellPx } from '../../nets/index.ts';

/** One size of the picture. */
export interface PictureScale {
  /** Share of the full size. */
  readonly scale: number;
  readonly width: number;
  readonly height: number;
}

/**
 * The sizes in which P-Net sees a picture: in the first a face of `minFacePx` fills a cell, in the last
 * the short side of the picture does. davidsandberg/facenet, src/align/detect_face.py, detect_face.
 * @param lengthAt the length of a side at a scale
 */
export function pictureScales(
  width: number,
  height: number,
  minFacePx: number,
  scaleFactor: number,
  lengthAt: (length: number, scale: number) => number,
): PictureScale[] {
  const scales: PictureScale[] = [];
  const first = mtcnnCellPx / minFacePx;
  let short = Math.min(width, height) * first;
  for (let step = 0; short >= mtcnnCellPx; step++, short *= scaleFactor) {
    const scale = first * scaleFactor ** step;
    scales.push({ scale, width: lengthAt(width, scale), height: lengthAt(height, scale) });
  }
  return scales;
}
