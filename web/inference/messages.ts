import type { Pack } from '../../src/packs/index.ts';
import type { ApiPackInUse } from '../../src/serve/api-types.ts';
import type { Box } from '../../src/kernel/index.ts';

/** What the page tells the worker: first `open`, then frames, each after the answer to the one before. */
export type ToWorker =
  | { readonly kind: 'open'; readonly pack: Pack; readonly networks: ApiPackInUse['networks'] }
  | { readonly kind: 'frame'; readonly frame: ImageBitmap; readonly takenAtMs: number };

/** What the worker tells the page. */
export type FromWorker =
  | { readonly kind: 'loading'; readonly loadedBytes: number; readonly totalBytes: number }
  | { readonly kind: 'ready' }
  | {
      readonly kind: 'seen';
      readonly width: number;
      readonly height: number;
      readonly faces: readonly SeenFace[];
    }
  | { readonly kind: 'failed'; readonly message: string };

/** A face in a frame, in pixels of the frame. */
export interface SeenFace {
  readonly trackId: number;
  readonly box: Box;
  readonly score: number;
  /** Only where it is new: what the server names the face by. */
  readonly embedding?: Float32Array;
}
