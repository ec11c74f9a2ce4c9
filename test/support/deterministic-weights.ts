/**
 * Weights that any language can make: numbers that follow from the name of a tensor alone.
 *
 * For a tensor called `name` with n numbers, all integers unsigned with 32 bits:
 *
 *     state = FNV-1a of the UTF-8 bytes of name         (offset 2166136261, prime 16777619)
 *     for i = 0 … n − 1, in row-major order of the Keras layout ([height, width, in, out], [in, out], [out]):
 *       state = state + 2654435769                       (modulo 2³², as everything here)
 *       h = state;  h ^= h >> 16;  h *= 2246822507;  h ^= h >> 13;  h *= 3266489909;  h ^= h >> 16
 *       u = (h >> 8) / 2²⁴                                in [0, 1), exact in float32
 *
 * (the finaliser of MurmurHash3 over a Weyl sequence, so that the i-th number can be had directly). In
 * float64, rounded to float32 once, by the last part of the name:
 *
 *     kernel            (2u − 1)·√(6/f), f = height·width·in     (He et al. 2015, uniform)
 *     bias, beta, moving_mean   (2u − 1)/8
 *     moving_variance   u + 1/2
 *     gamma             u/2 + 3/4
 *
 * `scripts/goldens/inception.py` does the same in Python.
 */
import type { NamedWeights, Tensor } from '../../src/kernel/index.ts';
import {
  inceptionConvolutions,
  inceptionInputSizePx,
  inceptionMixed6a,
  inceptionMixed7a,
  inceptionResidualBlocks,
  type InceptionModule,
} from '../../src/nets/index.ts';

const encoder = new TextEncoder();

function fnv1a(name: string): number {
  let hash = 2166136261;
  for (const byte of encoder.encode(name)) hash = Math.imul(hash ^ byte, 16777619);
  return hash >>> 0;
}

/** The integers h of a name, made one after the other. */
function integersOf(name: string): () => number {
  let state = fnv1a(name);
  return () => {
    state = (state + 2654435769) | 0;
    let h = state;
    h = Math.imul(h ^ (h >>> 16), 2246822507);
    h = Math.imul(h ^ (h >>> 13), 3266489909);
    return (h ^ (h >>> 16)) >>> 0;
  };
}

/** The tensor of that name and shape. */
export function deterministicTensor(name: string, dims: readonly number[]): Tensor<'float32'> {
  const count = dims.reduce((product, size) => product * size, 1);
  const fanIn = dims.slice(0, -1).reduce((product, size) => product * size, 1);
  const part = name.slice(name.lastIndexOf('/') + 1);
  const [factor, shift] = (
    {
      kernel: [2 * Math.sqrt(6 / fanIn), -Math.sqrt(6 / fanIn)],
      moving_variance: [1, 0.5],
      gamma: [0.5, 0.75],
    } as Record<string, [number, number]>
  )[part] ?? [0.25, -0.125];
  const next = integersOf(name);
  const data = new Float32Array(count);
  for (let i = 0; i < count; i++) data[i] = ((next() >>> 8) / 2 ** 24) * factor + shift;
  return { type: 'float32', dims, data };
}

export interface InceptionWeightsOptions {
  /** Numbers of an embedding; 128 or 512 are published. */
  readonly dimension?: number;
  /** Channels of every layer are divided by this, rounded up: 1 is the published size. */
  readonly narrowing?: number;
  /** Whether the normalisations have a gamma, as in PyTorch. */
  readonly gamma?: boolean;
}

/** Names and shapes of all tensors of an Inception-ResNet-v1, in the order of the layers. */
export function inceptionShapes(options: InceptionWeightsOptions = {}): Map<string, readonly number[]> {
  const { dimension = 128, narrowing = 1, gamma = false } = options;
  const shapes = new Map<string, readonly number[]>();
  const width = (channels: number): number => Math.ceil(channels / narrowing);
  const normalisation = (layer: string, out: number): void => {
    for (const part of [...(gamma ? ['gamma'] : []), 'beta', 'moving_mean', 'moving_variance']) {
      shapes.set(`${layer}/${part}`, [out]);
    }
  };
  let [at, channels] = [0, 3];
  const convolution = (input: number): number => {
    const { name, kernel, channels: published } = inceptionConvolutions[at++]!;
    const out = width(published);
    shapes.set(`${name}/kernel`, [...kernel, input, out]);
    normalisation(`${name}_BatchNorm`, out);
    return out;
  };
  const moduleOf = ({ branches }: InceptionModule): number => {
    let sum = 0;
    for (const branch of branches) {
      sum += branch === 'pool' ? channels : branch.reduce((input) => convolution(input), channels);
    }
    return sum;
  };
  for (let i = 0; i < 6; i++) channels = convolution(channels);
  for (const block of inceptionResidualBlocks) {
    if (block.name === 'Block17_1') channels = moduleOf(inceptionMixed6a);
    if (block.name === 'Block8_1') channels = moduleOf(inceptionMixed7a);
    const mixed = moduleOf(block);
    shapes.set(`${block.name}_Conv2d_1x1/kernel`, [1, 1, mixed, channels]);
    shapes.set(`${block.name}_Conv2d_1x1/bias`, [channels]);
  }
  shapes.set('Bottleneck/kernel', [channels, dimension]);
  normalisation('Bottleneck_BatchNorm', dimension);
  return shapes;
}

/** All weights of an Inception-ResNet-v1, by the names of the graph. */
export function inceptionWeights(options: InceptionWeightsOptions = {}): NamedWeights {
  return new Map(
    [...inceptionShapes(options)].map(([name, dims]) => [name, deterministicTensor(name, dims)]),
  );
}

/**
 * Picture number `index` as uint8 [160, 160, 3]: slanted triangle waves with a quarter of noise, whose
 * integers are those of the name `picture/<index>`:
 * v = (x·(index + 2)·(c + 1) + y·(index + 3)) mod 512; t = min(v, 511 − v); pixel = ⌊(3t + h mod 256)/4⌋.
 */
export function deterministicPicture(index: number): Uint8Array {
  const next = integersOf(`picture/${index}`);
  const data = new Uint8Array(3 * inceptionInputSizePx ** 2);
  for (let y = 0, at = 0; y < inceptionInputSizePx; y++) {
    for (let x = 0; x < inceptionInputSizePx; x++) {
      for (let c = 0; c < 3; c++, at++) {
        const v = (x * (index + 2) * (c + 1) + y * (index + 3)) % 512;
        data[at] = Math.floor((3 * Math.min(v, 511 - v) + (next() % 256)) / 4);
      }
    }
  }
  return data;
}

/** The first `count` pictures as one batch. */
export function deterministicPictures(count: number): Uint8Array {
  const data = new Uint8Array(count * 3 * inceptionInputSizePx ** 2);
  for (let i = 0; i < count; i++) data.set(deterministicPicture(i), i * 3 * inceptionInputSizePx ** 2);
  return data;
}
