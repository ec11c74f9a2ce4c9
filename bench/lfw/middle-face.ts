import { join } from 'node:path';
import { middleFace } from '../../src/dataset/index.ts';
import type { LocatedFace } from '../../src/detect/index.ts';
import type { Recognizer } from '../../src/recognizer.ts';

/** Where a face of LFW usually is: its average landmarks, in shares of the picture. */
const usualLandmarks = [0.42, 0.46, 0.58, 0.46, 0.5, 0.56, 0.44, 0.64, 0.57, 0.64];

/**
 * The embedding of the middle face of an LFW image, as the network gives it; of an image without a face
 * that of the place where a face usually is, so that nothing is left out.
 */
export async function embedMiddleFace(
  recognizer: Recognizer,
  folder: string,
  image: string,
): Promise<{ readonly image: string; readonly found: boolean; readonly embedding: Float32Array }> {
  const located = await recognizer.locate(join(folder, 'images', image));
  const { width, height } = located.photo;
  const landmarks = [0, 2, 4, 6, 8].map((i) => ({
    x: usualLandmarks[i]! * width,
    y: usualLandmarks[i + 1]! * height,
  })) as unknown as LocatedFace['landmarks'];
  const face = middleFace(located.faces, width, height);
  const chosen = face ?? { box: { x: 0, y: 0, width, height }, score: 0, landmarks };
  const [embedding] = await recognizer.embed([recognizer.crop(located, chosen)]);
  return { image, found: face !== undefined, embedding: embedding! };
}
