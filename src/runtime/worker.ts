/**
 * What one worker thread does: keeps a session for every network it has met and runs one job after
 * another. Started by {@link InferenceWorker}, never imported for its values.
 */
import { parentPort } from 'node:worker_threads';
import { env, InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { buffersOf } from './crate.ts';
import type { Tensor, TensorType } from '../kernel/index.ts';
import type { ModelFile, TensorMap } from './inference.ts';

/** A job as it travels to a worker: without `inputs` the network is only loaded. */
export interface WorkerRequest {
  readonly model: ModelFile;
  readonly inputs?: TensorMap;
  /** The buffer that `inputs` lie in; it is sent back. */
  readonly crate?: ArrayBuffer;
}

/** The answer to a request; `reason` is a sentence of ONNX Runtime. */
export type WorkerReply = ({ readonly outputs: TensorMap } | { readonly reason: string }) & {
  readonly crate?: ArrayBuffer;
};

const sessionOptions: InferenceSession.SessionOptions = {
  executionProviders: ['cpu'],
  graphOptimizationLevel: 'all',
  // The pool is the parallelism: one thread a session keeps workers from fighting over the cores.
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  executionMode: 'sequential',
  // The arena keeps the largest block it ever needed for each session, and a memory pattern is kept
  // for every new input shape. Without them memory goes back after each run, at no loss of speed here.
  enableCpuMemArena: false,
  enableMemPattern: false,
  // Failures travel as errors; on stderr they would only tear progress bars.
  logSeverityLevel: 4,
};

const port = parentPort!;
const sessions = new Map<string, InferenceSession>();
env.logLevel = 'fatal';

async function sessionOf(model: ModelFile): Promise<InferenceSession> {
  const kept = sessions.get(model.id);
  if (kept !== undefined) return kept;
  const session = await InferenceSession.create(model.path, sessionOptions);
  sessions.set(model.id, session);
  return session;
}

const isSupported = (type: string): type is TensorType =>
  type === 'float32' || type === 'uint8' || type === 'int32' || type === 'int64';

async function run({ model, inputs }: WorkerRequest): Promise<TensorMap> {
  const session = await sessionOf(model);
  const outputs: Record<string, Tensor> = {};
  if (inputs === undefined) return outputs;
  const unknown = Object.keys(inputs).find((name) => !session.inputNames.includes(name));
  if (unknown !== undefined) {
    throw new Error(`it has no input '${unknown}'; its inputs: ${session.inputNames.join(', ')}`);
  }
  const feeds: Record<string, OrtTensor> = {};
  for (const [name, { type, data, dims }] of Object.entries(inputs)) {
    feeds[name] = new OrtTensor(type, data, dims);
  }
  for (const [name, { type, data, dims }] of Object.entries(await session.run(feeds))) {
    if (!isSupported(type)) throw new Error(`output '${name}' is of the unsupported type ${type}`);
    outputs[name] = { type, dims, data: data as Tensor['data'] };
  }
  return outputs;
}

async function answer(request: WorkerRequest): Promise<void> {
  const crate = request.crate && { crate: request.crate };
  const transfer: ArrayBuffer[] = request.crate ? [request.crate] : [];
  try {
    const outputs = await run(request);
    port.postMessage({ outputs, ...crate } satisfies WorkerReply, [...transfer, ...buffersOf(outputs)]);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    port.postMessage({ reason, ...crate } satisfies WorkerReply, transfer);
  }
}

port.on('message', (request: WorkerRequest) => void answer(request));
