import type { AxisTaps } from './opencv-area.ts';

/** First source pixel under each target pixel, and one past the last. */
export function adaptiveWindows(
  sourceLength: number,
  targetLength: number,
): { readonly starts: Int32Array; readonly ends: Int32Array } {
  const windows = { starts: new Int32Array(targetLength), ends: new Int32Array(targetLength) };
  for (let target = 0; target < targetLength; target++) {
    windows.starts[target] = Math.floor((target * sourceLength) / targetLength);
    windows.ends[target] = Math.ceil(((target + 1) * sourceLength) / targetLength);
  }
  return windows;
}

/**
 * PyTorch's `interpolate(…, mode='area')` along one axis, which is adaptive average pooling
 * (aten/src/ATen/native/AdaptiveAveragePooling.cpp): the plain mean of every source pixel that a target
 * pixel touches.
 */
export function adaptiveAxis(sourceLength: number, targetLength: number): AxisTaps {
  const windows = adaptiveWindows(sourceLength, targetLength);
  const starts = new Int32Array(targetLength + 1);
  const indices: number[] = [];
  const weights: number[] = [];
  for (let target = 0; target < targetLength; target++) {
    const [start, end] = [windows.starts[target]!, windows.ends[target]!];
    for (let i = start; i < end; i++) {
      indices.push(i);
      weights.push(1 / (end - start));
    }
    starts[target + 1] = indices.length;
  }
  return { starts, indices: Int32Array.from(indices), weights: Float64Array.from(weights) };
}
