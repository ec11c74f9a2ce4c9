import { ApiFailure } from '../../api/failure.ts';
import * as api from '../../api/visage-api.ts';
import { FrameRate } from './frame-rate.ts';
import { canBeSeen, pause, type Sight } from './sight.ts';

/** Longer side of what is sent: faces from some 40 pixels of a 1280 pixel picture on are still seen. */
const sentSidePx = 800;

/** A frame of the video as a JPEG file. */
export async function frameOf(video: HTMLVideoElement, longestPx: number = sentSidePx): Promise<Blob> {
  const scale = Math.min(1, longestPx / Math.max(video.videoWidth, video.videoHeight));
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(video.videoWidth * scale);
  canvas.height = Math.round(video.videoHeight * scale);
  canvas.getContext('2d')!.drawImage(video, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) => {
    canvas.toBlob(
      (blob) => (blob === null ? reject(new Error('The picture cannot be read.')) : resolve(blob)),
      'image/jpeg',
      0.85,
    );
  });
}

/**
 * Asks the server for the names in one frame after the other until `signal` says stop. There is never more than
 * one on its way: a slow server gets fewer frames, not a longer line.
 * @throws ApiFailure where the server fails for another reason than being full
 */
export async function watchByServer(
  video: HTMLVideoElement,
  signal: AbortSignal,
  onSight: (sight: Sight) => void,
  onBusy: () => void,
): Promise<void> {
  const rate = new FrameRate();
  while (!signal.aborted) {
    if (!canBeSeen(video)) {
      await pause(200);
      continue;
    }
    const startMs = performance.now();
    try {
      const { faces, width, height } = await api.identify(await frameOf(video), false, { signal });
      const nowMs = performance.now();
      onSight({ faces, width, height, framesPerSecond: rate.add(nowMs), delayMs: nowMs - startMs });
    } catch (thrown) {
      if (signal.aborted) return;
      if (!(thrown instanceof ApiFailure) || thrown.status !== 503) throw thrown;
      onBusy();
      await pause((thrown.retryAfterSeconds ?? 1) * 1000);
    }
  }
}
