import type { OnnxTensor } from '../formats/onnx/index.ts';
import { visageError } from '../kernel/index.ts';
import type { Graph, GraphNode } from './graph.ts';

/**
 * How the filters are stored. Both give the same numbers; they differ in speed. `int8` is fast where the
 * processor multiplies bytes without saturating (see `multipliesBytesExactly`), and wrong elsewhere;
 * `uint8` is right everywhere.
 */
export type FilterBytes = 'int8' | 'uint8';

export interface QuantizeOptions {
  readonly filters: FilterBytes;
  /** Which convolutions are to work on bytes, by the name of the node. */
  readonly wanted: (name: string) => boolean;
}

/** Filters are stored as −127 … 127, evenly about 0. */
const filterLimit = 127;
const zeroOf = { int8: 0, uint8: 128 } as const satisfies Record<FilterBytes, number>;

/** The bytes of a convolution: value ≈ (byte − zero)·scale, with a scale for every output channel. */
interface FilterTensors {
  readonly bytes: OnnxTensor;
  readonly scales: OnnxTensor;
  readonly zeros: OnnxTensor;
  readonly bias: OnnxTensor;
}

const bytesOf = (type: FilterBytes, dims: readonly number[], values: Int16Array): OnnxTensor =>
  type === 'int8'
    ? { type, dims, data: Int8Array.from(values) }
    : { type, dims, data: Uint8Array.from(values) };

function quantizeFilters(
  weights: OnnxTensor,
  bias: OnnxTensor,
  inputScale: number,
  type: FilterBytes,
): FilterTensors {
  const [values, biases] = [weights.data as Float32Array, bias.data as Float32Array];
  const out = biases.length;
  const perOut = values.length / out;
  const zero = zeroOf[type];
  const bytes = new Int16Array(values.length);
  const scales = new Float32Array(out);
  const sums = new Int32Array(out);
  for (let o = 0; o < out; o++) {
    let largest = 0;
    for (let i = o * perOut; i < (o + 1) * perOut; i++) largest = Math.max(largest, Math.abs(values[i]!));
    const scale = Math.fround(largest > 0 ? largest / filterLimit : 1);
    scales[o] = scale;
    for (let i = o * perOut; i < (o + 1) * perOut; i++) bytes[i] = Math.round(values[i]! / scale) + zero;
    sums[o] = Math.round(biases[o]! / (scale * inputScale));
  }
  return {
    bytes: bytesOf(type, weights.dims, bytes),
    scales: { type: 'float32', dims: [out], data: scales },
    zeros: bytesOf(type, [out], new Int16Array(out).fill(zero)),
    bias: { type: 'int32', dims: [out], data: sums },
  };
}

/**
 * The same network with some of its convolutions on bytes instead of float32: a multiple of the speed
 * where the processor has byte products (AVX-512 VNNI, AVX-VNNI, Arm's dot products), for a small error.
 *
 * Only a convolution whose result is clipped to [0, limit] can be had this way (ReLU6 in MobileNet): the
 * clip says what the 256 levels of a byte must span, so no photos are needed to find it out. Its node
 * and the clip become one `QLinearConv`; between two of these nothing is float32. Filters have a scale
 * for every output channel (Krishnamoorthi 2018, "Quantizing deep convolutional networks for efficient
 * inference", section 3.1).
 * @throws VisageError `MODEL_INVALID` where a wanted convolution is not clipped so
 */
export function quantizeConvolutions(graph: Graph, { filters, wanted }: QuantizeOptions): Graph {
  const readers = new Map<string, GraphNode[]>();
  for (const node of graph.nodes) {
    for (const input of node.inputs) readers.set(input, [...(readers.get(input) ?? []), node]);
  }
  const nodes: GraphNode[] = [];
  const initializers = new Map(graph.initializers);
  const limits = clipLimits(graph);
  const asBytes = new Set<string>();
  const asFloats = new Set<string>(graph.inputs.map(({ name }) => name));
  const absorbed = new Set<GraphNode>();

  const constant = (name: string, tensor: OnnxTensor): string => {
    initializers.set(name, tensor);
    return name;
  };
  const scaleOf = (value: string): number => Math.fround(limits.get(value)! / 255);
  const levels = (value: string): [string, string] => [
    constant(`bytes/scale/${limits.get(value)}`, {
      type: 'float32',
      dims: [],
      data: Float32Array.of(scaleOf(value)),
    }),
    constant('bytes/zero', { type: 'uint8', dims: [], data: Uint8Array.of(0) }),
  ];
  const convert = (op: string, from: string, to: string, value: string): void => {
    const name = `${value}/${op === 'QuantizeLinear' ? 'quantize' : 'dequantize'}`;
    nodes.push({ op, name, domain: '', inputs: [from, ...levels(value)], outputs: [to], attributes: {} });
  };

  for (const node of graph.nodes) {
    if (absorbed.has(node)) continue;
    if (node.op !== 'Conv' || !wanted(node.name)) {
      for (const input of node.inputs) {
        if (!asBytes.has(input) || asFloats.has(input)) continue;
        convert('DequantizeLinear', `${input}/bytes`, input, input);
        asFloats.add(input);
      }
      nodes.push(node);
      for (const output of node.outputs) asFloats.add(output);
      continue;
    }
    const [x, weightsName, biasName] = node.inputs as [string, string, string];
    const [clip, ...others] = readers.get(node.outputs[0]!) ?? [];
    const y = clip?.outputs[0] ?? '';
    if (!limits.has(x) || !limits.has(y) || others.length > 0) {
      const reason = `${node.name} cannot work on bytes: what it takes and gives must be clipped to [0, limit]`;
      throw visageError('MODEL_INVALID', { network: graph.name, reason });
    }
    if (!asBytes.has(x)) {
      convert('QuantizeLinear', x, `${x}/bytes`, x);
      asBytes.add(x);
    }
    const [weights, bias] = [initializers.get(weightsName)!, initializers.get(biasName)!];
    const parts = quantizeFilters(weights, bias, scaleOf(x), filters);
    initializers.delete(weightsName);
    initializers.delete(biasName);
    nodes.push({
      op: 'QLinearConv',
      name: `${node.name}/bytes`,
      domain: '',
      inputs: [
        `${x}/bytes`,
        ...levels(x),
        constant(`${weightsName}/bytes`, parts.bytes),
        constant(`${weightsName}/scales`, parts.scales),
        constant(`${weightsName}/zeros`, parts.zeros),
        ...levels(y),
        constant(`${biasName}/sums`, parts.bias),
      ],
      outputs: [`${y}/bytes`],
      attributes: node.attributes,
    });
    asBytes.add(y);
    absorbed.add(clip!);
  }
  for (const { name } of graph.outputs) {
    if (!asFloats.has(name)) convert('DequantizeLinear', `${name}/bytes`, name, name);
    asFloats.add(name);
  }
  const used = new Set(nodes.flatMap(({ inputs }) => inputs));
  for (const name of initializers.keys()) if (!used.has(name)) initializers.delete(name);
  const values = new Map([...graph.values].filter(([name]) => asFloats.has(name) || initializers.has(name)));
  return { ...graph, nodes, initializers, values };
}

/** The upper limit of every value that a `Clip` gives whose lower one is 0. */
function clipLimits({ nodes, initializers }: Graph): Map<string, number> {
  const limits = new Map<string, number>();
  for (const { op, inputs, outputs } of nodes) {
    if (op !== 'Clip') continue;
    const [low, high] = [inputs[1], inputs[2]].map((name) => Number(initializers.get(name ?? '')?.data[0]));
    if (low === 0 && Number.isFinite(high) && high! > 0) limits.set(outputs[0]!, high!);
  }
  return limits;
}
