import type { OnnxAttribute, OnnxGraph, OnnxNode, OnnxTensor } from '../../formats/index.ts';

/** Operations that treat every number, or every picture, for itself: all their inputs but the first are weights. */
const forEachPicture = new Set(
  (
    'Abs AveragePool BatchNormalization Cast Ceil Celu Clip Conv ConvTranspose Dropout Elu Erf Exp ' +
    'Floor Gelu GlobalAveragePool GlobalLpPool GlobalMaxPool HardSigmoid HardSwish Identity ' +
    'InstanceNormalization LeakyRelu LpPool LRN MaxPool Mish Neg Reciprocal Relu Selu Sigmoid ' +
    'Softplus Softsign Sqrt Tanh'
  ).split(' '),
);

/** Operations that stretch their inputs over one another. */
const broadcasting = new Set(['Add', 'Div', 'Max', 'Min', 'Mul', 'PRelu', 'Pow', 'Sub', 'Sum']);

/**
 * Whether a network that was written down for one picture takes any number of them: whether every one of
 * its operations treats each picture for itself. Exporters fix the first axis out of habit (SFace is such
 * a network). Only what is certain counts; whatever is not known here is taken to mix pictures.
 * @param input the network's picture, [1, …]
 */
export function takesAnyBatch(graph: OnnxGraph, input: string): boolean {
  /** What follows from the picture, its pictures along the first axis. */
  const pictures = new Set([input]);
  const constants = constantsOf(graph);
  for (const node of graph.nodes) {
    if (!node.inputs.some((name) => pictures.has(name))) continue;
    if (!keepsPicturesApart(node, pictures, constants)) return false;
    for (const output of node.outputs) pictures.add(output);
  }
  return graph.outputs.every(({ name }) => pictures.has(name));
}

function constantsOf({ nodes, initializers }: OnnxGraph): ReadonlyMap<string, OnnxTensor> {
  const constants = new Map(initializers);
  for (const { op, outputs, attributes } of nodes) {
    const value = attributes['value'];
    if (op === 'Constant' && outputs.length === 1 && value?.kind === 'tensor') {
      constants.set(outputs[0]!, value.value);
    }
  }
  return constants;
}

const isAfterFirst = (axis: number): boolean => axis >= 1 || axis === -1;

const intOf = (attribute: OnnxAttribute | undefined, byDefault: number): number =>
  attribute?.kind === 'int' ? Number(attribute.value) : byDefault;

function keepsPicturesApart(
  { op, domain, inputs, outputs, attributes }: OnnxNode,
  pictures: ReadonlySet<string>,
  constants: ReadonlyMap<string, OnnxTensor>,
): boolean {
  if (domain !== '' && domain !== 'ai.onnx') return false;
  const [first = '', ...others] = inputs;
  const weightsAfterFirst = (): boolean =>
    pictures.has(first) && others.every((name) => name === '' || constants.has(name));
  // While it trains, BatchNormalization looks at all pictures, and has more outputs for what it saw.
  if (intOf(attributes['training_mode'], 0) !== 0 || intOf(attributes['is_test'], 1) === 0) return false;
  if (op === 'BatchNormalization' && outputs.filter((name) => name !== '').length > 1) return false;
  if (op === 'Dropout' && inputs.length > 2) return false;
  if (forEachPicture.has(op)) return weightsAfterFirst();
  if (broadcasting.has(op)) {
    return inputs.every((name) => pictures.has(name) || spreadsOverPictures(constants.get(name)));
  }
  switch (op) {
    case 'Flatten':
      return intOf(attributes['axis'], 1) === 1;
    case 'Concat':
      return inputs.every((name) => pictures.has(name)) && isAfterFirst(intOf(attributes['axis'], 0));
    case 'Softmax':
    case 'LogSoftmax':
    case 'LpNormalization':
      return isAfterFirst(intOf(attributes['axis'], -1));
    case 'Transpose': {
      const order = attributes['perm'];
      return order?.kind === 'ints' && order.value[0] === 0n;
    }
    case 'Reshape': {
      const sizes = constants.get(others[0] ?? '');
      // 0: as many as before.
      return sizes?.type === 'int64' && sizes.data[0] === 0n && intOf(attributes['allowzero'], 0) === 0;
    }
    case 'Gemm':
      return (
        weightsAfterFirst() &&
        intOf(attributes['transA'], 0) === 0 &&
        (others[1] === undefined || others[1] === '' || spreadsOverPictures(constants.get(others[1])))
      );
    case 'MatMul':
      return weightsAfterFirst() && constants.get(others[0] ?? '')?.dims.length === 2;
    default:
      return false;
  }
}

/** Whether a weight is the same for all pictures: of fewer axes than a map, or 1 long on the first. */
const spreadsOverPictures = (weight: OnnxTensor | undefined): boolean =>
  weight !== undefined && (weight.dims.length < 2 || weight.dims.length === 3 || weight.dims[0] === 1);
