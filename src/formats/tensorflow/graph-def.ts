import { visageError, type Tensor } from '../../kernel/index.ts';
import { WireError, WireReader } from '../protobuf.ts';
import { decodeTensorFloats, describeTensor, type TensorflowType } from './tensor.ts';

/** One operation of a graph. */
export interface TensorflowNode {
  readonly name: string;
  /** `Const`, `Identity`, `Conv2D`, … */
  readonly op: string;
  /** Names of nodes whose outputs it takes; `name:1` for a second output, `^name` where only the order counts. */
  readonly inputs: readonly string[];
}

interface StoredNode extends TensorflowNode {
  /** `AttrValue.tensor` of the attribute `value`: the bytes of a `TensorProto`. */
  readonly value: Uint8Array | undefined;
}

/** Real FaceNets have 20 000 nodes. */
const maxNodes = 1_000_000;
/** Of all nodes together. Counted while they are read: an empty name takes two bytes of a file, but more in memory. */
const maxInputs = 4_000_000;

/** Broadcast constants may be larger than their file by this: honest ones are single numbers. */
const freeBytes = 16 * 2 ** 20;
const maxReadings = 4;

const format = 'TensorFlow graph';

/** `AttrValue`: field 8 is a tensor. */
function tensorOf(attribute: Uint8Array): Uint8Array | undefined {
  const reader = new WireReader(attribute);
  let tensor: Uint8Array | undefined;
  while (!reader.done) {
    if (reader.field() === 8) tensor = reader.bytes();
    else reader.skip();
  }
  return tensor;
}

/** An entry of the map `attr`: 1 the name, 2 the `AttrValue`. */
function valueOf(entry: Uint8Array): Uint8Array | undefined {
  const reader = new WireReader(entry);
  let key = '';
  let value: Uint8Array | undefined;
  while (!reader.done) {
    const field = reader.field();
    if (field === 1) key = reader.text();
    else if (field === 2) value = reader.bytes();
    else reader.skip();
  }
  return key === 'value' && value !== undefined ? tensorOf(value) : undefined;
}

/** `NodeDef`: 1 name, 2 op, 3 inputs, at most so many, 5 attributes. */
function decodeNode(bytes: Uint8Array, mostInputs: number): StoredNode {
  const reader = new WireReader(bytes);
  let [name, op] = ['', ''];
  let value: Uint8Array | undefined;
  const inputs: string[] = [];
  while (!reader.done) {
    const field = reader.field();
    if (field === 1) name = reader.text();
    else if (field === 2) op = reader.text();
    else if (field === 3) {
      if (inputs.push(reader.text()) > mostInputs) throw new WireError('its nodes have too many inputs');
    } else if (field === 5) value = valueOf(reader.bytes()) ?? value;
    else reader.skip();
  }
  if (name === '' || op === '') throw new WireError('a node has no name or no operation');
  return { name, op, inputs, value };
}

/**
 * A frozen TensorFlow graph: its nodes and the numbers of its constants. Control flow and everything
 * else that computes is left alone; the graph is never run.
 *
 * Source: tensorflow/core/framework, `graph.proto`, `node_def.proto`, `attr_value.proto`, `tensor.proto`.
 */
export class TensorflowGraph {
  /** What errors call the file. */
  readonly name: string;
  readonly #nodes: ReadonlyMap<string, StoredNode>;
  #budgetBytes: number;

  /** @throws VisageError `FORMAT_INVALID` */
  constructor(bytes: Uint8Array, name: string) {
    this.name = name;
    this.#nodes = this.#guarded(() => this.#decode(bytes));
    this.#budgetBytes = maxReadings * bytes.length + freeBytes;
  }

  #decode(bytes: Uint8Array): Map<string, StoredNode> {
    const nodes = new Map<string, StoredNode>();
    const reader = new WireReader(bytes);
    let inputs = 0;
    while (!reader.done) {
      // 1 node; 2 library of functions, 3 and 4 versions.
      if (reader.field() !== 1) {
        reader.skip();
        continue;
      }
      const node = decodeNode(reader.bytes(), maxInputs - inputs);
      if (nodes.has(node.name)) throw new WireError(`two nodes are called ${node.name}`);
      nodes.set(node.name, node);
      inputs += node.inputs.length;
      if (nodes.size > maxNodes) throw new WireError(`it has over ${maxNodes} nodes`);
    }
    return nodes;
  }

  #guarded<Value>(action: () => Value): Value {
    try {
      return action();
    } catch (thrown) {
      if (!(thrown instanceof WireError)) throw thrown;
      throw visageError('FORMAT_INVALID', { path: this.name, format, reason: thrown.message }, thrown);
    }
  }

  /** By name, in the order of the file. */
  get nodes(): ReadonlyMap<string, TensorflowNode> {
    return this.#nodes;
  }

  /**
   * The constant that a node passes on: that of a `Const`, also through `Identity` nodes, as variables
   * are read (`weights/read`). `undefined` where the node computes something or is not there.
   */
  #constant(name: string): StoredNode | undefined {
    const visited = new Set<string>();
    let node = this.#nodes.get(name);
    while (node?.op === 'Identity' && !visited.has(node.name)) {
      visited.add(node.name);
      node = this.#nodes.get((node.inputs[0] ?? '').replace(/:0$/, ''));
    }
    return node?.op === 'Const' && node.value !== undefined ? node : undefined;
  }

  /**
   * Type and sizes of a constant, without reading its numbers; `undefined` where there is none.
   * @throws VisageError `FORMAT_INVALID`
   */
  constant(name: string): { readonly type: TensorflowType; readonly dims: readonly number[] } | undefined {
    const node = this.#constant(name);
    return node && this.#guarded(() => describeTensor(node.value!));
  }

  /**
   * The numbers of a constant as float32; half, bfloat16 and double are converted. Large ones are views
   * of the file's bytes where memory allows.
   * @throws VisageError `FORMAT_INVALID`; `FORMAT_UNSUPPORTED` for numbers of other types
   */
  floats(name: string): Tensor<'float32'> {
    const node = this.#constant(name);
    if (node === undefined) {
      const reason = `it has no constant ${name}`;
      throw visageError('FORMAT_INVALID', { path: this.name, format, reason });
    }
    return this.#guarded(() => {
      const { type, dims } = describeTensor(node.value!);
      if (type !== 'float32' && type !== 'float64' && type !== 'float16' && type !== 'bfloat16') {
        const feature = `the element type ${type} of ${name}`;
        const allowed = 'float16, bfloat16, float32, float64';
        throw visageError('FORMAT_UNSUPPORTED', { path: this.name, feature, format, allowed });
      }
      this.#budgetBytes -= 4 * dims.reduce((a, b) => a * b, 1);
      if (!(this.#budgetBytes >= 0)) throw new WireError('its constants together are larger than the file');
      return { type: 'float32', dims, data: decodeTensorFloats(node.value!, type, dims) };
    });
  }
}
