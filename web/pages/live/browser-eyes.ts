import * as api from '../../api/visage-api.ts';
import type { FromWorker, ToWorker } from '../../inference/messages.ts';
import { incapability } from './capability.ts';

/** What was seen in a frame. */
export type Seen = Extract<FromWorker, { kind: 'seen' }>;

/** Why this browser cannot look itself: … because [this]. */
export class NoEyes extends Error {}

/** Longer side of the frames that are looked at; a crop of a face needs no more. */
const seenSidePx = 1280;

/** The networks of the server's pack, in a worker of this browser. Frames that they see go nowhere else. */
export class BrowserEyes {
  /** Of the embeddings. */
  readonly packName: string;
  readonly #worker: Worker;
  #settle: { resolve: (seen: FromWorker) => void; reject: (reason: unknown) => void } | undefined;
  #onLoading: (loadedBytes: number, totalBytes: number) => void = () => {};

  private constructor(packName: string, worker: Worker) {
    this.packName = packName;
    this.#worker = worker;
    worker.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => this.#hear(data));
    worker.addEventListener('error', ({ message }) => {
      this.#settle?.reject(new NoEyes(`the worker of this page failed (${message || 'it did not start'})`));
    });
  }

  /**
   * Loads pack and networks.
   * @param onLoading told how many of all bytes are there
   * @throws NoEyes; ApiFailure where the server fails
   */
  static async open(
    signal: AbortSignal,
    onLoading: (loadedBytes: number, totalBytes: number) => void,
  ): Promise<BrowserEyes> {
    const lacking = incapability();
    if (lacking !== undefined) throw new NoEyes(lacking);
    const { pack, networks, withheld } = await api.pack({ signal });
    if (withheld !== undefined) throw new NoEyes(withheld);
    const worker = new Worker(new URL('../../inference/worker.ts', import.meta.url), { type: 'module' });
    const eyes = new BrowserEyes((pack as { name: string }).name, worker);
    const end = (): void => eyes.close();
    signal.addEventListener('abort', end, { once: true });
    try {
      eyes.#onLoading = onLoading;
      await eyes.#ask({ kind: 'open', pack: pack as never, networks });
      return eyes;
    } catch (thrown) {
      eyes.close();
      throw thrown;
    }
  }

  /** @throws NoEyes */
  async look(video: HTMLVideoElement): Promise<Seen> {
    const scale = Math.min(1, seenSidePx / Math.max(video.videoWidth, video.videoHeight));
    const frame = await createImageBitmap(video, {
      resizeWidth: Math.round(video.videoWidth * scale),
      resizeHeight: Math.round(video.videoHeight * scale),
      resizeQuality: 'medium',
    });
    return (await this.#ask({ kind: 'frame', frame, takenAtMs: performance.now() }, [frame])) as Seen;
  }

  /** Safe to call twice. */
  close(): void {
    this.#worker.terminate();
    this.#settle?.reject(new NoEyes('it was stopped'));
  }

  #ask(message: ToWorker, transfer: Transferable[] = []): Promise<FromWorker> {
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
      this.#worker.postMessage(message, transfer);
    });
  }

  #hear(message: FromWorker): void {
    if (message.kind === 'loading') this.#onLoading(message.loadedBytes, message.totalBytes);
    else if (message.kind === 'failed')
      this.#settle?.reject(new NoEyes(`the networks do not run in this browser (${message.message})`));
    else this.#settle?.resolve(message);
  }
}
