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

/**
 * Runs networks off the main thread.
 *
 * Inputs are copied, not transferred, so a job outlives the worker that was running it; outputs are
 * transferred. Feed pixels as `uint8` (the graphs cast), which makes the copies cheap.
 */
export interface InferencePool extends AsyncDisposable {
  /** How many jobs run at the same time. */
  readonly concurrency: number;
  /**
   * @throws VisageError `INFERENCE_FAILED` when the network refuses the input, or when its job has
   *   killed more than one worker; `RUNTIME_CLOSED` after `close()`
   */
  run(model: ModelFile, inputs: TensorMap, signal?: AbortSignal): Promise<TensorMap>;
  /** Finishes what was accepted, then ends the workers. Safe to call twice. */
  close(): Promise<void>;
}
