import type { Filters } from '../graph/index.ts';
import type { WeightSource } from './weight-source.ts';

/*
 * The published weights of MTCNN as layers over pictures [channel, y, x]: they come with x and y the other way
 * round, see mtcnn.ts.
 */

/** Kernels [x, y, in, out] as a convolution over [batch, channels, y, x]. */
export function filtersOf(
  source: WeightSource,
  layer: string,
  sizePx: number,
  from: number,
  to: number,
): Filters {
  const { data } = source.tensor(`${layer}/weights`, [sizePx, sizePx, from, to]);
  const weights = new Float32Array(data.length);
  for (let at = 0, o = 0; o < to; o++) {
    for (let i = 0; i < from; i++) {
      for (let y = 0; y < sizePx; y++) {
        for (let x = 0; x < sizePx; x++) weights[at++] = data[((x * sizePx + y) * from + i) * to + o]!;
      }
    }
  }
  const bias = source.vector(`${layer}/biases`, to);
  return { out: to, inPerGroup: from, height: sizePx, width: sizePx, groups: 1, weights, bias };
}

/** Weights [in, out] of a layer and its biases. */
export interface Dense {
  readonly from: number;
  readonly to: number;
  readonly weights: Float32Array;
  readonly bias: Float32Array;
}

export function denseOf(source: WeightSource, layer: string, from: number, to: number): Dense {
  const weights = source.tensor(`${layer}/weights`, [from, to]).data;
  return { from, to, weights, bias: source.vector(`${layer}/biases`, to) };
}

/** The dense layer that takes a map flattened as (x, y, channel), for one flattened as (channel, y, x). */
export function turned({ from, to, weights, bias }: Dense, sidePx: number, channels: number): Dense {
  const rows = new Float32Array(weights.length);
  let row = 0;
  for (let channel = 0; channel < channels; channel++) {
    for (let y = 0; y < sidePx; y++) {
      for (let x = 0; x < sidePx; x++, row++) {
        const source = ((x * sidePx + y) * channels + channel) * to;
        rows.set(weights.subarray(source, source + to), row * to);
      }
    }
  }
  return { from, to, weights: rows, bias };
}

/** The difference of the two classes, then the other heads, as one layer. */
export function headsOf([classes, ...others]: readonly [Dense, ...Dense[]]): Dense {
  const { from } = classes;
  const to = 1 + others.reduce((sum, head) => sum + head.to, 0);
  const weights = new Float32Array(from * to);
  for (let i = 0; i < from; i++) {
    weights[i * to] = classes.weights[2 * i + 1]! - classes.weights[2 * i]!;
    let at = i * to + 1;
    for (const head of others) {
      weights.set(head.weights.subarray(i * head.to, (i + 1) * head.to), at);
      at += head.to;
    }
  }
  const bias = Float32Array.from([
    classes.bias[1]! - classes.bias[0]!,
    ...others.flatMap((head) => [...head.bias]),
  ]);
  return { from, to, weights, bias };
}

/** A dense layer as a 1×1 convolution. */
export function pointwise({ from, to, weights, bias }: Dense): Filters {
  const turnedWeights = new Float32Array(weights.length);
  for (let i = 0; i < from; i++)
    for (let o = 0; o < to; o++) turnedWeights[o * from + i] = weights[i * to + o]!;
  return { out: to, inPerGroup: from, height: 1, width: 1, groups: 1, weights: turnedWeights, bias };
}
