import type { ApiNaming } from '../../../src/serve/api-types.ts';
import { NameVotes } from '../../../src/video/name-votes.ts';
import { ApiFailure } from '../../api/failure.ts';
import * as api from '../../api/visage-api.ts';
import type { SeenFace } from '../../inference/messages.ts';
import type { BrowserEyes } from './browser-eyes.ts';
import { FrameRate } from './frame-rate.ts';
import { canBeSeen, pause, type Sight } from './sight.ts';

/**
 * Looks at one frame after the other in this browser until `signal` says stop. The server is asked who new faces
 * are, by their embeddings, while the next frames are looked at already.
 * @throws NoEyes where the networks fail; ApiFailure where the server fails for another reason than being full
 */
export async function watchHere(
  eyes: BrowserEyes,
  video: HTMLVideoElement,
  signal: AbortSignal,
  onSight: (sight: Sight) => void,
): Promise<void> {
  const rate = new FrameRate();
  const names = new FaceNames(eyes.packName, signal);
  while (!signal.aborted) {
    if (!canBeSeen(video)) {
      await pause(200);
      continue;
    }
    const startMs = performance.now();
    const { faces, width, height } = await eyes.look(video);
    names.ask(faces);
    const nowMs = performance.now();
    onSight({
      faces: faces.map(({ box, trackId }) => {
        const naming = names.of(trackId);
        return { box, name: naming?.name ?? null, pending: naming === undefined };
      }),
      width,
      height,
      framesPerSecond: rate.add(nowMs),
      delayMs: nowMs - startMs,
    });
    names.throwIfFailed();
  }
}

/** Asks the server for names, one request at a time; what comes meanwhile goes with the next. */
class FaceNames {
  readonly #packName: string;
  readonly #signal: AbortSignal;
  readonly #votes = new NameVotes<ApiNaming>();
  #waiting: { trackId: number; embedding: Float32Array }[] = [];
  #asking = false;
  #failure: unknown;

  constructor(packName: string, signal: AbortSignal) {
    this.#packName = packName;
    this.#signal = signal;
  }

  of(trackId: number): ApiNaming | undefined {
    return this.#votes.of(trackId);
  }

  /** Asks for those that were embedded. */
  ask(faces: readonly SeenFace[]): void {
    for (const { trackId, embedding } of faces)
      if (embedding !== undefined) this.#waiting.push({ trackId, embedding });
    if (!this.#asking) void this.#askForAll();
  }

  throwIfFailed(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  async #askForAll(): Promise<void> {
    this.#asking = true;
    try {
      while (this.#waiting.length > 0 && !this.#signal.aborted) {
        const asked = this.#waiting.slice(-mostAsked);
        this.#waiting = [];
        const { faces } = await api.nameEmbeddings(
          this.#packName,
          asked.map(({ embedding }) => embedding),
          { signal: this.#signal },
        );
        for (const [i, { trackId }] of asked.entries()) this.#votes.add(trackId, faces[i]!);
      }
    } catch (thrown) {
      if (this.#signal.aborted) return;
      // A full server: the faces that matter come again by themselves.
      if (!(thrown instanceof ApiFailure) || thrown.status !== 503) this.#failure = thrown;
    } finally {
      this.#asking = false;
    }
  }
}

/** The server takes so many at once. */
const mostAsked = 64;
