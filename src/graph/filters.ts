import type { Tensor } from '../kernel/index.ts';

/**
 * The weights of a convolution as ONNX wants them: `weights` [out, in / groups, height, width] row by
 * row, one bias an output channel.
 */
export interface Filters {
  readonly out: number;
  readonly inPerGroup: number;
  readonly height: number;
  readonly width: number;
  readonly groups: number;
  readonly weights: Float32Array;
  readonly bias: Float32Array;
}

/** TensorFlow's filters [height, width, in, out] as a convolution without groups; bias 0 if left out. */
export function denseFilters(filters: Tensor<'float32'>, bias?: Float32Array): Filters {
  const [height, width, inPerGroup, out] = filters.dims as [number, number, number, number];
  const weights = new Float32Array(filters.data.length);
  const area = height * width;
  // Written in order and read with strides: twice as fast as the other way round.
  for (let at = 0, o = 0; o < out; o++) {
    for (let i = 0; i < inPerGroup; i++) {
      for (let place = 0; place < area; place++) {
        weights[at++] = filters.data[(place * inPerGroup + i) * out + o]!;
      }
    }
  }
  return { out, inPerGroup, height, width, groups: 1, weights, bias: bias ?? new Float32Array(out) };
}

/** TensorFlow's depthwise filters [height, width, in, multiplier]; output channel = in · multiplier + k. */
export function depthwiseFilters(filters: Tensor<'float32'>, bias?: Float32Array): Filters {
  const [height, width, channels, multiplier] = filters.dims as [number, number, number, number];
  const out = channels * multiplier;
  const area = height * width;
  const weights = new Float32Array(filters.data.length);
  for (let place = 0; place < area; place++) {
    for (let o = 0; o < out; o++) weights[o * area + place] = filters.data[place * out + o]!;
  }
  return {
    out,
    inPerGroup: 1,
    height,
    width,
    groups: channels,
    weights,
    bias: bias ?? new Float32Array(out),
  };
}

/** Folds what follows the convolution, y·scale + shift per output channel, into it. In float64, rounded once. */
export function foldOutput(filters: Filters, scale: ArrayLike<number>, shift: ArrayLike<number>): Filters {
  const perOut = filters.weights.length / filters.out;
  const weights = new Float32Array(filters.weights.length);
  for (let o = 0, at = 0; o < filters.out; o++) {
    const factor = scale[o]!;
    for (let i = 0; i < perOut; i++, at++) weights[at] = filters.weights[at]! * factor;
  }
  const bias = filters.bias.map((value, o) => value * scale[o]! + shift[o]!);
  return { ...filters, weights, bias };
}

/** Parameters of a batch normalisation at inference; `gamma` is 1 where left out. */
export interface BatchNorm {
  readonly gamma?: Float32Array;
  readonly beta: Float32Array;
  readonly mean: Float32Array;
  readonly variance: Float32Array;
  readonly epsilon: number;
}

/** Folds a batch normalisation that follows the convolution into it. */
export function foldBatchNorm(
  filters: Filters,
  { gamma, beta, mean, variance, epsilon }: BatchNorm,
): Filters {
  const scale = Array.from(variance, (value, c) => (gamma?.[c] ?? 1) / Math.sqrt(value + epsilon));
  return foldOutput(
    filters,
    scale,
    scale.map((factor, c) => beta[c]! - mean[c]! * factor),
  );
}

/** A 1×1 convolution that passes its channels through and appends channels of zeros. */
export function widenFilters(from: number, to: number): Filters {
  const weights = new Float32Array(to * from);
  for (let c = 0; c < from; c++) weights[c * from + c] = 1;
  return { out: to, inPerGroup: from, height: 1, width: 1, groups: 1, weights, bias: new Float32Array(to) };
}

/**
 * Folds what precedes the convolution, (x − mean)·scale per input channel, into it. Exact only where
 * no padding takes part: zeros padded after the normalisation are `mean` before it. With padding give
 * a mean of 0 and subtract it in the graph. Only for convolutions without groups.
 */
export function foldInput(filters: Filters, mean: readonly number[], scale: number): Filters {
  const area = filters.height * filters.width;
  const weights = filters.weights.map((weight) => weight * scale);
  const bias = filters.bias.map((value, o) => {
    let shift = 0;
    for (let i = 0; i < filters.inPerGroup; i++) {
      const start = (o * filters.inPerGroup + i) * area;
      for (let place = 0; place < area; place++) shift += filters.weights[start + place]! * mean[i]! * scale;
    }
    return value - shift;
  });
  return { ...filters, weights, bias };
}
