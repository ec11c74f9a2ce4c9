import { availableParallelism } from 'node:os';
import { checkOptions, visageError, type OptionsOf, type VisageError } from '../kernel/index.ts';
import { deferred, type Deferred } from './deferred.ts';
import { InferenceWorker } from './inference-worker.ts';
import type { InferencePool, ModelFile, Program, TensorMap } from './inference.ts';
import type { WorkerRequest } from './worker.ts';

/** Options of {@link openInferencePool}. */
export const inferencePoolOptions = {
  workers: {
    type: 'number',
    integer: true,
    min: 1,
    max: 64,
    // A worker holds its own copy of the weights, some 130 MB for the networks of a pack.
    default: Math.min(availableParallelism(), 8),
    description: 'worker threads; by default one for each core, at most 8',
  },
  maxWaiting: {
    type: 'number',
    integer: true,
    min: 0,
    default: 1_000_000,
    description: 'jobs that may wait for a worker before further ones are refused',
  },
} as const;

export type InferencePoolOptions = Partial<OptionsOf<typeof inferencePoolOptions>>;

/** What is asked of a worker. */
interface Task {
  readonly model: ModelFile;
  /** What to run instead of the network alone. */
  readonly program?: NonNullable<WorkerRequest['program']>;
  /** Undefined when the network is only to be loaded. */
  readonly inputs?: TensorMap | (() => TensorMap);
}

interface Job extends Task, Deferred<unknown> {
  /** The worker that must take it, as long as that lives. */
  readonly on?: InferenceWorker;
  /** How many workers died of it. */
  deaths: number;
  /** Nobody waits for it any more: it was aborted. */
  dropped: boolean;
}

/** ONNX Runtime's sentence on one line, without the advice and the full stop at its end. */
function inferenceFailed(network: string, reason: string): VisageError {
  const sentence = reason
    .replace(/Please fix either the inputs\/outputs or the model\./, '')
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/\.$/, '');
  return visageError('INFERENCE_FAILED', { network, reason: sentence.slice(0, 500) });
}

class WorkerPool implements InferencePool {
  readonly concurrency: number;
  readonly #maxWaiting: number;
  readonly #workers = new Set<InferenceWorker>();
  /** What each busy worker does. */
  readonly #running = new Map<InferenceWorker, Job>();
  readonly #queue: Job[] = [];
  readonly #accepted = new Set<Promise<unknown>>();
  #dispatchIsDue = false;
  #closing: Promise<void> | undefined;

  constructor({ workers, maxWaiting }: OptionsOf<typeof inferencePoolOptions>) {
    this.concurrency = workers;
    this.#maxWaiting = maxWaiting;
  }

  get idle(): number {
    return Math.max(0, this.concurrency - this.#running.size - this.#queue.length);
  }

  run(model: ModelFile, inputs: TensorMap | (() => TensorMap), signal?: AbortSignal): Promise<TensorMap> {
    return this.#accept({ model, inputs }, signal) as Promise<TensorMap>;
  }

  runProgram<Argument, Result>(
    { url, model }: Program<Argument, Result>,
    argument: Argument,
    inputs: TensorMap | (() => TensorMap),
    signal?: AbortSignal,
  ): Promise<Result> {
    return this.#accept({ model, program: { url, argument }, inputs }, signal) as Promise<Result>;
  }

  async warm(models: readonly ModelFile[], everywhere = false): Promise<void> {
    if (everywhere && this.#closing === undefined) {
      while (this.#workers.size < this.concurrency) this.#startWorker();
    }
    const targets = everywhere && this.#closing === undefined ? [...this.#workers] : [undefined];
    await Promise.all(targets.flatMap((on) => models.map((model) => this.#accept({ model }, undefined, on))));
  }

  close(): Promise<void> {
    this.#closing ??= Promise.allSettled(this.#accepted).then(async () => {
      await Promise.all([...this.#workers].map((worker) => worker.end()));
    });
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #accept(task: Task, signal?: AbortSignal, on?: InferenceWorker): Promise<unknown> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (this.#closing !== undefined) {
      return Promise.reject(visageError('RUNTIME_CLOSED', { what: 'The inference pool' }));
    }
    const waiting = this.#queue.length + this.#running.size - this.concurrency;
    if (task.inputs !== undefined && waiting >= this.#maxWaiting) {
      const slots = { what: 'The inference pool', got: waiting, allowed: this.#maxWaiting };
      return Promise.reject(visageError('RUNTIME_BUSY', { ...slots, option: 'maxWaiting' }));
    }
    const job: Job = {
      ...deferred<unknown>(signal, () => this.#drop(job)),
      ...task,
      deaths: 0,
      dropped: false,
      ...(on && { on }),
    };
    const settled = () => this.#accepted.delete(job.promise);
    this.#accepted.add(job.promise);
    job.promise.then(settled, settled);
    this.#queue.push(job);
    this.#dispatchSoon();
    return job.promise;
  }

  #drop(job: Job): void {
    job.dropped = true;
    const place = this.#queue.indexOf(job);
    if (place >= 0) this.#queue.splice(place, 1);
  }

  /** Waits for the end of the running turn, so that what is asked for together is seen together. */
  #dispatchSoon(): void {
    if (this.#dispatchIsDue) return;
    this.#dispatchIsDue = true;
    queueMicrotask(() => {
      this.#dispatchIsDue = false;
      this.#dispatch();
    });
  }

  #dispatch(): void {
    let next = 0;
    while (next < this.#queue.length && this.#running.size < this.concurrency) {
      const job = this.#queue[next]!;
      const worker = this.#workerFor(job);
      if (worker === undefined) {
        next++;
        continue;
      }
      this.#queue.splice(next, 1);
      void this.#attempt(job, worker);
      // Making inputs late may have changed the queue.
      next = 0;
    }
  }

  /** A free worker that should take `job`, or undefined where the job had better wait. */
  #workerFor(job: Job): InferenceWorker | undefined {
    if (job.on !== undefined && this.#workers.has(job.on)) {
      return this.#running.has(job.on) ? undefined : job.on;
    }
    let free: InferenceWorker | undefined;
    for (const worker of this.#workers) {
      if (this.#running.has(worker)) continue;
      if (worker.holds(job.model)) return worker;
      free ??= worker;
    }
    for (const { model, inputs } of this.#running.values()) {
      if (inputs === undefined && model.id === job.model.id) return undefined;
    }
    return free ?? this.#startWorker();
  }

  #startWorker(): InferenceWorker {
    const worker = new InferenceWorker((dead) => this.#workers.delete(dead));
    this.#workers.add(worker);
    return worker;
  }

  async #attempt(job: Job, worker: InferenceWorker): Promise<void> {
    this.#running.set(worker, job);
    try {
      const inputs = typeof job.inputs === 'function' ? job.inputs() : job.inputs;
      const attempt = await worker.attempt(job.model, inputs, job.program);
      if ('answer' in attempt) job.resolve(attempt.answer);
      else if ('reason' in attempt) {
        job.reject(inferenceFailed(attempt.network ?? job.model.name, attempt.reason));
      } else this.#buried(job, worker, attempt.death);
    } catch (error) {
      job.reject(error);
    } finally {
      this.#running.delete(worker);
      this.#dispatchSoon();
    }
  }

  #buried(job: Job, worker: InferenceWorker, death: string): void {
    this.#workers.delete(worker);
    job.deaths++;
    if (job.dropped) return;
    if (job.deaths === 1) this.#queue.unshift(job);
    else job.reject(inferenceFailed(job.model.name, `two workers died of it (${death})`));
  }
}

/**
 * Opens a pool of worker threads that run networks on ONNX Runtime's CPU provider, with one thread a
 * session. Workers start when there is work for them, load a network at its first use and keep it;
 * they end with `close()`, or with the process when nothing is under way.
 *
 * It is not built on piscina (tried: 5.3.2), which has lazy threads and a queue, but stops a worker,
 * and with it its sessions, to abort a running task; lost the queued tasks when its only worker died;
 * and cannot say which worker takes a task, so a network cannot be loaded ahead in each of them, nor
 * jobs be sent where their network already is.
 * @throws VisageError `OPTION_INVALID`, `OPTION_UNKNOWN`
 */
export function openInferencePool(options: InferencePoolOptions = {}): InferencePool {
  return new WorkerPool(checkOptions('openInferencePool', inferencePoolOptions, options));
}
