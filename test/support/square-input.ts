/** A region of packed RGB pixels. */
export interface PixelBox {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * The one deterministic road from photo to network input that the goldens of face-api.js and our tests
 * share: cut `box` out, pad with black to a square (centred, or only below and to the right), resize
 * as `tf.image.resizeBilinear` does by default (no aligned corners, no half-pixel centres), round.
 */
export function squareInput(
  pixels: Uint8Array,
  rowLength: number,
  box: PixelBox,
  sizePx: number,
  centred: boolean,
): Uint8Array {
  const side = Math.max(box.width, box.height);
  // face-api.js rounds the padding that is appended, so the odd pixel goes to the end.
  const before = (difference: number): number => (centred ? difference - Math.round(difference / 2) : 0);
  const [left, top] = [before(side - box.width), before(side - box.height)];
  const at = (row: number, column: number, channel: number): number => {
    const [y, x] = [row - top, column - left];
    if (y < 0 || x < 0 || y >= box.height || x >= box.width) return 0;
    return pixels[((box.y + y) * rowLength + box.x + x) * 3 + channel]!;
  };
  const result = new Uint8Array(sizePx * sizePx * 3);
  const scale = side / sizePx;
  for (let row = 0, to = 0; row < sizePx; row++) {
    const y = row * scale;
    const [y0, y1] = [Math.floor(y), Math.min(Math.ceil(y), side - 1)];
    for (let column = 0; column < sizePx; column++) {
      const x = column * scale;
      const [x0, x1] = [Math.floor(x), Math.min(Math.ceil(x), side - 1)];
      for (let channel = 0; channel < 3; channel++) {
        const upper = at(y0, x0, channel) * (1 - x + x0) + at(y0, x1, channel) * (x - x0);
        const lower = at(y1, x0, channel) * (1 - x + x0) + at(y1, x1, channel) * (x - x0);
        result[to++] = Math.round(upper * (1 - y + y0) + lower * (y - y0));
      }
    }
  }
  return result;
}
