import type { BoxedFace } from '../../components/face-boxes.tsx';

/** What one frame has told. */
export interface Sight {
  readonly faces: readonly BoxedFace[];
  /** Of the picture that the boxes are pixels of. */
  readonly width: number;
  readonly height: number;
  readonly framesPerSecond: number;
  /** From the frame to its faces; on the server, to their names. */
  readonly delayMs: number;
}

/** Whether there is a frame to look at; nobody looks at a page that is hidden. */
export const canBeSeen = (video: HTMLVideoElement): boolean =>
  !document.hidden && video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA;

export const pause = (durationMs: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, durationMs);
  });
