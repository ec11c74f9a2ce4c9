import type { Tensor } from '../kernel/index.ts';

/** An ONNX file ready to run. `id` is unique for its content: sessions are kept by it. */
export interface ModelFile {
  /** What a person calls it: `dlib-resnet`. */
  readonly name: string;
  readonly id: string;
  readonly path: string;
}

/** Tensors by the names of the graph's inputs or outputs. */
export type TensorMap = Readonly<Record<string, Tensor>>;

/** Runs a network. Inputs that a function makes may lie in memory that the next one uses again. */
export type RunNetwork = (model: ModelFile, inputs: TensorMap | (() => TensorMap)) => Promise<TensorMap>;

/**
 * Runs several networks and does what lies between them.
 * @param argument anything that structured clone copies, as is what it returns
 * @param inputs of this job, which lie in memory that the next job uses again
 * @param infer runs a network, one after the other
 */
export type RunProgram<Argument, Result> = (
  argument: Argument,
  inputs: TensorMap,
  infer: RunNetwork,
) => Promise<Result>;

/** Work of several networks as a single job of a worker, which so waits for nobody. */
export interface Program<Argument, Result> {
  readonly run: RunProgram<Argument, Result>;
  /** URL of a module that exports the same function as `run`. A worker loads it once: its imports should be few. */
  readonly url: string;
  /** The network it begins with: a worker that holds it is preferred. */
  readonly model: ModelFile;
}

/**
 * Runs networks off the main thread.
 *
 * Inputs are copied, not transferred, so a job outlives the worker that was running it; outputs are
 * transferred. Feed pixels as `uint8` (the graphs cast), which makes the copies cheap. The arrays of
 * an input must not change until the job has settled: they are read when a worker takes the job.
 */
export interface InferencePool extends AsyncDisposable {
  /** How many jobs run at the same time. */
  readonly concurrency: number;
  /** How many further jobs would start at once, from 0 to `concurrency`. */
  readonly idle: number;
  /**
   * Waits for a free worker, first come, first served, and runs `model` there.
   * @param inputs by input name; or a function that makes them, called when a worker takes the job (again
   *   should that one die) and never after an abort: what has to wait can be prepared as late as possible,
   *   and in memory that is used again, since they are copied before anything else happens
   * @param signal a waiting job leaves the queue; a running one rejects at once and its result is
   *   dropped. The promise rejects with `signal.reason`
   * @throws VisageError `INFERENCE_FAILED` when the network refuses the input, or when its job has
   *   killed more than one worker; `RUNTIME_BUSY` when too many jobs wait; `RUNTIME_CLOSED` after
   *   `close()`
   */
  run(model: ModelFile, inputs: TensorMap | (() => TensorMap), signal?: AbortSignal): Promise<TensorMap>;
  /**
   * Runs a program in a worker, otherwise as {@link InferencePool.run}; an abort while it runs rejects at once,
   * and the worker finishes it nevertheless.
   * @throws VisageError as `run` does; `INFERENCE_FAILED` names the network that failed
   */
  runProgram<Argument, Result>(
    program: Program<Argument, Result>,
    argument: Argument,
    inputs: TensorMap | (() => TensorMap),
    signal?: AbortSignal,
  ): Promise<Result>;
  /**
   * Loads networks before they are needed. Each is loaded by one worker, different ones side by side,
   * and a job that comes meanwhile waits for the load under way instead of loading it again.
   * @param everywhere load every network in every worker, as a server does before its first request
   * @throws VisageError as `run` does
   */
  warm(models: readonly ModelFile[], everywhere?: boolean): Promise<void>;
  /** Finishes what was accepted, then ends the workers. Safe to call twice. */
  close(): Promise<void>;
}
