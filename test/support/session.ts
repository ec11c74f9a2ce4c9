import { InferenceSession, Tensor } from 'onnxruntime-node';
import { encodeModel } from '../../src/formats/index.ts';
import { toModel, type Graph } from '../../src/graph/index.ts';

export interface RunInput {
  readonly type: 'float32' | 'uint8';
  readonly dims: readonly number[];
  readonly data: Float32Array | Uint8Array;
}
export interface RunOutput {
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

/** One thread, so that results repeat bit for bit. */
export const openSession = (graph: Graph): Promise<InferenceSession> =>
  InferenceSession.create(encodeModel(toModel(graph)), {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
  });

/** Runs an open session on one input and gives every output by name. */
export async function runSession(
  session: InferenceSession,
  input: RunInput,
): Promise<Record<string, RunOutput>> {
  const name = session.inputNames[0]!;
  const outputs = await session.run({ [name]: new Tensor(input.type, input.data, [...input.dims]) });
  return Object.fromEntries(
    Object.entries(outputs).map(([name, tensor]) => [
      name,
      { dims: tensor.dims, data: tensor.data as Float32Array },
    ]),
  );
}

/** Builds, runs and closes. */
export async function runGraph(graph: Graph, input: RunInput): Promise<Record<string, RunOutput>> {
  const session = await openSession(graph);
  try {
    return await runSession(session, input);
  } finally {
    await session.release();
  }
}
