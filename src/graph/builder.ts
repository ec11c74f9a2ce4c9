import type { OnnxAttribute, OnnxTensor, OnnxType } from '../formats/onnx/index.ts';
import { visageError } from '../kernel/index.ts';
import type { Dim, Graph, GraphNode, Value } from './graph.ts';

/** What a new node gives. */
export interface NodeResult {
  readonly type: OnnxType;
  readonly dims: readonly Dim[];
}

/** Constants up to this many elements are compared with earlier ones; large weights never repeat. */
const deduplicatedElements = 256;

/** Collects inputs, constants and nodes into a {@link Graph}. The operators are functions over it: see `operators.ts`. */
export class GraphBuilder {
  readonly name: string;
  readonly #inputs: Value[] = [];
  readonly #outputs = new Map<string, Value>();
  readonly #nodes: GraphNode[] = [];
  readonly #initializers = new Map<string, OnnxTensor>();
  readonly #values = new Map<string, Value>();
  readonly #smallConstants = new Map<string, Value>();

  /** @param name what messages call the network */
  constructor(name: string) {
    this.name = name;
  }

  /** @throws VisageError `MODEL_INVALID` */
  fail(reason: string): never {
    throw visageError('MODEL_INVALID', { network: this.name, reason });
  }

  #unique(wanted: string): string {
    let name = wanted;
    for (let i = 2; this.#values.has(name); i++) name = `${wanted}_${i}`;
    return name;
  }

  #add(value: Value): Value {
    this.#values.set(value.name, value);
    return value;
  }

  input(name: string, type: OnnxType, dims: readonly Dim[]): Value {
    if (this.#values.has(name)) this.fail(`two values are called ${name}`);
    const value = this.#add({ name, type, dims });
    this.#inputs.push(value);
    return value;
  }

  /** A constant. Small ones of equal type, shape and content become one. */
  constant(tensor: OnnxTensor, name = 'constant'): Value {
    const count = tensor.dims.reduce((product, dim) => product * dim, 1);
    if (count !== tensor.data.length) {
      this.fail(`constant ${name} has ${tensor.data.length} elements for ${tensor.dims.join('×')}`);
    }
    const key =
      count <= deduplicatedElements
        ? `${tensor.type} ${tensor.dims.join()}: ${tensor.data.join()}`
        : undefined;
    const known = key === undefined ? undefined : this.#smallConstants.get(key);
    if (known !== undefined) return known;
    const value = this.#add({ name: this.#unique(name), type: tensor.type, dims: tensor.dims });
    this.#initializers.set(value.name, tensor);
    if (key !== undefined) this.#smallConstants.set(key, value);
    return value;
  }

  /** A constant that is to be trained: never one with another, whatever it holds. */
  weight(tensor: OnnxTensor, name: string): Value {
    if (this.#values.has(name)) this.fail(`two values are called ${name}`);
    const value = this.#add({ name, type: tensor.type, dims: tensor.dims });
    this.#initializers.set(name, tensor);
    return value;
  }

  /**
   * Appends a node with several outputs.
   * @param inputs `undefined` for an optional input that is left out
   * @param name of the node; its values are called after it
   * @param domain of the operator; that of ONNX is empty
   */
  nodes(
    op: string,
    inputs: readonly (Value | undefined)[],
    attributes: Readonly<Record<string, OnnxAttribute>>,
    results: readonly NodeResult[],
    name = op.toLowerCase(),
    domain = '',
  ): Value[] {
    for (const input of inputs) {
      if (input !== undefined && this.#values.get(input.name) !== input) {
        this.fail(`${op} ${name} uses ${input.name}, which belongs to another graph`);
      }
    }
    const outputs = results.map((result, index) =>
      this.#add({ name: this.#unique(results.length === 1 ? name : `${name}_${index}`), ...result }),
    );
    this.#nodes.push({
      op,
      name: outputs[0]!.name,
      domain,
      inputs: inputs.map((input) => input?.name ?? ''),
      outputs: outputs.map((output) => output.name),
      attributes,
    });
    return outputs;
  }

  /** Appends a node with one output. */
  node(
    op: string,
    inputs: readonly (Value | undefined)[],
    attributes: Readonly<Record<string, OnnxAttribute>>,
    result: NodeResult,
    name?: string,
  ): Value {
    return this.nodes(op, inputs, attributes, [result], name)[0]!;
  }

  /** The node that computes a value, and its inputs; `undefined` for inputs and constants of the graph. */
  origin(value: Value): { readonly op: string; readonly inputs: readonly (Value | undefined)[] } | undefined {
    const node = this.#nodes.find(({ outputs }) => outputs.includes(value.name));
    return node && { op: node.op, inputs: node.inputs.map((name) => this.#values.get(name)) };
  }

  /** Makes what a node computes an output of the network, under `name`. */
  output(name: string, value: Value): void {
    if (this.#outputs.has(name)) this.fail(`two outputs are called ${name}`);
    if (!this.#nodes.some((node) => node.outputs.includes(value.name))) {
      this.fail(`output ${name} is not computed by a node`);
    }
    if ([...this.#outputs.values()].includes(value)) this.fail(`${value.name} is two outputs`);
    this.#outputs.set(name, value);
  }

  /** The finished graph, its outputs under their own names. The builder can go on being used. */
  finish(): Graph {
    const renamed = new Map([...this.#outputs].map(([name, value]) => [value.name, name]));
    for (const name of this.#outputs.keys()) {
      if (this.#values.has(name) && renamed.get(name) !== name) this.fail(`two values are called ${name}`);
    }
    const rename = (name: string): string => renamed.get(name) ?? name;
    const values = new Map<string, Value>();
    for (const { name, type, dims } of this.#values.values()) {
      values.set(rename(name), { name: rename(name), type, dims });
    }
    return {
      name: this.name,
      inputs: [...this.#inputs],
      outputs: [...this.#outputs].map(([name, { type, dims }]) => ({ name, type, dims })),
      nodes: this.#nodes.map((node) =>
        Object.assign({}, node, { inputs: node.inputs.map(rename), outputs: node.outputs.map(rename) }),
      ),
      initializers: new Map(this.#initializers),
      values,
    };
  }
}
