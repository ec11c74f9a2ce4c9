import type { Detection } from './face.ts';

/** Variances of the box encoding: centre and size (TensorFlow object detection, `faster_rcnn_box_coder`). */
const centreScale = 10;
const sizeScale = 5;

/**
 * Turns the raw outputs of the SSD network for one picture into boxes.
 * @param logits `[anchors]`, before the sigmoid
 * @param encodings `[anchors, 4]`: centre y, centre x, height, width, relative to the anchor
 * @param anchors `[anchors, 4]`: centre y, centre x, height, width, in pixels
 * @param minScore least score, in (0, 1)
 * @returns boxes in the pixels of `anchors`, in the order of the anchors
 */
export function decodeSsdBoxes(
  logits: Float32Array,
  encodings: Float32Array,
  anchors: Float32Array,
  minScore: number,
): Detection[] {
  const minLogit = Math.log(minScore / (1 - minScore));
  const detections: Detection[] = [];
  for (let i = 0; i < logits.length; i++) {
    const logit = logits[i]!;
    if (!(logit > minLogit)) continue;
    const at = 4 * i;
    const anchorHeight = anchors[at + 2]!;
    const anchorWidth = anchors[at + 3]!;
    const height = Math.exp(encodings[at + 2]! / sizeScale) * anchorHeight;
    const width = Math.exp(encodings[at + 3]! / sizeScale) * anchorWidth;
    const y = (encodings[at]! / centreScale) * anchorHeight + anchors[at]! - height / 2;
    const x = (encodings[at + 1]! / centreScale) * anchorWidth + anchors[at + 1]! - width / 2;
    detections.push({ box: { x, y, width, height }, score: 1 / (1 + Math.exp(-logit)) });
  }
  return detections;
}
