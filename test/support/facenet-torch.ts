import type { NamedWeights } from '../../src/kernel/index.ts';
import type { SavedTensor } from './torch-file.ts';

/** Modules of facenet-pytorch by the layers of the published Keras model, written down by hand. */
function moduleOf(layer: string): string {
  const [, family, number, rest] = /^(Block\d+|Mixed_\da|Conv2d_\d\w)(?:_(\d+))?_(.*)$/.exec(layer)!;
  const repeats: Record<string, string> = { Block35: 'repeat_1', Block17: 'repeat_2', Block8: 'repeat_3' };
  const repeat = repeats[family!];
  if (repeat === undefined && !family!.startsWith('Mixed')) return family!.toLowerCase();
  const start =
    repeat === undefined
      ? family!.toLowerCase()
      : repeat === 'repeat_3' && number === '6'
        ? 'block8'
        : `${repeat}.${Number(number) - 1}`;
  if (rest === 'Conv2d_1x1') return `${start}.conv2d`;
  const [, branch, convolution] = /^Branch_(\d)_(.*)$/.exec(rest!)!;
  // The only convolution of a branch has no number: Conv2d_1x1 in blocks, Conv2d_1a_3x3 in Mixed_6a's first.
  const alone = convolution === 'Conv2d_1x1' || (family === 'Mixed_6a' && branch === '0');
  const places: Record<string, number> = { '0a': 0, '0b': 1, '0c': 2 };
  const place = convolution!.slice('Conv2d_'.length, 'Conv2d_0a'.length);
  const last = family === 'Mixed_6a' || branch === '2' ? 2 : 1;
  return `${start}.branch${branch}${alone ? '' : `.${places[place] ?? last}`}`;
}

const vectors: Record<string, string> = {
  gamma: 'weight',
  beta: 'bias',
  moving_mean: 'running_mean',
  moving_variance: 'running_var',
};

export interface FacenetTorchOptions {
  /** `converted`: views of memory in TensorFlow's order, as the published files; `plain`: row-major, as PyTorch saves after training. */
  readonly layout?: 'converted' | 'plain';
  /** Classes of the last layer; 0 leaves it out. */
  readonly classes?: number;
}

/** The `state_dict` of facenet-pytorch's InceptionResnetV1 with these weights. */
export function facenetTorch(
  weights: NamedWeights,
  options: FacenetTorchOptions = {},
): Map<string, SavedTensor> {
  const { layout = 'converted', classes = 0 } = options;
  const tensors = new Map<string, SavedTensor>();
  let width = 0;
  for (const [name, { dims, data }] of weights) {
    const layer = name.slice(0, name.indexOf('/'));
    const part = name.slice(name.indexOf('/') + 1);
    const vector = vectors[part];
    if (vector !== undefined) {
      const module =
        layer === 'Bottleneck_BatchNorm' ? 'last_bn' : `${moduleOf(layer.replace(/_BatchNorm$/, ''))}.bn`;
      if (part === 'beta' && !weights.has(`${layer}/gamma`)) {
        tensors.set(`${module}.weight`, { dims, data: new Float32Array(data.length).fill(1) });
      }
      tensors.set(`${module}.${vector}`, { dims, data });
      if (part === 'moving_variance') {
        tensors.set(`${module}.num_batches_tracked`, { dims: [], data: BigInt64Array.of(0n) });
      }
    } else if (part === 'bias') tensors.set(`${moduleOf(layer)}.bias`, { dims, data });
    else {
      const module = layer === 'Bottleneck' ? 'last_linear' : moduleOf(layer);
      const end = module === 'last_linear' || module.endsWith('conv2d') ? 'weight' : 'conv.weight';
      const axes = dims.length === 2 ? [1, 0] : [3, 2, 0, 1];
      tensors.set(`${module}.${end}`, permutedView(dims, data, axes, layout === 'plain'));
      if (layer === 'Bottleneck') width = dims[1]!;
    }
  }
  if (classes > 0) {
    tensors.set('logits.weight', { dims: [classes, width], data: new Float32Array(classes * width) });
    tensors.set('logits.bias', { dims: [classes], data: new Float32Array(classes) });
  }
  return tensors;
}

/** Axis `axes[i]` becomes axis i: as a view, or copied into that order. */
function permutedView(
  dims: readonly number[],
  data: Float32Array,
  axes: readonly number[],
  copied: boolean,
): SavedTensor {
  const steps = dims.map((_, axis) => dims.slice(axis + 1).reduce((a, b) => a * b, 1));
  const [newDims, strides] = [axes.map((axis) => dims[axis]!), axes.map((axis) => steps[axis]!)];
  if (!copied) return { dims: newDims, strides, data };
  const out = new Float32Array(data.length);
  const visit = (axis: number, from: number, at: number): number => {
    if (axis === newDims.length) {
      out[at] = data[from]!;
      return at + 1;
    }
    let next = at;
    for (let i = 0; i < newDims[axis]!; i++) next = visit(axis + 1, from + i * strides[axis]!, next);
    return next;
  };
  visit(0, 0, 0);
  return { dims: newDims, data: out };
}
