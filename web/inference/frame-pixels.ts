import type { Raster } from '../../src/image/index.ts';

let surface: OffscreenCanvas | undefined;

/** The pixels of a frame, which is closed. */
export function pixelsOf(frame: ImageBitmap): Raster {
  const { width, height } = frame;
  surface ??= new OffscreenCanvas(width, height);
  if (surface.width !== width || surface.height !== height) {
    surface.width = width;
    surface.height = height;
  }
  const context = surface.getContext('2d', { alpha: false, willReadFrequently: true })!;
  context.drawImage(frame, 0, 0);
  frame.close();
  const { data: rgba } = context.getImageData(0, 0, width, height);
  const data = new Uint8Array(width * height * 3);
  for (let from = 0, to = 0; from < rgba.length; from += 4, to += 3) {
    data[to] = rgba[from]!;
    data[to + 1] = rgba[from + 1]!;
    data[to + 2] = rgba[from + 2]!;
  }
  return { data, width, height };
}
