import { visageError } from '../../kernel/index.ts';
import type {
  OnnxAttribute,
  OnnxDim,
  OnnxGraph,
  OnnxModel,
  OnnxNode,
  OnnxTensor,
  OnnxType,
  OnnxValueInfo,
} from './model.ts';
import { decodeTensor, elementType } from './tensor.ts';
import { WireBudget, WireError, WireReader, WireWriter } from '../protobuf.ts';

/** Graphs inside attributes of nodes (`If`, `Loop`) deeper than this are taken for an attack on the stack. */
const maxGraphDepth = 32;

/** Fields of a file; networks of a thousand layers have some ten thousands. */
const maxFields = 1_000_000;

/** Fields that are kept as they are; absent when there were none. */
function restOf(rest: WireWriter): { rest?: Uint8Array } {
  return rest.length > 0 ? { rest: rest.finish() } : {};
}

function decodeEntry(bytes: Uint8Array, budget: WireBudget): [string, string] {
  const reader = new WireReader(bytes, budget);
  let [key, value] = ['', ''];
  while (!reader.done) {
    const field = reader.field();
    if (field === 1) key = reader.text();
    else if (field === 2) value = reader.text();
    else reader.skip();
  }
  return [key, value];
}

function decodeOpset(bytes: Uint8Array, budget: WireBudget): [string, number] {
  const reader = new WireReader(bytes, budget);
  let domain = '';
  let version = 0;
  while (!reader.done) {
    const field = reader.field();
    if (field === 1) domain = reader.text();
    else if (field === 2) version = reader.int();
    else reader.skip();
  }
  return [domain, version];
}

function decodeDim(bytes: Uint8Array, budget: WireBudget): OnnxDim {
  const reader = new WireReader(bytes, budget);
  let dim: OnnxDim;
  while (!reader.done) {
    const field = reader.field();
    if (field === 1) dim = reader.int();
    else if (field === 2) dim = reader.text();
    else reader.skip();
  }
  return dim;
}

function decodeTensorType(bytes: Uint8Array, budget: WireBudget): { type?: OnnxType; dims?: OnnxDim[] } {
  const reader = new WireReader(bytes, budget);
  let type: OnnxType | undefined;
  let dims: OnnxDim[] | undefined;
  while (!reader.done) {
    const field = reader.field();
    if (field === 1) type = elementType(reader.int());
    else if (field === 2) {
      dims = [];
      const shape = new WireReader(reader.bytes(), budget);
      while (!shape.done) {
        if (shape.field() === 1) dims.push(decodeDim(shape.bytes(), budget));
        else shape.skip();
      }
    } else reader.skip();
  }
  return { ...(type !== undefined && { type }), ...(dims !== undefined && { dims }) };
}

function decodeValueInfo(bytes: Uint8Array, budget: WireBudget): OnnxValueInfo {
  const reader = new WireReader(bytes, budget);
  let name = '';
  let type: Omit<OnnxValueInfo, 'name'> = {};
  while (!reader.done) {
    const field = reader.field();
    if (field === 1) name = reader.text();
    else if (field === 2) {
      const typeBytes = reader.bytes();
      const inner = new WireReader(typeBytes, budget);
      type = { otherType: typeBytes.slice() };
      while (!inner.done) {
        if (inner.field() === 1) type = decodeTensorType(inner.bytes(), budget);
        else inner.skip();
      }
    } else reader.skip();
  }
  return { name, ...type };
}

/** The attribute type that goes with a field of `AttributeProto`: files before IR version 2 do not name it. */
const typesOfFields: Readonly<Record<number, number>> = {
  2: 1,
  3: 2,
  4: 3,
  5: 4,
  6: 5,
  7: 6,
  8: 7,
  9: 8,
  10: 9,
  11: 10,
};

/** Everything an `AttributeProto` can hold, before its type says which part counts. */
class AttributeParts {
  name = '';
  type = 0;
  float = 0;
  int = 0n;
  text: string | undefined;
  tensor: OnnxTensor | undefined;
  graph: OnnxGraph | undefined;
  readonly floats: number[] = [];
  readonly ints: bigint[] = [];
  readonly strings: string[] = [];
  readonly tensors: OnnxTensor[] = [];
  readonly graphs: OnnxGraph[] = [];

  /** @returns undefined for kinds that are kept as raw bytes. */
  value(): OnnxAttribute | undefined {
    switch (this.type) {
      case 1:
        return { kind: 'float', value: this.float };
      case 2:
        return { kind: 'int', value: this.int };
      case 3:
        return { kind: 'string', value: this.text ?? '' };
      case 4:
        if (this.tensor === undefined) throw new WireError(`attribute ${this.name} lacks its tensor`);
        return { kind: 'tensor', value: this.tensor };
      case 5:
        if (this.graph === undefined) throw new WireError(`attribute ${this.name} lacks its graph`);
        return { kind: 'graph', value: this.graph };
      case 6:
        return { kind: 'floats', value: this.floats };
      case 7:
        return { kind: 'ints', value: this.ints };
      case 8:
        return { kind: 'strings', value: this.strings };
      case 9:
        return { kind: 'tensors', value: this.tensors };
      case 10:
        return { kind: 'graphs', value: this.graphs };
      default:
        return undefined;
    }
  }
}

function decodeAttribute(bytes: Uint8Array, depth: number, budget: WireBudget): [string, OnnxAttribute] {
  const reader = new WireReader(bytes, budget);
  const parts = new AttributeParts();
  const unnamed = new WireWriter();
  let isReference = false;
  let impliedType = 0;
  while (!reader.done) {
    const field = reader.field();
    if (field === 1) {
      parts.name = reader.text();
      continue;
    }
    impliedType = typesOfFields[field] ?? impliedType;
    if (field === 2) parts.float = reader.float();
    else if (field === 3) parts.int = reader.bigint();
    else if (field === 4) parts.text = reader.text();
    else if (field === 5) parts.tensor = decodeTensor(reader.bytes(), budget).tensor;
    else if (field === 6) parts.graph = decodeGraph(reader.bytes(), depth + 1, budget);
    else if (field === 7) reader.floats(parts.floats);
    else if (field === 8) reader.bigints(parts.ints);
    else if (field === 9) parts.strings.push(reader.text());
    else if (field === 10) parts.tensors.push(decodeTensor(reader.bytes(), budget).tensor);
    else if (field === 11) parts.graphs.push(decodeGraph(reader.bytes(), depth + 1, budget));
    else if (field === 20) {
      parts.type = reader.int();
      unnamed.int(20, parts.type);
    } else {
      unnamed.raw(reader.skip());
      isReference ||= field === 21;
    }
  }
  if (parts.type === 0) parts.type = impliedType;
  const value = isReference ? undefined : parts.value();
  return [parts.name, value ?? { kind: 'other', value: unnamed.finish() }];
}

function decodeNode(bytes: Uint8Array, depth: number, budget: WireBudget): OnnxNode {
  const reader = new WireReader(bytes, budget);
  let [op, name, domain] = ['', '', ''];
  const inputs: string[] = [];
  const outputs: string[] = [];
  const attributes: [string, OnnxAttribute][] = [];
  const rest = new WireWriter();
  while (!reader.done) {
    const field = reader.field();
    if (field === 1) inputs.push(reader.text());
    else if (field === 2) outputs.push(reader.text());
    else if (field === 3) name = reader.text();
    else if (field === 4) op = reader.text();
    else if (field === 5) attributes.push(decodeAttribute(reader.bytes(), depth, budget));
    else if (field === 7) domain = reader.text();
    else rest.raw(reader.skip());
  }
  // fromEntries defines properties, so even an attribute called __proto__ is only data.
  return { op, name, domain, inputs, outputs, attributes: Object.fromEntries(attributes), ...restOf(rest) };
}

function decodeGraph(bytes: Uint8Array, depth: number, budget: WireBudget): OnnxGraph {
  if (depth > maxGraphDepth) throw new WireError(`graphs nested more than ${maxGraphDepth} deep`);
  const reader = new WireReader(bytes, budget);
  let name = '';
  const nodes: OnnxNode[] = [];
  const initializers = new Map<string, OnnxTensor>();
  const inputs: OnnxValueInfo[] = [];
  const outputs: OnnxValueInfo[] = [];
  const values: OnnxValueInfo[] = [];
  const rest = new WireWriter();
  while (!reader.done) {
    const field = reader.field();
    if (field === 1) nodes.push(decodeNode(reader.bytes(), depth, budget));
    else if (field === 2) name = reader.text();
    else if (field === 5) {
      const { name, tensor } = decodeTensor(reader.bytes(), budget);
      if (initializers.has(name)) throw new WireError(`two initializers are called ${name}`);
      initializers.set(name, tensor);
    } else if (field === 11) inputs.push(decodeValueInfo(reader.bytes(), budget));
    else if (field === 12) outputs.push(decodeValueInfo(reader.bytes(), budget));
    else if (field === 13) values.push(decodeValueInfo(reader.bytes(), budget));
    else rest.raw(reader.skip());
  }
  return { name, nodes, initializers, inputs, outputs, values, ...restOf(rest) };
}

function decode(bytes: Uint8Array): OnnxModel {
  const budget = new WireBudget(maxFields);
  const reader = new WireReader(bytes, budget);
  let irVersion = 0;
  let [producerName, producerVersion, domain] = ['', '', ''];
  let modelVersion = 0n;
  let graph: OnnxGraph | undefined;
  const opsets = new Map<string, number>();
  const metadata = new Map<string, string>();
  const rest = new WireWriter();
  while (!reader.done) {
    const field = reader.field();
    if (field === 1) irVersion = reader.int();
    else if (field === 2) producerName = reader.text();
    else if (field === 3) producerVersion = reader.text();
    else if (field === 4) domain = reader.text();
    else if (field === 5) modelVersion = reader.bigint();
    else if (field === 7) graph = decodeGraph(reader.bytes(), 0, budget);
    else if (field === 8) opsets.set(...decodeOpset(reader.bytes(), budget));
    else if (field === 14) metadata.set(...decodeEntry(reader.bytes(), budget));
    else rest.raw(reader.skip());
  }
  if (graph === undefined) throw new WireError('it holds no graph');
  return {
    irVersion,
    opsets,
    producerName,
    producerVersion,
    domain,
    modelVersion,
    graph,
    metadata,
    ...restOf(rest),
  };
}

/**
 * Reads an ONNX file. Every length is checked before anything is allocated for it, and the number of
 * fields is bounded: memory and work are in proportion to the file, up to a bound of a few hundred MB.
 * @param path what the error message calls the file
 * @throws VisageError `FORMAT_INVALID`: truncated, inconsistent, not protobuf, or weights kept in another file
 */
export function decodeModel(bytes: Uint8Array, path: string): OnnxModel {
  try {
    // Not `bytes` itself: of a Node Buffer, slice() would be a view instead of an aligned copy.
    return decode(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  } catch (cause) {
    if (!(cause instanceof WireError)) throw cause;
    throw visageError('FORMAT_INVALID', { path, format: 'ONNX', reason: cause.message }, cause);
  }
}
