/**
 * What one worker thread does: keeps a session for every network it has met and runs one job after
 * another. Started by {@link InferenceWorker}, never imported for its values.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { env, InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { buffersOf } from './crate.ts';
import type { Tensor, TensorType } from '../kernel/index.ts';
import type { ModelFile, RunNetwork, RunProgram, TensorMap } from './inference.ts';

/** A job as it travels to a worker: without `inputs` the network is only loaded. */
export interface WorkerRequest {
  readonly model: ModelFile;
  /** What to run instead of the network alone. */
  readonly program?: { readonly url: string; readonly argument: unknown };
  readonly inputs?: TensorMap;
  /** The buffer that `inputs` lie in; it is sent back. */
  readonly crate?: ArrayBuffer;
}

/** The answer to a request: a network's outputs or what a program returned; `reason` is a sentence of ONNX Runtime. */
export type WorkerReply = (
  | { readonly answer: unknown }
  | { readonly reason: string; readonly network?: string }
) & {
  readonly crate?: ArrayBuffer;
};

const sessionOptions: InferenceSession.SessionOptions = {
  executionProviders: ['cpu'],
  graphOptimizationLevel: 'all',
  // The pool is the parallelism: one thread a session keeps workers from fighting over the cores.
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  executionMode: 'sequential',
  // Measured on the bundled networks with two workers and changing shapes (bench/inference, 200 photos):
  // peak 449 MB so; 470 MB without the arena, which also makes malloc map fresh pages for every layer;
  // 621 MB with memory patterns, which reserve another block for every new input shape.
  enableCpuMemArena: true,
  enableMemPattern: false,
  // Failures travel as errors; on stderr they would only tear progress bars.
  logSeverityLevel: 4,
};

const port = parentPort!;
/** Set by the main thread with each job, cleared here: see `waitForCalls` there. */
const busy = workerData as Int32Array;
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

async function run(model: ModelFile, inputs: TensorMap): Promise<TensorMap> {
  const session = await sessionOf(model);
  const unknown = Object.keys(inputs).find((name) => !session.inputNames.includes(name));
  if (unknown !== undefined) {
    throw new Error(`it has no input '${unknown}'; its inputs: ${session.inputNames.join(', ')}`);
  }
  const feeds: Record<string, OrtTensor> = {};
  for (const [name, { type, data, dims }] of Object.entries(inputs)) {
    feeds[name] = new OrtTensor(type, data, dims);
  }
  const outputs: Record<string, Tensor> = {};
  for (const [name, { type, data, dims }] of Object.entries(await session.run(feeds))) {
    if (!isSupported(type)) throw new Error(`output '${name}' is of the unsupported type ${type}`);
    outputs[name] = { type, dims, data: data as Tensor['data'] };
  }
  return outputs;
}

/** A network of a program has failed. */
class NetworkFailure extends Error {
  readonly network: string;

  constructor({ name }: ModelFile, cause: unknown) {
    super(sentenceOf(cause));
    this.network = name;
  }
}

const sentenceOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** The last network that a program asked for. */
let lastRun: Promise<unknown> = Promise.resolve();

/** One network after the other, and inputs not before its turn: their memory may be used again. */
const infer: RunNetwork = (model, inputs) => {
  const outputs = lastRun.then(async () => {
    try {
      return await run(model, typeof inputs === 'function' ? inputs() : inputs);
    } catch (error) {
      throw new NetworkFailure(model, error);
    }
  });
  lastRun = outputs.catch(() => {});
  return outputs;
};

async function runProgram(
  { url, argument }: NonNullable<WorkerRequest['program']>,
  inputs: TensorMap,
): Promise<unknown> {
  const program = (await import(url)) as { run: RunProgram<unknown, unknown> };
  try {
    return await program.run(argument, inputs, infer);
  } finally {
    // What failed may have left other networks waiting for their turn.
    await lastRun;
  }
}

async function resultOf({ model, program, inputs }: WorkerRequest): Promise<unknown> {
  if (inputs === undefined) return void (await sessionOf(model));
  return program === undefined ? run(model, inputs) : runProgram(program, inputs);
}

async function answer(request: WorkerRequest): Promise<void> {
  const { crate, program, inputs } = request;
  let reply: { answer: unknown } | { reason: string; network?: string };
  const transferred = crate ? [crate] : [];
  try {
    const result = await resultOf(request);
    if (program === undefined && inputs !== undefined) transferred.push(...buffersOf(result as TensorMap));
    reply = { answer: result };
  } catch (error) {
    reply = { reason: sentenceOf(error), ...(error instanceof NetworkFailure && { network: error.network }) };
  }
  // Before posting, since the next job may be on its way as soon as this answer is.
  Atomics.store(busy, 0, 0);
  Atomics.notify(busy, 0);
  port.postMessage({ ...reply, ...(crate && { crate }) } satisfies WorkerReply, transferred);
}

port.on('message', (request: WorkerRequest) => void answer(request));
