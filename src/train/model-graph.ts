import { encodeModel, type OnnxModel } from '../formats/index.ts';
import type { Dim, Graph, Value } from '../graph/index.ts';
import { visageError, type Tensor } from '../kernel/index.ts';
import { openLocalSession, type TensorMap } from '../runtime/index.ts';

const types = { float32: Float32Array, uint8: Uint8Array, int32: Int32Array, int64: BigInt64Array } as const;

/**
 * The graph of an ONNX file, with the types and shapes of all its values. Files seldom tell those; they are
 * seen by running the network on zeros, twice: sizes that differ between batches of 2 and of 3 are the batch.
 * @throws VisageError `MODEL_INVALID`, `INFERENCE_FAILED`
 */
export async function graphOfModel(name: string, model: OnnxModel): Promise<Graph> {
  const { graph } = model;
  const invalid = (reason: string) => visageError('MODEL_INVALID', { network: name, reason });
  const inputs = graph.inputs.filter((input) => !graph.initializers.has(input.name));
  const computed = graph.nodes.flatMap((node) => node.outputs.filter((output) => output !== ''));
  const observed = { ...graph, outputs: computed.map((output) => ({ name: output })) };
  await using session = await openLocalSession(name, encodeModel({ ...model, graph: observed }));
  const run = async (batch: number): Promise<TensorMap> => {
    const feeds: Record<string, Tensor> = {};
    for (const { name: input, type, dims } of inputs) {
      if (type === undefined || !(type in types) || dims === undefined) {
        throw invalid(`its input ${input} has no known type and shape`);
      }
      const sizes = dims.map((dim) => (typeof dim === 'number' ? dim : batch));
      const data = new types[type as keyof typeof types](sizes.reduce((product, size) => product * size, 1));
      feeds[input] = { type, dims: sizes, data } as Tensor;
    }
    return session.run(feeds);
  };
  const [two, three] = [await run(2), await run(3)];
  const values = new Map<string, Value>();
  for (const [constant, { type, dims }] of graph.initializers) {
    values.set(constant, { name: constant, type, dims });
  }
  for (const { name: input, type, dims } of inputs) {
    values.set(input, { name: input, type: type!, dims: dims!.map((dim): Dim => dim ?? 'batch') });
  }
  for (const output of computed) {
    const { type, dims } = two[output]!;
    const other = three[output]!.dims;
    values.set(output, {
      name: output,
      type,
      dims: dims.map((dim, i): Dim => (dim === other[i] ? dim : 'batch')),
    });
  }
  return {
    name,
    inputs: inputs.map((input) => values.get(input.name)!),
    outputs: graph.outputs.map((output) => values.get(output.name)!),
    nodes: graph.nodes,
    initializers: graph.initializers,
    values,
  };
}
