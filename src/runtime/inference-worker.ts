import { Worker } from 'node:worker_threads';
import { pack } from './crate.ts';
import { deferred, type Deferred } from './deferred.ts';
import type { ModelFile, TensorMap } from './inference.ts';
import { forbidTelemetry } from './telemetry.ts';
import type { WorkerReply, WorkerRequest } from './worker.ts';

/** A larger buffer is left to the garbage collector after its job. */
const keptCrateBytes = 8 * 2 ** 20;

/** One flag for each thread: 1 from the sending of a job until it has been run. */
const busyFlags = new Set<Int32Array<SharedArrayBuffer>>();

/**
 * ONNX Runtime's binding aborts the whole process when its thread is stopped in the middle of a call,
 * as `process.exit` does with every worker. So the exit waits for the calls under way.
 */
function waitForCalls(): void {
  for (const flag of busyFlags) Atomics.wait(flag, 0, 1, 5000);
}

/** How an attempt ended: with an answer, or with the death of the worker and what was heard of it. */
export type Attempt = WorkerReply | { readonly death: string };

/**
 * One worker thread, seen from the main thread: takes a single job at a time. It keeps the process
 * alive only while it has one.
 */
export class InferenceWorker {
  readonly #thread: Worker;
  readonly #busy = new Int32Array(new SharedArrayBuffer(4));
  /** Networks that it has loaded, by id. */
  readonly #loaded = new Set<string>();
  readonly #onIdleDeath: (worker: InferenceWorker) => void;
  #current: Deferred<Attempt> | undefined;
  #crate: ArrayBuffer | undefined;
  #dead = false;

  constructor(onIdleDeath: (worker: InferenceWorker) => void) {
    this.#onIdleDeath = onIdleDeath;
    forbidTelemetry();
    this.#thread = new Worker(new URL('./worker.js', import.meta.url), {
      name: 'visage-inference',
      // Flags of the parent such as --input-type would stop a worker that runs a file.
      execArgv: [],
      workerData: this.#busy,
    });
    if (busyFlags.size === 0) process.on('exit', waitForCalls);
    busyFlags.add(this.#busy);
    this.#thread.on('message', (reply: WorkerReply) => {
      if (reply.crate !== undefined && reply.crate.byteLength <= keptCrateBytes) this.#crate = reply.crate;
      this.#finish(reply);
    });
    this.#thread.on('messageerror', (error) => {
      this.#die(error.message);
      void this.#thread.terminate();
    });
    this.#thread.on('error', (error: unknown) => {
      this.#die(error instanceof Error ? error.message : String(error));
    });
    this.#thread.on('exit', (code) => this.#die(`it ended with exit code ${code}`));
    this.#thread.unref();
  }

  holds(model: ModelFile): boolean {
    return this.#loaded.has(model.id);
  }

  /**
   * Loads `model` if it is new here and runs it, or the program that begins with it, on a copy of `inputs`;
   * without them it only loads. Must not be called before the previous attempt has ended, nor after a death.
   */
  async attempt(
    model: ModelFile,
    inputs: TensorMap | undefined,
    program?: WorkerRequest['program'],
  ): Promise<Attempt> {
    // Before posting, or it could overwrite that the job is done.
    Atomics.store(this.#busy, 0, 1);
    try {
      this.#post(model, inputs, program);
    } catch (error) {
      Atomics.store(this.#busy, 0, 0);
      return { reason: error instanceof Error ? error.message : String(error) };
    }
    this.#thread.ref();
    this.#current = deferred<Attempt>();
    const attempt = await this.#current.promise;
    if ('answer' in attempt) this.#loaded.add(model.id);
    return attempt;
  }

  /** Ends the thread, after the call under way. */
  async end(): Promise<void> {
    await this.#current?.promise;
    await this.#thread.terminate();
  }

  #post(
    { name, id, path }: ModelFile,
    inputs: TensorMap | undefined,
    program: WorkerRequest['program'],
  ): void {
    const request: WorkerRequest = { model: { name, id, path }, ...(program && { program }) };
    if (inputs === undefined) {
      this.#thread.postMessage(request, []);
    } else {
      const { packed, crate } = pack(inputs, this.#crate);
      this.#crate = undefined;
      this.#thread.postMessage({ ...request, inputs: packed, crate } satisfies WorkerRequest, [crate]);
    }
  }

  #finish(attempt: Attempt): void {
    const current = this.#current;
    this.#current = undefined;
    this.#thread.unref();
    current?.resolve(attempt);
  }

  #die(reason: string): void {
    if (this.#dead) return;
    this.#dead = true;
    busyFlags.delete(this.#busy);
    if (busyFlags.size === 0) process.off('exit', waitForCalls);
    if (this.#current === undefined) this.#onIdleDeath(this);
    else this.#finish({ death: reason });
  }
}
