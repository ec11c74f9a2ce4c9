import { int, ints, type GraphBuilder, type Value } from '../../graph/index.ts';
import { float32Node, reduceSum, reshapeTo } from './nodes.ts';

/** From so many pixels on what stands here is faster than the plain operators. */
const fewestPixels = 1024;

const pixelsOf = ({ dims: [, , ...sizes] }: Value): number =>
  sizes.length === 2 ? Number(sizes[0]) * Number(sizes[1]) : 0;

/** Whether pictures [batch, channels, h, w] are large; sizes that are not known count as small. */
export const isLarge = (x: Value): boolean => pixelsOf(x) >= fewestPixels;

/**
 * Σ a·x for each channel of large pictures: as scalar products, by an operator of ONNX Runtime, which are not written
 * down number by number before they are summed up.
 */
export function channelProducts(b: GraphBuilder, a: Value, x: Value): Value {
  const rows = [a, x].map((value) => reshapeTo(b, value, ['rows', 1, pixelsOf(x)]));
  const result = { type: 'float32', dims: ['rows', 1, 1] } as const;
  const [sums] = b.nodes('FusedMatMul', rows, { transB: int(1) }, [result], 'products', 'com.microsoft');
  return reduceSum(b, reshapeTo(b, sums!, x.dims.slice(0, 2)), [0]);
}

/**
 * slope·x + offset of large pictures, one of each a channel: as a convolution of each channel by itself, in one go with
 * all threads, where `BatchNormalization` takes one.
 */
export function line(b: GraphBuilder, x: Value, slope: Value, offset: Value): Value {
  const channels = x.dims[1] as number;
  const inputs = [x, reshapeTo(b, slope, [channels, 1, 1, 1]), offset];
  return float32Node(b, 'Conv', inputs, x.dims, { kernel_shape: ints([1, 1]), group: int(channels) });
}
