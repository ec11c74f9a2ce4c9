import type { NamedWeights, Tensor } from '../../src/kernel/index.ts';
import type { MtcnnPart } from '../../src/packs/index.ts';
import { deterministicTensor } from './deterministic-weights.ts';

const shapes: Readonly<Record<MtcnnPart, Readonly<Record<string, readonly number[]>>>> = {
  pnet: {
    conv1: [3, 3, 3, 10],
    conv2: [3, 3, 10, 16],
    conv3: [3, 3, 16, 32],
    'conv4-1': [1, 1, 32, 2],
    'conv4-2': [1, 1, 32, 4],
  },
  rnet: {
    conv1: [3, 3, 3, 28],
    conv2: [3, 3, 28, 48],
    conv3: [2, 2, 48, 64],
    conv4: [576, 128],
    'conv5-1': [128, 2],
    'conv5-2': [128, 4],
  },
  onet: {
    conv1: [3, 3, 3, 32],
    conv2: [3, 3, 32, 64],
    conv3: [3, 3, 64, 64],
    conv4: [2, 2, 64, 128],
    conv5: [1152, 256],
    'conv6-1': [256, 2],
    'conv6-2': [256, 4],
    'conv6-3': [256, 10],
  },
};

/**
 * Weights of a network of MTCNN that follow from names alone, as `scripts/goldens/mtcnn.py` makes them,
 * by the names and in the order of det1.npy to det3.npy.
 * @param turn changes slopes, to reach what the published ones do not
 */
export function mtcnnWeights(part: MtcnnPart, turn = (slope: number): number => slope): NamedWeights {
  const weights = new Map<string, Tensor<'float32'>>();
  for (const [layer, dims] of Object.entries(shapes[part])) {
    const to = dims.at(-1)!;
    weights.set(`${layer}/weights`, deterministicTensor(`${part}/${layer}/kernel`, dims));
    weights.set(`${layer}/biases`, deterministicTensor(`${part}/${layer}/bias`, [to]));
    if (layer.includes('-')) continue;
    const prelu = layer.replace('conv', 'prelu');
    const slopes = deterministicTensor(`${part}/${prelu}/kernel`, [4, to]).data.slice(0, to).map(turn);
    weights.set(`${prelu}/alpha`, { type: 'float32', dims: [to], data: slopes });
  }
  return weights;
}
