import { bundled } from '../bundled.ts';
import { publishedMtcnn, type Pack, type PixelPreparation } from '../pack.ts';

/** What the four published FaceNets have in common with those of users. */
export interface FacenetSettings {
  readonly name: string;
  readonly description: string;
  readonly licence: string;
  readonly source: string;
  readonly trainedOn?: string;
  readonly dimension: number;
  readonly preparation: PixelPreparation;
  /** Whether MTCNN's networks are there; otherwise the bundled detector finds the faces. */
  readonly mtcnn: boolean;
}

/**
 * A FaceNet with the defaults of Visage: the box of the face with a border of 32 pixels of the crop
 * (davidsandberg/facenet evaluates LFW with a margin of 32 at 160 pixels; measured in pixels of the crop,
 * as facenet-pytorch does, it does not depend on the size of the photo), mean over the mirror image (as
 * that evaluation).
 *
 * `maxDistance` is serengil/deepface's (config/threshold.py, euclidean_l2): 0.80 for 128 numbers, 1.04
 * for 512; nobody measured it with these crops, which its source says.
 */
export function facenetPack({ dimension, preparation, mtcnn, ...described }: FacenetSettings): Pack {
  return {
    ...described,
    detector: mtcnn ? publishedMtcnn : bundled.pack.detector,
    alignment: {
      method: 'box',
      cropSizePx: 160,
      margin: { unit: 'crop-pixels', value: 32 },
      fit: 'stretch',
      filter: 'bilinear',
      corner: 'clip',
    },
    embedder: {
      dimension,
      mirrored: true,
      maxDistance: dimension > 128 ? 1.04 : 0.8,
      maxDistanceSource: `uncalibrated: that of deepface for ${dimension > 128 ? 'Facenet512' : 'Facenet'} (config/threshold.py, euclidean_l2), not measured with these crops`,
      preparation,
    },
  };
}
