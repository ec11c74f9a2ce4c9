import {
  elementTypeNumbers,
  type OnnxAttribute,
  type OnnxGraph,
  type OnnxModel,
  type OnnxNode,
  type OnnxValueInfo,
} from './model.ts';
import { encodeTensor } from './tensor.ts';
import { WireWriter } from '../protobuf.ts';

/** `AttributeProto.AttributeType`. */
const attributeTypes = {
  float: 1,
  int: 2,
  string: 3,
  tensor: 4,
  graph: 5,
  floats: 6,
  ints: 7,
  strings: 8,
  tensors: 9,
  graphs: 10,
} as const;

function encodeAttribute(name: string, attribute: OnnxAttribute): WireWriter {
  const writer = new WireWriter();
  writer.text(1, name);
  switch (attribute.kind) {
    case 'float':
      writer.float(2, attribute.value);
      break;
    case 'int':
      writer.int(3, attribute.value);
      break;
    case 'string':
      writer.text(4, attribute.value);
      break;
    case 'tensor':
      writer.message(5, encodeTensor(attribute.value));
      break;
    case 'graph':
      writer.message(6, encodeGraph(attribute.value));
      break;
    case 'floats':
      writer.packedFloats(7, attribute.value);
      break;
    case 'ints':
      writer.packedInts(8, attribute.value);
      break;
    case 'strings':
      for (const text of attribute.value) writer.text(9, text);
      break;
    case 'tensors':
      for (const tensor of attribute.value) writer.message(10, encodeTensor(tensor));
      break;
    case 'graphs':
      for (const graph of attribute.value) writer.message(11, encodeGraph(graph));
      break;
    case 'other':
      writer.raw(attribute.value);
      return writer;
  }
  writer.int(20, attributeTypes[attribute.kind]);
  return writer;
}

function encodeNode(node: OnnxNode): WireWriter {
  const writer = new WireWriter();
  for (const input of node.inputs) writer.text(1, input);
  for (const output of node.outputs) writer.text(2, output);
  if (node.name !== '') writer.text(3, node.name);
  writer.text(4, node.op);
  for (const [name, attribute] of Object.entries(node.attributes)) {
    writer.message(5, encodeAttribute(name, attribute));
  }
  if (node.domain !== '') writer.text(7, node.domain);
  if (node.rest !== undefined) writer.raw(node.rest);
  return writer;
}

function encodeType(info: OnnxValueInfo): WireWriter | undefined {
  const type = new WireWriter();
  if (info.otherType !== undefined) {
    type.raw(info.otherType);
    return type;
  }
  if (info.type === undefined) return undefined;
  const tensor = new WireWriter();
  tensor.int(1, elementTypeNumbers[info.type]);
  if (info.dims !== undefined) {
    const shape = new WireWriter();
    for (const dim of info.dims) {
      const size = new WireWriter();
      if (typeof dim === 'number') size.int(1, dim);
      else if (dim !== undefined) size.text(2, dim);
      shape.message(1, size);
    }
    tensor.message(2, shape);
  }
  type.message(1, tensor);
  return type;
}

function encodeValueInfo(info: OnnxValueInfo): WireWriter {
  const writer = new WireWriter();
  writer.text(1, info.name);
  const type = encodeType(info);
  if (type !== undefined) writer.message(2, type);
  return writer;
}

function encodeGraph(graph: OnnxGraph): WireWriter {
  const writer = new WireWriter();
  for (const node of graph.nodes) writer.message(1, encodeNode(node));
  writer.text(2, graph.name);
  for (const [name, tensor] of graph.initializers) writer.message(5, encodeTensor(tensor, name));
  for (const info of graph.inputs) writer.message(11, encodeValueInfo(info));
  for (const info of graph.outputs) writer.message(12, encodeValueInfo(info));
  for (const info of graph.values) writer.message(13, encodeValueInfo(info));
  if (graph.rest !== undefined) writer.raw(graph.rest);
  return writer;
}

/** The bytes of an ONNX file. The same model gives the same bytes. */
export function encodeModel(model: OnnxModel): Uint8Array {
  const writer = new WireWriter();
  writer.int(1, model.irVersion);
  if (model.producerName !== '') writer.text(2, model.producerName);
  if (model.producerVersion !== '') writer.text(3, model.producerVersion);
  if (model.domain !== '') writer.text(4, model.domain);
  if (model.modelVersion !== 0n) writer.int(5, model.modelVersion);
  writer.message(7, encodeGraph(model.graph));
  for (const [domain, version] of model.opsets) {
    const opset = new WireWriter();
    if (domain !== '') opset.text(1, domain);
    opset.int(2, version);
    writer.message(8, opset);
  }
  for (const [key, value] of model.metadata) {
    const entry = new WireWriter();
    entry.text(1, key);
    entry.text(2, value);
    writer.message(14, entry);
  }
  if (model.rest !== undefined) writer.raw(model.rest);
  return writer.finish();
}
