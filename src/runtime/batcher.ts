import { VisageError, visageError, type Tensor } from '../kernel/index.ts';
import { deferred, type Deferred } from './deferred.ts';
import type { InferencePool, ModelFile, TensorMap } from './inference.ts';

interface Row extends Deferred<TensorMap> {
  readonly data: Uint8Array;
  readonly signal: AbortSignal | undefined;
}

/**
 * Rows of equal dims that wait, and the jobs in the pool that will come for them: at most one for
 * each row, so that none comes for nothing, and enough of them to leave no more than `maxBatch` rows
 * to each.
 */
interface Group {
  readonly key: string;
  readonly dims: readonly number[];
  readonly waiting: Row[];
  readonly jobs: AbortController[];
}

export interface BatcherOptions {
  /** The network's input: `uint8`, its first axis the batch. */
  readonly input: string;
  /** Rows of one run, at least 1; default 8: convolutions gain nothing from more. */
  readonly maxBatch?: number;
}

/**
 * Puts single rows of many callers together into batches.
 *
 * A row whose network could start at once does so. While every worker is busy rows gather, and the
 * next free worker takes up to `maxBatch` of them: one photo is not delayed, a folder is batched.
 * Several free workers share the rows equally.
 */
export class Batcher {
  readonly #pool: InferencePool;
  readonly #model: ModelFile;
  readonly #input: string;
  readonly #maxBatch: number;
  readonly #groups = new Map<string, Group>();

  /** @throws VisageError `OPTION_INVALID` */
  constructor(pool: InferencePool, model: ModelFile, { input, maxBatch = 8 }: BatcherOptions) {
    if (!Number.isInteger(maxBatch) || maxBatch < 1) {
      const allowed = 'a whole number from 1';
      throw visageError('OPTION_INVALID', { owner: 'Batcher', option: 'maxBatch', got: maxBatch, allowed });
    }
    this.#pool = pool;
    this.#model = model;
    this.#input = input;
    this.#maxBatch = maxBatch;
  }

  /**
   * The network's outputs for one row, without the batch axis.
   * @param row must not change until the promise has settled
   * @param dims of the row, without the batch axis
   * @param signal a waiting row leaves its batch; a running one rejects at once with `signal.reason`
   * @throws VisageError as {@link InferencePool.run}; a row is never failed by its neighbours
   */
  run(row: Uint8Array, dims: readonly number[], signal?: AbortSignal): Promise<TensorMap> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    const size = dims.reduce((product, dim) => product * dim, 1);
    if (row.length !== size) {
      const reason = `a row of [${dims.join(', ')}] holds ${size} numbers, got ${row.length}`;
      return Promise.reject(visageError('INFERENCE_FAILED', { network: this.#model.name, reason }));
    }
    const group = this.#groupOf(dims);
    const waiting: Row = {
      ...deferred<TensorMap>(signal, () => this.#leave(group, waiting)),
      data: row,
      signal,
    };
    group.waiting.push(waiting);
    this.#askForWorkers(group);
    return waiting.promise;
  }

  #groupOf(dims: readonly number[]): Group {
    const key = dims.join('×');
    const known = this.#groups.get(key);
    if (known !== undefined) return known;
    const group: Group = { key, dims: [...dims], waiting: [], jobs: [] };
    this.#groups.set(key, group);
    return group;
  }

  #leave(group: Group, row: Row): void {
    const place = group.waiting.indexOf(row);
    if (place < 0) return;
    group.waiting.splice(place, 1);
    if (group.jobs.length > group.waiting.length) group.jobs.pop()!.abort();
    if (group.waiting.length === 0) this.#groups.delete(group.key);
  }

  /** Removes `job` from its group, and with it an equal share of the waiting rows. */
  #takeShare(group: Group, job: AbortController): Row[] {
    const share = Math.ceil(group.waiting.length / group.jobs.length);
    group.jobs.splice(group.jobs.indexOf(job), 1);
    const rows = group.waiting.splice(0, share);
    if (group.waiting.length === 0) this.#groups.delete(group.key);
    return rows;
  }

  #askForWorkers(group: Group): void {
    const { jobs, waiting } = group;
    while (
      jobs.length < waiting.length &&
      (this.#pool.idle > 0 || jobs.length * this.#maxBatch < waiting.length)
    ) {
      const job = new AbortController();
      jobs.push(job);
      void this.#runBatch(group, job);
    }
  }

  async #runBatch(group: Group, job: AbortController): Promise<void> {
    let rows: Row[] = [];
    try {
      const outputs = await this.#pool.run(
        this.#model,
        () => {
          rows = this.#takeShare(group, job);
          return this.#inputsOf(rows, group.dims);
        },
        job.signal,
      );
      rows.forEach((row, i) => row.resolve(this.#outputsOf(outputs, i, rows.length)));
    } catch (error) {
      if (job.signal.aborted) return;
      // The pool refused the job itself: nobody will come for its share.
      if (rows.length === 0) rows = this.#takeShare(group, job);
      if (rows.length > 1 && error instanceof VisageError && error.code === 'INFERENCE_FAILED') {
        for (const row of rows) void this.#runAlone(row, group.dims);
      } else {
        for (const row of rows) row.reject(error);
      }
    }
  }

  async #runAlone(row: Row, dims: readonly number[]): Promise<void> {
    try {
      const outputs = await this.#pool.run(this.#model, this.#inputsOf([row], dims), row.signal);
      row.resolve(this.#outputsOf(outputs, 0, 1));
    } catch (error) {
      row.reject(error);
    }
  }

  #inputsOf(rows: readonly Row[], dims: readonly number[]): TensorMap {
    const size = rows[0]!.data.length;
    const data = new Uint8Array(rows.length * size);
    rows.forEach((row, i) => data.set(row.data, i * size));
    return { [this.#input]: { type: 'uint8', dims: [rows.length, ...dims], data } };
  }

  #outputsOf(outputs: TensorMap, row: number, rows: number): TensorMap {
    const own: Record<string, Tensor> = {};
    for (const [name, { type, dims, data }] of Object.entries(outputs)) {
      if (dims[0] !== rows) {
        const reason = `output '${name}' of [${dims.join(', ')}] is not one row for each of ${rows} inputs`;
        throw visageError('INFERENCE_FAILED', { network: this.#model.name, reason });
      }
      const size = data.length / rows;
      // A copy, so that a row that is kept does not keep its neighbours.
      own[name] = { type, dims: dims.slice(1), data: data.slice(row * size, (row + 1) * size) };
    }
    return own;
  }
}
