import { leastShare } from './opencv-area.ts';
import { adaptiveWindows } from './pytorch-area.ts';

/** The stretch of source pixels under each target pixel of one axis: from `starts + startShares` to `ends + endShares`. */
export interface Stretches {
  readonly starts: Int32Array;
  readonly startShares: Float64Array;
  readonly ends: Int32Array;
  readonly endShares: Float64Array;
  /** 1 where the next stretch begins where this one ends. */
  readonly chained: Uint8Array;
  /** 1 over the length that each target pixel is the mean over. */
  readonly weights: Float64Array;
}

function chain({ starts, startShares, ends, endShares, chained }: Stretches): void {
  for (let target = 0; target + 1 < chained.length; target++) {
    const meet = starts[target + 1] === ends[target] && startShares[target + 1] === endShares[target];
    chained[target] = Number(meet);
  }
}

/** Those of OpenCV's INTER_AREA, which shrinks. */
export function areaStretches(sourceLength: number, targetLength: number): Stretches {
  const scale = sourceLength / targetLength;
  const stretches = {
    starts: new Int32Array(targetLength),
    startShares: new Float64Array(targetLength),
    ends: new Int32Array(targetLength),
    endShares: new Float64Array(targetLength),
    chained: new Uint8Array(targetLength),
    weights: new Float64Array(targetLength),
  };
  for (let target = 0; target < targetLength; target++) {
    const from = target * scale;
    const to = Math.min(from + scale, sourceLength);
    // Slivers are left out, but count in the length, as in OpenCV.
    const start = Math.ceil(from) - from <= leastShare ? Math.ceil(from) : from;
    const end = to - Math.floor(to) <= leastShare ? Math.floor(to) : to;
    stretches.starts[target] = Math.floor(start);
    stretches.startShares[target] = start - Math.floor(start);
    stretches.ends[target] = Math.floor(end);
    stretches.endShares[target] = end - Math.floor(end);
    stretches.weights[target] = 1 / (to - from);
  }
  chain(stretches);
  return stretches;
}

/** Those of PyTorch's adaptive average pooling: whole pixels. */
export function adaptiveStretches(sourceLength: number, targetLength: number): Stretches {
  const { starts, ends } = adaptiveWindows(sourceLength, targetLength);
  const none = new Float64Array(targetLength);
  const weights = Float64Array.from(starts, (start, target) => 1 / (ends[target]! - start));
  const chained = new Uint8Array(targetLength);
  const stretches = { starts, startShares: none, ends, endShares: none, chained, weights };
  chain(stretches);
  return stretches;
}
