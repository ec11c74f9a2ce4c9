import { availableParallelism } from 'node:os';
import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { checkOptions, visageError, type OptionsOf, type Tensor } from '../kernel/index.ts';
import type { TensorMap } from './inference.ts';
import { forbidTelemetry } from './telemetry.ts';

/** Options of {@link openLocalSession}. */
export const localSessionOptions = {
  threads: {
    type: 'number',
    integer: true,
    min: 1,
    max: 256,
    default: availableParallelism(),
    description: 'threads that one run uses; by default one for each core',
  },
  spinning: {
    type: 'boolean',
    default: false,
    description: 'whether threads without work wait for it in a loop: faster alone, slower beside others',
  },
} as const;

export type LocalSessionOptions = Partial<OptionsOf<typeof localSessionOptions>>;

/**
 * One network on the calling thread, with all cores for a single run: what training needs, whose weights
 * (inputs) and gradients (outputs) are too large to be copied to a worker and back each step.
 *
 * **The calling thread stands still while the network runs**; between two runs other work gets its turn.
 * For everything else there is the inference pool.
 */
export interface LocalSession extends AsyncDisposable {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  /**
   * Inputs are read where they lie.
   * @param into outputs that are written into these tensors, which must have the right shape, instead of
   *   new ones
   * @throws VisageError `INFERENCE_FAILED`, `RUNTIME_CLOSED`
   */
  run(inputs: TensorMap, into?: TensorMap): Promise<TensorMap>;
  close(): Promise<void>;
}

type OnnxRuntime = typeof import('onnxruntime-node');

class OrtSession implements LocalSession {
  readonly #name: string;
  readonly #runtime: OnnxRuntime;
  #session: InferenceSession | undefined;

  constructor(name: string, runtime: OnnxRuntime, session: InferenceSession) {
    this.#name = name;
    this.#runtime = runtime;
    this.#session = session;
  }

  get #open(): InferenceSession {
    if (this.#session === undefined)
      throw visageError('RUNTIME_CLOSED', { what: `The session of ${this.#name}` });
    return this.#session;
  }

  get inputNames(): readonly string[] {
    return this.#open.inputNames;
  }

  get outputNames(): readonly string[] {
    return this.#open.outputNames;
  }

  async run(inputs: TensorMap, into: TensorMap = {}): Promise<TensorMap> {
    const session = this.#open;
    const { Tensor: Wrapper } = this.#runtime;
    const wrap = ({ type, data, dims }: Tensor): OrtTensor => new Wrapper(type, data, dims);
    const feeds: Record<string, OrtTensor> = {};
    for (const [name, tensor] of Object.entries(inputs)) feeds[name] = wrap(tensor);
    const fetches: Record<string, OrtTensor | null> = {};
    for (const name of session.outputNames) {
      const target = into[name];
      fetches[name] = target === undefined ? null : wrap(target);
    }
    try {
      const outputs = await session.run(feeds, fetches);
      return Object.fromEntries(
        Object.entries(outputs).map(([name, { type, dims, data }]) => [name, { type, dims, data } as Tensor]),
      );
    } catch (cause) {
      throw inferenceFailed(this.#name, cause);
    }
  }

  async close(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    await session?.release();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

function inferenceFailed(network: string, cause: unknown) {
  const reason = (cause instanceof Error ? cause.message : String(cause)).replace(/\s+/g, ' ').slice(0, 500);
  return visageError('INFERENCE_FAILED', { network, reason }, cause);
}

/**
 * @param name what messages call the network
 * @param model an ONNX file's bytes
 * @throws VisageError `INFERENCE_FAILED`, `OPTION_INVALID`
 */
export async function openLocalSession(
  name: string,
  model: Uint8Array,
  options: LocalSessionOptions = {},
): Promise<LocalSession> {
  const { threads, spinning } = checkOptions('openLocalSession', localSessionOptions, options);
  // Loaded with the first session: whoever only uses the pool has ONNX Runtime in its workers alone.
  forbidTelemetry();
  const runtime = await import('onnxruntime-node');
  runtime.env.logLevel = 'fatal';
  try {
    const session = await runtime.InferenceSession.create(model, {
      executionProviders: ['cpu'],
      graphOptimizationLevel: 'all',
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      enableCpuMemArena: true,
      // Batches keep their shape, so the plan of the first run serves all.
      enableMemPattern: true,
      logSeverityLevel: 4,
      // Threads that wait for work in a loop take it from everybody else.
      extra: { session: { intra_op: { allow_spinning: spinning ? '1' : '0' } } },
    });
    return new OrtSession(name, runtime, session);
  } catch (cause) {
    throw inferenceFailed(name, cause);
  }
}
