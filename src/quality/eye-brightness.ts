import { judgedSidePx } from './face-crop.ts';
import type { Region } from './sharpness.ts';

/** Around each eye of a judged face, lid to upper cheek, and a patch of cheek below it. */
const eyes: readonly { readonly eye: Region; readonly cheek: Region }[] = [
  { eye: { left: 27, top: 46, width: 23, height: 15 }, cheek: { left: 32, top: 68, width: 12, height: 12 } },
  { eye: { left: 62, top: 46, width: 23, height: 15 }, cheek: { left: 68, top: 68, width: 12, height: 12 } },
];
/** Two thirds of the patch around an open eye are skin and white; under a dark lens hardly anything is. */
const eyeShare = 0.65;

/**
 * How bright the surroundings of the eyes are beside the cheeks, the brighter eye counting: about 0.9
 * (0.55 to 1.1), less than 0.42 behind dark glasses or in deep shade. Of 1,200 LFW faces 14 are below
 * that: twelve with dark glasses and two with eyes in black shadow. Clear and mirrored glasses, a hand, or hair
 * are not noticed.
 * @param luma of a judged face
 * @returns in [0, 2]
 */
export function eyeBrightness(luma: Float32Array): number {
  const ratios = eyes.map(({ eye, cheek }) => {
    const [around, skin] = [quantile(luma, eye, eyeShare), quantile(luma, cheek, 0.5)];
    return skin > 0 ? Math.min(2, around / skin) : 1;
  });
  return Math.max(...ratios);
}

function quantile(luma: Float32Array, { left, top, width, height }: Region, share: number): number {
  const values = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    const from = (top + y) * judgedSidePx + left;
    values.set(luma.subarray(from, from + width), y * width);
  }
  values.sort();
  return values[Math.floor(share * (values.length - 1))]!;
}
