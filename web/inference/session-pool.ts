import * as ort from 'onnxruntime-web/wasm';
import wasmUrl from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import loaderUrl from 'onnxruntime-web/ort-wasm-simd-threaded.mjs?url';
import { visageError, type Tensor } from '../../src/kernel/index.ts';
import type { InferencePool, ModelFile, Program, TensorMap } from '../../src/runtime/index.ts';

/** More threads than this gain little on networks of this size. */
const mostThreads = 4;

/** One core is left to the page and the camera. Threads need memory that is shared, which browsers tie to headers. */
const threads = globalThis.crossOriginIsolated
  ? Math.max(1, Math.min(mostThreads, navigator.hardwareConcurrency - 1))
  : 1;

ort.env.wasm.wasmPaths = { wasm: wasmUrl, mjs: loaderUrl };
ort.env.wasm.numThreads = threads;
ort.env.logLevel = 'error';

/** The networks of a pack on ONNX Runtime Web, on this thread: one run after the other. */
export class SessionPool implements InferencePool {
  readonly concurrency = 1;
  readonly #sessions = new Map<string, ort.InferenceSession>();
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #closed = false;

  get idle(): number {
    return this.#waiting === 0 ? 1 : 0;
  }

  /** @throws VisageError `INFERENCE_FAILED` */
  async load({ name, id }: ModelFile, bytes: Uint8Array): Promise<void> {
    try {
      this.#sessions.set(
        id,
        await ort.InferenceSession.create(bytes, {
          executionProviders: ['wasm'],
          graphOptimizationLevel: 'all',
        }),
      );
    } catch (cause) {
      throw failed(name, cause);
    }
  }

  run(model: ModelFile, inputs: TensorMap | (() => TensorMap), signal?: AbortSignal): Promise<TensorMap> {
    this.#waiting++;
    const result = this.#last.then(async () => {
      try {
        signal?.throwIfAborted();
        return await this.#run(model, typeof inputs === 'function' ? inputs() : inputs);
      } finally {
        this.#waiting--;
      }
    });
    this.#last = result.catch(() => {});
    return result;
  }

  async #run({ name, id }: ModelFile, inputs: TensorMap): Promise<TensorMap> {
    const session = this.#sessions.get(id);
    if (this.#closed || session === undefined)
      throw visageError('RUNTIME_CLOSED', { what: `Network ${name}` });
    try {
      const feeds = Object.entries(inputs).map(
        ([input, { type, data, dims }]) => [input, new ort.Tensor(type, data, dims)] as const,
      );
      const outputs = await session.run(Object.fromEntries(feeds));
      return Object.fromEntries(
        Object.entries(outputs).map(([output, { type, data, dims }]) => [
          output,
          { type, data, dims } as Tensor,
        ]),
      );
    } catch (cause) {
      throw failed(name, cause);
    }
  }

  runProgram<Argument, Result>(
    { run }: Program<Argument, Result>,
    argument: Argument,
    inputs: TensorMap | (() => TensorMap),
    signal?: AbortSignal,
  ): Promise<Result> {
    const made = typeof inputs === 'function' ? inputs() : inputs;
    return run(argument, made, (model, its) => this.run(model, its, signal));
  }

  async warm(): Promise<void> {}

  async close(): Promise<void> {
    await this.#last;
    this.#closed = true;
    await Promise.all(Array.from(this.#sessions.values(), (session) => session.release()));
    this.#sessions.clear();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

function failed(network: string, cause: unknown) {
  const reason = (cause instanceof Error ? cause.message : String(cause)).slice(0, 300);
  return visageError('INFERENCE_FAILED', { network, reason }, cause);
}
