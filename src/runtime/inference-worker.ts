import { Worker } from 'node:worker_threads';
import type { ModelFile, TensorMap } from './inference.ts';
import { pack } from './crate.ts';
import type { WorkerReply, WorkerRequest } from './worker.ts';

/** A larger buffer is left to the garbage collector after its job. */
const keptCrateBytes = 8 * 2 ** 20;

/** How an attempt ended: with an answer, or with the death of the worker and what was heard of it. */
export type Attempt = WorkerReply | { readonly death: string };

/**
 * One worker thread, seen from the main thread: takes a single job at a time. It keeps the process
 * alive only while it has one.
 */
export class InferenceWorker {
  readonly #thread: Worker;
  /** Networks that it has loaded, by id. */
  readonly #loaded = new Set<string>();
  readonly #onIdleDeath: (worker: InferenceWorker) => void;
  #settle: ((attempt: Attempt) => void) | undefined;
  #death: string | undefined;
  #crate: ArrayBuffer | undefined;

  constructor(onIdleDeath: (worker: InferenceWorker) => void) {
    this.#onIdleDeath = onIdleDeath;
    // Flags of the parent such as --input-type would stop a worker that runs a file.
    this.#thread = new Worker(new URL('./worker.js', import.meta.url), {
      name: 'visage-inference',
      execArgv: [],
    });
    this.#thread.on('message', (reply: WorkerReply) => {
      if (reply.crate !== undefined && reply.crate.byteLength <= keptCrateBytes) this.#crate = reply.crate;
      this.#finish(reply);
    });
    this.#thread.on('messageerror', (error) => {
      this.#death = error.message;
      void this.#thread.terminate();
    });
    this.#thread.on('error', (error: unknown) => {
      this.#death = error instanceof Error ? error.message : String(error);
    });
    this.#thread.on('exit', (code) => this.#die(this.#death ?? `it ended with exit code ${code}`));
    this.#thread.unref();
  }

  holds(model: ModelFile): boolean {
    return this.#loaded.has(model.id);
  }

  /**
   * Loads `model` if it is new here and runs it on a copy of `inputs`; without them it only loads.
   * Must not be called before the previous attempt has ended.
   */
  attempt(model: ModelFile, inputs: TensorMap | undefined): Promise<Attempt> {
    return new Promise((resolve) => {
      if (this.#death !== undefined) {
        resolve({ death: this.#death });
        return;
      }
      try {
        this.#post(model, inputs);
      } catch (error) {
        resolve({ reason: error instanceof Error ? error.message : String(error) });
        return;
      }
      this.#thread.ref();
      this.#settle = (attempt) => {
        if ('outputs' in attempt) this.#loaded.add(model.id);
        resolve(attempt);
      };
    });
  }

  #post({ name, id, path }: ModelFile, inputs: TensorMap | undefined): void {
    const model = { name, id, path };
    if (inputs === undefined) {
      this.#thread.postMessage({ model } satisfies WorkerRequest, []);
      return;
    }
    const { packed, crate } = pack(inputs, this.#crate);
    this.#crate = undefined;
    this.#thread.postMessage({ model, inputs: packed, crate } satisfies WorkerRequest, [crate]);
  }

  #finish(attempt: Attempt): void {
    const settle = this.#settle;
    this.#settle = undefined;
    this.#thread.unref();
    settle?.(attempt);
  }

  #die(reason: string): void {
    this.#death = reason;
    if (this.#settle === undefined) this.#onIdleDeath(this);
    else this.#finish({ death: reason });
  }

  /** Ends the thread; a run in native code is waited for. */
  async end(): Promise<void> {
    await this.#thread.terminate();
  }
}
