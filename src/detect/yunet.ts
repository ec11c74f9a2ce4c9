import type { FivePoints, LocatedFace } from './face.ts';
import type { DetectorOutputs } from './single-shot.ts';

/** Pixels between the cells of YuNet's three maps. */
const stridesPx = [8, 16, 32] as const;

const clamp01 = (value: number): number => Math.min(1, Math.max(0, value));

/**
 * Turns the outputs of YuNet (2023mar) for one square picture into faces: OpenCV,
 * modules/objdetect/src/face_detect.cpp, `postProcess`. Cells are row-major; the cell in row r and
 * column c of a map with stride s has the score √(cls·obj), its centre at ((c + b₀)s, (r + b₁)s), the
 * size exp(b₂)s × exp(b₃)s, and landmark n at ((c + k₂ₙ)s, (r + k₂ₙ₊₁)s).
 * @param outputs for each stride `cls_<s>` and `obj_<s>` [cells], `bbox_<s>` [cells, 4], `kps_<s>` [cells, 10]
 * @param sizePx side of the picture, a multiple of 32
 * @returns faces with at least `minScore`, in pixels of the picture, cell by cell
 */
export function decodeYunet(outputs: DetectorOutputs, sizePx: number, minScore: number): LocatedFace[] {
  const faces: LocatedFace[] = [];
  for (const stride of stridesPx) {
    const [classes, objects] = [outputs(`cls_${stride}`), outputs(`obj_${stride}`)];
    const [boxes, points] = [outputs(`bbox_${stride}`), outputs(`kps_${stride}`)];
    const columns = sizePx / stride;
    for (let cell = 0; cell < classes.length; cell++) {
      const score = Math.sqrt(clamp01(classes[cell]!) * clamp01(objects[cell]!));
      if (!(score >= minScore)) continue;
      const [row, column] = [Math.floor(cell / columns), cell % columns];
      const at = 4 * cell;
      const width = Math.exp(boxes[at + 2]!) * stride;
      const height = Math.exp(boxes[at + 3]!) * stride;
      const x = (column + boxes[at]!) * stride - width / 2;
      const y = (row + boxes[at + 1]!) * stride - height / 2;
      const landmarks = Array.from({ length: 5 }, (_, n) => ({
        x: (column + points[10 * cell + 2 * n]!) * stride,
        y: (row + points[10 * cell + 2 * n + 1]!) * stride,
      }));
      faces.push({ box: { x, y, width, height }, score, landmarks: landmarks as unknown as FivePoints });
    }
  }
  return faces;
}
