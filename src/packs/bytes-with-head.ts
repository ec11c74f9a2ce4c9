import { readFile } from 'node:fs/promises';
import { decodeModel, encodeModel, type OnnxModel, type OnnxTensor } from '../formats/index.ts';
import { visageError } from '../kernel/index.ts';
import type { ModelFile } from '../runtime/index.ts';

const read = async ({ path }: ModelFile): Promise<OnnxModel> => decodeModel(await readFile(path), path);

/** What the last matrix product multiplies by: all that fine-tuning changes. */
function headOf({ graph }: OnnxModel, { name }: ModelFile): [name: string, tensor: OnnxTensor] {
  const last = graph.nodes.findLast(({ op }) => op === 'MatMul');
  const matrix = graph.initializers.get(last?.inputs[1] ?? '');
  if (matrix !== undefined) return [last!.inputs[1]!, matrix];
  throw visageError('MODEL_INVALID', { network: name, reason: 'it does not end in a matrix product' });
}

const isSame = (a: OnnxTensor, b: OnnxTensor | undefined): boolean =>
  b !== undefined &&
  a.type === b.type &&
  a.dims.join() === b.dims.join() &&
  a.data.every((value, i) => value === b.data[i]);

/**
 * A fine-tuned embedder in 8-bit arithmetic: the one that its trunk comes from, in 8-bit arithmetic, with its head.
 * @param tuned a float32 network
 * @param trunk the float32 network it was made from
 * @param bytes that one in 8-bit arithmetic
 * @returns an ONNX file
 * @throws VisageError `MODEL_INVALID` where more than the head differs
 */
export async function bytesWithHead(
  tuned: ModelFile,
  trunk: ModelFile,
  bytes: ModelFile,
): Promise<Uint8Array> {
  const [own, plain, model] = [await read(tuned), await read(trunk), await read(bytes)];
  const [ownName, head] = headOf(own, tuned);
  const [plainName] = headOf(plain, trunk);
  for (const [name, tensor] of plain.graph.initializers) {
    if (name === plainName || isSame(tensor, own.graph.initializers.get(name))) continue;
    const reason = `${name} differs from that of ${trunk.name}, and only ${ownName} may`;
    throw visageError('MODEL_INVALID', { network: tuned.name, reason });
  }
  const [bytesName] = headOf(model, bytes);
  const initializers = new Map([...model.graph.initializers, [bytesName, head]]);
  return encodeModel({ ...model, graph: { ...model.graph, initializers } });
}
