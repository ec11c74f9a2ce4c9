import type { FivePoints, LocatedFace } from './face.ts';
import type { DetectorOutputs } from './single-shot.ts';

/**
 * Turns the outputs of SCRFD for one square picture into faces: insightface, model_zoo/retinaface.py.
 * Cells are row-major with all anchors of a cell together. The centre of the cell in row r and column c
 * of a map with stride s is (c·s, r·s); the four distances lead from it to the left, upper, right and
 * lower side, the five offsets to the landmarks, all in strides. Scores are probabilities already.
 * @param outputs for each stride `scores_<s>` [anchors], `boxes_<s>` [anchors, 4], `points_<s>` [anchors, 10]
 * @param stridesPx of the maps that there are: 8, 16, 32, or five up to 128
 * @param sizePx side of the picture, a multiple of the strides
 * @returns faces with at least `minScore`, in pixels of the picture, anchor by anchor
 */
export function decodeScrfd(
  outputs: DetectorOutputs,
  stridesPx: readonly number[],
  sizePx: number,
  minScore: number,
): LocatedFace[] {
  const faces: LocatedFace[] = [];
  for (const stride of stridesPx) {
    const scores = outputs(`scores_${stride}`);
    const [boxes, points] = [outputs(`boxes_${stride}`), outputs(`points_${stride}`)];
    const columns = sizePx / stride;
    const anchorsPerCell = scores.length / (columns * columns);
    for (let anchor = 0; anchor < scores.length; anchor++) {
      const score = scores[anchor]!;
      if (!(score >= minScore)) continue;
      const cell = Math.floor(anchor / anchorsPerCell);
      const [centreX, centreY] = [(cell % columns) * stride, Math.floor(cell / columns) * stride];
      const [left, top, right, bottom] = boxes.subarray(4 * anchor, 4 * anchor + 4);
      const landmarks = Array.from({ length: 5 }, (_, n) => ({
        x: centreX + points[10 * anchor + 2 * n]! * stride,
        y: centreY + points[10 * anchor + 2 * n + 1]! * stride,
      }));
      faces.push({
        box: {
          x: centreX - left! * stride,
          y: centreY - top! * stride,
          width: (left! + right!) * stride,
          height: (top! + bottom!) * stride,
        },
        score,
        landmarks: landmarks as unknown as FivePoints,
      });
    }
  }
  return faces;
}
