import {
  decodeModel,
  encodeModel,
  type OnnxAttribute,
  type OnnxGraph,
  type OnnxModel,
  type OnnxNode,
  type OnnxTensor,
  type OnnxValueInfo,
} from '../../formats/index.ts';
import { elementTypeNumbers } from '../../formats/index.ts';
import { int, ints } from '../../graph/index.ts';
import { visageError } from '../../kernel/index.ts';
import type { PixelPreparation } from '../pack.ts';
import { takesAnyBatch } from './batch-freedom.ts';

/** How a network of somebody else takes a picture, and what its outputs are called. */
export interface OnnxNetwork {
  /** Order of the axes of its input. */
  readonly layout: 'nchw' | 'nhwc';
  readonly preparation: PixelPreparation;
  /** Name of its outputs by ours; absent: the names are ours already, or there is one alone. */
  readonly outputs?: Readonly<Record<string, string>>;
}

/** A network that takes `image` uint8 [batch, side, side, 3] in RGB. */
export interface AdaptedNetwork {
  readonly bytes: Uint8Array;
  /** Pictures that it takes at once; absent: any number, also where only one was declared (see `takesAnyBatch`). */
  readonly maxBatch?: number;
  /** Names of its outputs. */
  readonly outputs: readonly string[];
}

export interface AdaptOptions extends OnnxNetwork {
  /** What errors call the file. */
  readonly path: string;
  /** Side of the pictures, in pixels. */
  readonly sizePx: number;
  /** Outputs that must be there. */
  readonly required: readonly string[];
}

function unsupported(path: string, reason: string): Error {
  const advice = 'Correct the description of the pack, or convert the network to this form.';
  return visageError('WEIGHTS_UNSUPPORTED', { path, reason, advice });
}

/**
 * Puts the preparation of pixels before a network of somebody else, as nodes of its graph, so that it
 * takes crops as every embedder and detector of Visage does, and gives its outputs our names. Weights
 * and nodes are left as they are.
 * @throws VisageError `FORMAT_INVALID`, `FORMAT_UNSUPPORTED`, `WEIGHTS_UNSUPPORTED`
 */
export function adaptOnnx(bytes: Uint8Array, options: AdaptOptions): AdaptedNetwork {
  const { path, sizePx, layout, preparation } = options;
  const model = decodeModel(bytes, path);
  const input = onlyInput(model.graph, path);
  const declared = checkInput(input, options);
  const maxBatch = declared !== undefined && takesAnyBatch(model.graph, input.name) ? undefined : declared;
  const theirs = outputNames(model.graph, options);

  // Names that we give must be free; whatever of theirs has one gets another.
  const kept = new Set(Object.entries(theirs).flatMap(([ours, name]) => (ours === name ? [name] : [])));
  const taken = new Set([imageName, ...Object.keys(theirs)].filter((name) => !kept.has(name)));
  const rename = (name: string): string => (taken.has(name) ? `theirs/${name}` : name);
  const graph = renamed(model.graph, rename);

  const before = prepare(rename(input.name), layout, preparation, opsetOf(model), input.type === 'float32');
  const after: OnnxNode[] = Object.entries(theirs)
    .filter(([ours, name]) => ours !== name)
    .map(([ours, name]) => node('Identity', [rename(name)], ours));
  const batch = maxBatch ?? 'batch';
  const adapted: OnnxModel = {
    ...model,
    graph: {
      ...graph,
      nodes: [...before, ...graph.nodes, ...after],
      inputs: [
        { name: imageName, type: 'uint8', dims: [batch, sizePx, sizePx, 3] },
        ...graph.inputs.filter(({ name }) => name !== rename(input.name)),
      ],
      // Shapes are left to ONNX Runtime: exporters write a batch of 1 into networks that take any.
      outputs: Object.keys(theirs).map((name): OnnxValueInfo => ({ name, type: 'float32' })),
      values: maxBatch === undefined ? [] : graph.values,
    },
  };
  return {
    bytes: encodeModel(adapted),
    outputs: Object.keys(theirs),
    ...(maxBatch !== undefined && { maxBatch }),
  };
}

const imageName = 'image';

/** The first of many names. */
const listed = (names: readonly string[]): string =>
  names.slice(0, 20).join(', ') + (names.length > 20 ? ', …' : '');

/** The input that is no weight: files of before 2019 list these as inputs too. */
function onlyInput({ inputs, initializers }: OnnxGraph, path: string): OnnxValueInfo {
  const free = inputs.filter(({ name }) => !initializers.has(name));
  if (free.length === 1) return free[0]!;
  throw unsupported(
    path,
    `it has ${free.length} inputs (${listed(free.map(({ name }) => name))}), not one picture`,
  );
}

/** @returns how many pictures it says it takes at once, `undefined` for any number */
function checkInput(
  { name, type, dims }: OnnxValueInfo,
  { layout, path, sizePx }: AdaptOptions,
): number | undefined {
  if (type !== 'float32' && type !== 'uint8') {
    throw unsupported(path, `its input ${name} is of type ${type ?? 'unknown'}, not float32 or uint8`);
  }
  if (dims === undefined) return undefined;
  const [batch, ...picture] = dims;
  const wanted = layout === 'nchw' ? [3, sizePx, sizePx] : [sizePx, sizePx, 3];
  const fits =
    picture.length === 3 && picture.every((dim, i) => typeof dim !== 'number' || dim === wanted[i]);
  if (!fits) {
    const got = dims.map((dim) => dim ?? '?').join(', ');
    throw unsupported(path, `its input ${name} is [${got}], described as [batch, ${wanted.join(', ')}]`);
  }
  if (typeof batch === 'number' && batch !== 1) {
    throw unsupported(path, `it takes ${batch} pictures at once, neither one nor any number`);
  }
  return typeof batch === 'number' ? batch : undefined;
}

/** The names of their outputs by ours. */
function outputNames({ outputs }: OnnxGraph, options: AdaptOptions): Readonly<Record<string, string>> {
  const names = outputs.map(({ name }) => name);
  const { path, required } = options;
  const given =
    options.outputs ?? (names.length === 1 && required.length === 1 ? { [required[0]!]: names[0]! } : {});
  const wanted = new Set([...required, ...Object.keys(given)]);
  return Object.fromEntries(
    [...wanted].map((ours) => {
      const theirs = given[ours] ?? ours;
      if (!names.includes(theirs)) {
        throw unsupported(path, `it has no output ${theirs}; its outputs: ${listed(names)}`);
      }
      return [ours, theirs];
    }),
  );
}

const opsetOf = ({ opsets }: OnnxModel): number => opsets.get('') ?? opsets.get('ai.onnx') ?? 1;

function node(
  op: string,
  inputs: readonly string[],
  output: string,
  attributes: Readonly<Record<string, OnnxAttribute>> = {},
): OnnxNode {
  return { op, name: `visage/${output}`, domain: '', inputs, outputs: [output], attributes };
}

/** Constants are nodes: before IR version 4 an initializer had to be an input as well. */
const constant = (output: string, value: OnnxTensor): OnnxNode =>
  node('Constant', [], output, { value: { kind: 'tensor', value } });

const number = (output: string, value: number): OnnxNode =>
  constant(output, { type: 'float32', dims: [], data: Float32Array.of(value) });

/** The nodes from `image` to the network's input. */
function prepare(
  target: string,
  layout: 'nchw' | 'nhwc',
  { normalisation, colourOrder }: PixelPreparation,
  opset: number,
  toFloat: boolean,
): OnnxNode[] {
  const nodes: OnnxNode[] = [];
  let last = imageName;
  const then = (op: string, name: string, others: readonly string[] = [], attributes = {}): void => {
    nodes.push(node(op, [last, ...others], name, attributes));
    last = name;
  };
  if (colourOrder === 'bgr') {
    nodes.push(constant('visage/reversed', { type: 'int64', dims: [3], data: BigInt64Array.of(2n, 1n, 0n) }));
    then('Gather', 'visage/bgr', ['visage/reversed'], { axis: int(3) });
  }
  if (layout === 'nchw') then('Transpose', 'visage/planes', [], { perm: ints([0, 3, 1, 2]) });
  if (toFloat) {
    then('Cast', 'visage/pixels', [], { to: int(elementTypeNumbers.float32) });
    if (typeof normalisation === 'object') {
      const { mean, divisor } = normalisation;
      if (mean !== 0) {
        nodes.push(number('visage/mean', mean));
        then('Sub', 'visage/centred', ['visage/mean']);
      }
      if (divisor !== 1) {
        nodes.push(number('visage/divisor', divisor));
        then('Div', 'visage/scaled', ['visage/divisor']);
      }
    } else whiten(nodes, then, () => last, normalisation === 'prewhiten', opset);
  }
  then('Identity', target);
  return nodes;
}

/** (x − mean)/max(deviation, floor), as `inceptionResnetV1` has it. */
function whiten(
  nodes: OnnxNode[],
  then: (op: string, name: string, others?: readonly string[], attributes?: object) => void,
  last: () => string,
  floored: boolean,
  opset: number,
): void {
  const axes = [1, 2, 3];
  // From operator set 18 on the axes of ReduceMean are an input.
  const asInput = opset >= 18;
  if (asInput)
    nodes.push(constant('visage/axes', { type: 'int64', dims: [3], data: BigInt64Array.from(axes, BigInt) }));
  const mean = (from: string, to: string): void => {
    const attributes = { keepdims: int(1), ...(!asInput && { axes: ints(axes) }) };
    nodes.push(node('ReduceMean', asInput ? [from, 'visage/axes'] : [from], to, attributes));
  };
  const pixels = last();
  mean(pixels, 'visage/average');
  then('Sub', 'visage/centred', ['visage/average']);
  const centred = last();
  nodes.push(node('Mul', [centred, centred], 'visage/squares'));
  mean('visage/squares', 'visage/variance');
  nodes.push(node('Sqrt', ['visage/variance'], 'visage/deviation'));
  let deviation = 'visage/deviation';
  if (floored) {
    // 1/√N for the N numbers of a picture, whatever its size.
    nodes.push(
      node('Shape', [pixels], 'visage/shape'),
      constant('visage/sides', { type: 'int64', dims: [3], data: BigInt64Array.of(1n, 2n, 3n) }),
      node('Gather', ['visage/shape', 'visage/sides'], 'visage/counts', { axis: int(0) }),
      node('Cast', ['visage/counts'], 'visage/sizes', { to: int(elementTypeNumbers.float32) }),
      node('ReduceProd', ['visage/sizes'], 'visage/count', { keepdims: int(0) }),
      node('Sqrt', ['visage/count'], 'visage/root'),
      node('Reciprocal', ['visage/root'], 'visage/floor'),
    );
  } else nodes.push(number('visage/floor', 1e-12));
  nodes.push(node('Max', [deviation, 'visage/floor'], 'visage/floored'));
  deviation = 'visage/floored';
  then('Div', 'visage/whitened', [deviation]);
}

/** The graph with its values under other names, inside of its loops and branches too. */
function renamed(graph: OnnxGraph, rename: (name: string) => string): OnnxGraph {
  const info = (value: OnnxValueInfo): OnnxValueInfo => ({ ...value, name: rename(value.name) });
  const attribute = (given: OnnxAttribute): OnnxAttribute => {
    if (given.kind === 'graph') return { ...given, value: renamed(given.value, rename) };
    if (given.kind === 'graphs')
      return { ...given, value: given.value.map((inner) => renamed(inner, rename)) };
    return given;
  };
  return {
    ...graph,
    nodes: graph.nodes.map((each) =>
      Object.assign({}, each, {
        inputs: each.inputs.map(rename),
        outputs: each.outputs.map(rename),
        attributes: Object.fromEntries(
          Object.entries(each.attributes).map(([name, given]) => [name, attribute(given)]),
        ),
      }),
    ),
    initializers: new Map([...graph.initializers].map(([name, tensor]) => [rename(name), tensor])),
    inputs: graph.inputs.map(info),
    outputs: graph.outputs.map(info),
    values: graph.values.map(info),
  };
}
