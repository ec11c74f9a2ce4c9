import { alignFace, cropBox } from '../align/index.ts';
import { type FaceFinder, openDetector } from '../detect/index.ts';
import { Embedder } from '../embed/index.ts';
import type { Raster } from '../image/index.ts';
import type { OpenPack } from '../packs/index.ts';
import type { InferencePool } from '../runtime/index.ts';
import { FaceTracker, type TrackedFace } from './face-tracker.ts';
import { largeFaceShare, videoDetector } from './video-detector.ts';

/** A face in a frame of a video. Boxes and landmarks are in pixels of the frame. */
export interface WatchedFace extends TrackedFace {
  /** As the network gave it; only where the face was embedded in this frame. */
  readonly embedding?: Float32Array;
}

/** Faces that are embedded in one frame: an embedding costs as much as finding all faces. */
const embeddingsPerFrame = 2;

/**
 * Follows the faces of a video, frame by frame: finds all in each, embeds those that are new or have changed.
 * Runs where its pool runs: also in a browser.
 */
export class VideoWatcher {
  readonly #pack: OpenPack;
  readonly #detectors: Readonly<Record<'usual' | 'thorough', FaceFinder>>;
  readonly #embedder: Embedder;
  readonly #tracker: FaceTracker;
  /** Whether the next frame may hold a face that only the thorough detector finds: as does the first. */
  #thorough = true;

  constructor(pack: OpenPack, pool: InferencePool) {
    this.#pack = pack;
    const { usual, thorough } = videoDetector(pack.detector);
    this.#detectors = {
      usual: openDetector({ ...pack, detector: usual }, pool),
      thorough: openDetector({ ...pack, detector: thorough }, pool),
    };
    this.#embedder = new Embedder(pack, pool);
    this.#tracker = new FaceTracker({ maxDistance: pack.embedder.maxDistance });
  }

  /**
   * The faces of the next frame; one frame at a time.
   * @throws VisageError `INFERENCE_FAILED`, `RUNTIME_CLOSED`
   */
  async watch(raster: Raster, nowMs: number, signal?: AbortSignal): Promise<WatchedFace[]> {
    const { alignment } = this.#pack;
    const photo = { raster, width: raster.width, height: raster.height, scale: 1 };
    const found = await this.#detectors[this.#thorough ? 'thorough' : 'usual'].detect(photo, signal);
    const largePx = largeFaceShare * Math.max(raster.width, raster.height);
    // Where nobody is, somebody may be too near.
    this.#thorough =
      found.length === 0 || found.some(({ box }) => Math.max(box.width, box.height) >= largePx);
    const faces = this.#tracker.follow(found, nowMs);
    const due = this.#tracker.due(nowMs, embeddingsPerFrame);
    const crops = due.map((face) =>
      alignment.method === 'box'
        ? cropBox(photo, face.box, alignment)
        : alignFace(photo, face.landmarks, alignment),
    );
    const embeddings = await this.#embedder.embed(crops, signal);
    const news = new Map(
      due.map(({ trackId }, i) => {
        const embedding = embeddings[i]!;
        return [trackId, { embedding, trackId: this.#tracker.embedded(trackId, embedding, nowMs) }];
      }),
    );
    return faces.map((face) => Object.assign(face, news.get(face.trackId)));
  }
}
