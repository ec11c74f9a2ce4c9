import type { OnnxTensor } from '../formats/onnx/index.ts';
import { visageError } from '../kernel/index.ts';
import type { Graph, GraphNode } from './graph.ts';
import { type FilterBytes, quantizeFilters } from './quantized-filters.ts';

export interface QuantizeOptions {
  readonly filters: FilterBytes;
  /** Which convolutions are to work on bytes, by the name of the node. */
  readonly wanted: (name: string) => boolean;
  /**
   * What values lie between, by name, where the network itself does not say it: for what is not clipped, as it
   * was measured on pictures.
   */
  readonly ranges?: ReadonlyMap<string, ValueRange>;
}

/** Values beyond it become its ends; it holds 0, which has a level of its own. */
export interface ValueRange {
  /** At most 0. */
  readonly low: number;
  /** More than 0. */
  readonly high: number;
}

/**
 * The same network with some of its convolutions on bytes instead of float32: a multiple of the speed
 * where the processor has byte products (AVX-512 VNNI, AVX-VNNI, Arm's dot products), for a small error.
 *
 * The 256 levels of a byte must span what a value can be. A clip to [0, limit] says so itself (ReLU6 in
 * MobileNet); for other values `ranges` has to. A convolution and the clip or ReLU after it become one
 * `QLinearConv`, whose levels end at 0 anyway; between two of these nothing is float32. Filters have a scale
 * for every output channel (Krishnamoorthi 2018, "Quantizing deep convolutional networks for efficient
 * inference", section 3.1).
 * @throws VisageError `MODEL_INVALID` where a wanted convolution takes or gives a value of unknown range
 */
export function quantizeConvolutions(
  graph: Graph,
  { filters, wanted, ranges = new Map() }: QuantizeOptions,
): Graph {
  const rewriting = new Rewriting(graph, filters, ranges);
  for (const node of graph.nodes) {
    if (node.op === 'Conv' && wanted(node.name)) rewriting.toBytes(node);
    else rewriting.keep(node);
  }
  return rewriting.finish();
}

/** Nodes are taken in their order; a value is converted where the first node needs it in the other form. */
class Rewriting {
  readonly #graph: Graph;
  readonly #filters: FilterBytes;
  readonly #readers = new Map<string, GraphNode[]>();
  readonly #ranges: ReadonlyMap<string, ValueRange>;
  readonly #nodes: GraphNode[] = [];
  readonly #initializers: Map<string, OnnxTensor>;
  readonly #asBytes = new Set<string>();
  readonly #asFloats: Set<string>;
  /** Clips and ReLUs that byte arithmetic does by itself. */
  readonly #absorbed = new Set<GraphNode>();

  constructor(graph: Graph, filters: FilterBytes, ranges: ReadonlyMap<string, ValueRange>) {
    this.#graph = graph;
    this.#filters = filters;
    for (const node of graph.nodes) {
      for (const input of node.inputs) {
        const readers = this.#readers.get(input);
        if (readers === undefined) this.#readers.set(input, [node]);
        else readers.push(node);
      }
    }
    this.#ranges = new Map([...clipRanges(graph), ...ranges]);
    this.#initializers = new Map(graph.initializers);
    this.#asFloats = new Set(graph.inputs.map(({ name }) => name));
  }

  keep(node: GraphNode): void {
    if (this.#absorbed.has(node)) return;
    for (const input of node.inputs) this.#needFloats(input);
    this.#nodes.push(node);
    for (const output of node.outputs) this.#asFloats.add(output);
  }

  toBytes(node: GraphNode): void {
    const [x, weightsName, biasName] = node.inputs as [string, string, string];
    const end = this.#endOf(node);
    const y = end?.outputs[0] ?? node.outputs[0]!;
    if (!this.#ranges.has(x) || !this.#ranges.has(y)) {
      const reason = `${node.name} cannot work on bytes: what it takes and gives must be clipped to [0, limit], or its range given`;
      throw visageError('MODEL_INVALID', { network: this.#graph.name, reason });
    }
    this.#needBytes(x);
    const [weights, bias] = [this.#initializers.get(weightsName)!, this.#initializers.get(biasName)!];
    const parts = quantizeFilters(weights, bias, this.#scaleOf(x), this.#filters);
    this.#nodes.push({
      op: 'QLinearConv',
      name: `${node.name}/bytes`,
      domain: '',
      inputs: [
        `${x}/bytes`,
        ...this.#levelsOf(x),
        this.#constant(`${weightsName}/bytes`, parts.bytes),
        this.#constant(`${weightsName}/scales`, parts.scales),
        this.#constant(`${weightsName}/zeros`, parts.zeros),
        ...this.#levelsOf(y),
        this.#constant(`${biasName}/sums`, parts.bias),
      ],
      outputs: [`${y}/bytes`],
      attributes: node.attributes,
    });
    this.#asBytes.add(y);
    if (end !== undefined) this.#absorbed.add(end);
  }

  /** The clip or ReLU that alone takes what a convolution gives, where levels that end at its limits do the same. */
  #endOf(node: GraphNode): GraphNode | undefined {
    const [end, ...others] = this.#readers.get(node.outputs[0]!) ?? [];
    if (end === undefined || others.length > 0 || !['Clip', 'Relu'].includes(end.op)) return undefined;
    return this.#ranges.get(end.outputs[0]!)?.low === 0 ? end : undefined;
  }

  finish(): Graph {
    for (const { name } of this.#graph.outputs) this.#needFloats(name);
    const used = new Set(this.#nodes.flatMap(({ inputs }) => inputs));
    const initializers = new Map([...this.#initializers].filter(([name]) => used.has(name)));
    const values = [...this.#graph.values].filter(
      ([name]) => this.#asFloats.has(name) || initializers.has(name),
    );
    return Object.assign({}, this.#graph, { nodes: this.#nodes, initializers, values: new Map(values) });
  }

  #needFloats(value: string): void {
    if (!this.#asBytes.has(value) || this.#asFloats.has(value)) return;
    this.#convert('DequantizeLinear', `${value}/bytes`, value, value);
    this.#asFloats.add(value);
  }

  #needBytes(value: string): void {
    if (this.#asBytes.has(value)) return;
    this.#convert('QuantizeLinear', value, `${value}/bytes`, value);
    this.#asBytes.add(value);
  }

  #convert(op: 'QuantizeLinear' | 'DequantizeLinear', from: string, to: string, value: string): void {
    const name = `${value}/${op === 'QuantizeLinear' ? 'quantize' : 'dequantize'}`;
    const inputs = [from, ...this.#levelsOf(value)];
    this.#nodes.push({ op, name, domain: '', inputs, outputs: [to], attributes: {} });
  }

  /** Value of one level. */
  #scaleOf(value: string): number {
    const { low, high } = this.#ranges.get(value)!;
    return Math.fround((high - low) / 255);
  }

  /** Scale and zero of a value's bytes. */
  #levelsOf(value: string): [scale: string, zero: string] {
    const scale = this.#scaleOf(value);
    const zero = Math.round(-this.#ranges.get(value)!.low / scale);
    return [
      this.#constant(`bytes/scale/${scale}`, { type: 'float32', dims: [], data: Float32Array.of(scale) }),
      this.#constant(`bytes/zero/${zero}`, { type: 'uint8', dims: [], data: Uint8Array.of(zero) }),
    ];
  }

  #constant(name: string, tensor: OnnxTensor): string {
    this.#initializers.set(name, tensor);
    return name;
  }
}

/** What every `Clip` whose lower limit is 0 keeps its values within. */
function clipRanges({ nodes, initializers }: Graph): Map<string, ValueRange> {
  const ranges = new Map<string, ValueRange>();
  for (const { op, inputs, outputs } of nodes) {
    if (op !== 'Clip') continue;
    const [low, high] = [inputs[1], inputs[2]].map((name) => Number(initializers.get(name ?? '')?.data[0]));
    if (low === 0 && Number.isFinite(high) && high! > 0) ranges.set(outputs[0]!, { low, high: high! });
  }
  return ranges;
}
