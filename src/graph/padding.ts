import type { Dim } from './graph.ts';

/** Rows and columns of zeros around a picture: top, left, bottom, right. */
export type Pads = readonly [number, number, number, number];

/**
 * How a sliding window treats the border. `same` is TensorFlow's SAME: ⌈size/stride⌉ windows, the
 * odd row or column of padding at the end. `valid`: no padding.
 */
export type Padding = 'same' | 'valid' | Pads;

/**
 * TensorFlow's SAME padding of one axis, [before, after]
 * (tensorflow/core/framework/common_shape_fns.cc, GetWindowedOutputSize).
 */
export function samePadding(size: number, kernel: number, stride: number): [number, number] {
  const total = Math.max((Math.ceil(size / stride) - 1) * stride + kernel - size, 0);
  const before = Math.floor(total / 2);
  return [before, total - before];
}

/** How many windows fit: ⌊(size + pad − kernel)/stride⌋ + 1, for a size that may be an expression. */
export function windowCount(size: Dim, kernel: number, stride: number, pad: number): Dim {
  const extra = pad - kernel + stride;
  if (typeof size === 'number') return Math.floor((size + extra) / stride);
  if (stride === 1) return extra === 0 ? size : `${size}${extra > 0 ? '+' : ''}${extra}`;
  if (extra === 0) return `floor(${size}/${stride})`;
  if (extra === stride - 1) return `ceil(${size}/${stride})`;
  return `floor((${size}${extra > 0 ? '+' : ''}${extra})/${stride})`;
}

/**
 * The pads of a window over a picture, or `undefined` where they depend on sizes known only at run
 * time (SAME with a stride over an unknown size: ONNX's `auto_pad` SAME_UPPER).
 */
export function resolvePads(
  padding: Padding,
  [height, width]: readonly [Dim, Dim],
  [kernelHeight, kernelWidth]: readonly [number, number],
  stride: number,
): Pads | undefined {
  if (padding === 'valid') return [0, 0, 0, 0];
  if (padding !== 'same') return padding;
  // With stride 1 the padding is the same for every size, so any will do.
  const known = (size: Dim): number | undefined =>
    typeof size === 'number' ? size : stride === 1 ? 1 : undefined;
  const [knownHeight, knownWidth] = [known(height), known(width)];
  if (knownHeight === undefined || knownWidth === undefined) return undefined;
  const [top, bottom] = samePadding(knownHeight, kernelHeight, stride);
  const [left, right] = samePadding(knownWidth, kernelWidth, stride);
  return [top, left, bottom, right];
}
