import type { DetectorSettings } from '../packs/index.ts';

/** Settings of a detector for live pictures. */
export interface VideoDetector {
  /** Quick: what most frames need. */
  readonly usual: DetectorSettings;
  /** Also finds faces that fill the frame. */
  readonly thorough: DetectorSettings;
}

/**
 * SSD's looks. The finer one takes three quarters of the time and misses large faces, which the coarser one
 * finds. Of the 101 faces from 60 pixels on that all looks of the pack find in 95 pictures of at most 1280 pixels
 * (data/family, data/celeb6) the first finds 99, both find all, and embeddings differ by 0.07 at most from those
 * that a photo gives. In 8-bit arithmetic WebAssembly needs as long for 512 pixels as in float32 for 448.
 */
const finerLook = { longSidePx: 512, leastFacePx: 15, arithmetic: 'bytes' } as const;
const coarserLook = { longSidePx: 256, leastFacePx: 32, arithmetic: 'bytes' } as const;

/** From this share of the long side of the frame on, a face may be lost to the finer look by the next frame. */
export const largeFaceShare = 0.25;

/** MTCNN's smallest face in a frame; the published 20 would cost eight times as much. */
const minFacePx = 60;

/**
 * The settings of a detector for live pictures, where speed counts for more than the face at the far end of
 * the room: SSD leaves out the looks that find faces below some 40 of 1280 pixels, MTCNN small faces.
 */
export function videoDetector(detector: DetectorSettings): VideoDetector {
  if (detector.network === 'ssd-mobilenet-v1') {
    const usual = { ...detector, looks: [finerLook] };
    return { usual, thorough: { ...detector, looks: [finerLook, coarserLook] } };
  }
  if (detector.network !== 'mtcnn') return { usual: detector, thorough: detector };
  const usual = { ...detector, minFacePx: Math.max(minFacePx, detector.minFacePx) };
  return { usual, thorough: usual };
}
