import type { NamedWeights, Tensor } from '../../src/kernel/index.ts';
import { WireWriter } from '../../src/formats/protobuf.ts';

/** How a constant is written: all its bytes, or a list of numbers. */
export type ConstantForm = 'content' | 'list';

const message = (fill: (writer: WireWriter) => void): WireWriter => {
  const writer = new WireWriter();
  fill(writer);
  return writer;
};

/** `TensorShapeProto`. */
export const shapeProto = (dims: readonly number[]): WireWriter =>
  message((shape) => {
    for (const size of dims)
      shape.message(
        2,
        message((dim) => dim.int(1, size)),
      );
  });

/** `TensorProto` of float32. */
export const tensorProto = ({ dims, data }: Tensor<'float32'>, form: ConstantForm = 'content'): WireWriter =>
  message((tensor) => {
    tensor.int(1, 1);
    tensor.message(2, shapeProto(dims));
    if (form === 'list') tensor.packedFloats(5, [...data]);
    else tensor.bytes(4, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  });

/** `NodeDef`; `attributes` are `AttrValue`s. */
export const nodeDef = (
  name: string,
  op: string,
  inputs: readonly string[] = [],
  attributes: Readonly<Record<string, WireWriter>> = {},
): WireWriter =>
  message((node) => {
    node.text(1, name);
    node.text(2, op);
    for (const input of inputs) node.text(3, input);
    for (const [key, value] of Object.entries(attributes)) {
      node.message(
        5,
        message((entry) => {
          entry.text(1, key);
          entry.message(2, value);
        }),
      );
    }
  });

/** A `Const` node. */
export const constant = (name: string, tensor: WireWriter): WireWriter =>
  nodeDef(name, 'Const', [], {
    dtype: message((type) => type.int(6, 1)),
    value: message((value) => value.message(8, tensor)),
  });

/** `GraphDef`. */
export const graphDef = (nodes: readonly WireWriter[]): Uint8Array =>
  message((graph) => {
    for (const node of nodes) graph.message(1, node);
    graph.message(
      4,
      message((versions) => versions.int(1, 24)),
    );
  }).finish();

/** Scopes of davidsandberg/facenet by the layers of the published Keras model, as its converters rename them, backwards. */
function scopeOf(layer: string): string {
  const scoped = layer
    .replace(/^Block8_6/, 'Block8')
    .replace(/^Block35_/, 'Repeat/block35_')
    .replace(/^Block17_/, 'Repeat_1/block17_')
    .replace(/^Block8_/, (start, at: number, text: string) =>
      /^Block8_\d/.test(text) && at === 0 ? 'Repeat_2/block8_' : start,
    )
    .replace(/_BatchNorm$/, '/BatchNorm')
    .replace(/_Branch_(\d)_/, '/Branch_$1/');
  return `InceptionResnetV1/${/^(?:Repeat|Block8)/.test(scoped) ? scoped.replace(/_Conv2d_1x1$/, '/Conv2d_1x1') : scoped}`;
}

export interface FacenetGraphOptions {
  readonly form?: ConstantForm;
  readonly prefix?: string;
  /** Scale of the last block. */
  readonly lastScale?: number;
  /** Whether it ends in `embeddings`. */
  readonly normalise?: boolean;
  /** Whether the scales of blocks are there. */
  readonly scales?: boolean;
  /** Scale of the blocks of 8×8. */
  readonly scale17?: number;
}

/** The nodes of a frozen graph that matter: constants, the identities that read them, scales, the training switch. */
export function facenetGraphNodes(weights: NamedWeights, options: FacenetGraphOptions = {}): WireWriter[] {
  const {
    form = 'content',
    prefix = '',
    lastScale = 1,
    normalise = true,
    scales = true,
    scale17 = 0.1,
  } = options;
  const nodes = [nodeDef(`${prefix}input`, 'Placeholder'), nodeDef(`${prefix}phase_train`, 'Placeholder')];
  const parts: Record<string, string> = { kernel: 'weights', bias: 'biases' };
  for (const [name, tensor] of weights) {
    const [layer, part] = name.split('/') as [string, string];
    const constantName = `${prefix}${scopeOf(layer)}/${parts[part] ?? part}`;
    nodes.push(constant(constantName, tensorProto(tensor, form)));
    nodes.push(nodeDef(`${constantName}/read`, 'Identity', [constantName]));
    const block = /^(Block\d+)_\d+(?=_Conv2d_1x1$)/.exec(layer);
    if (block === null || part !== 'bias' || !scales) continue;
    const published: Record<string, number> = { Block35: 0.17, Block17: scale17, Block8: 0.2 };
    const value = block[0] === 'Block8_6' ? lastScale : published[block[1]!]!;
    const mul = `${prefix}${scopeOf(layer).replace(/\/Conv2d_1x1$/, '')}/mul`;
    const scalar = { type: 'float32', dims: [], data: Float32Array.of(value) } as const;
    nodes.push(constant(`${mul}/x`, tensorProto(scalar, 'list')));
    nodes.push(nodeDef(mul, 'Mul', [`${mul}/x`, `${prefix}${scopeOf(layer)}/BiasAdd`]));
  }
  nodes.push(
    nodeDef(`${prefix}InceptionResnetV1/Logits/Dropout/cond/Switch`, 'Switch', [`${prefix}phase_train`]),
  );
  if (normalise) nodes.push(nodeDef(`${prefix}embeddings`, 'Mul'));
  return nodes;
}

export const facenetGraph = (weights: NamedWeights, options?: FacenetGraphOptions): Uint8Array =>
  graphDef(facenetGraphNodes(weights, options));
