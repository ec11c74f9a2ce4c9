import { int, ints, transpose, type Dim, type GraphBuilder, type Value } from '../../graph/index.ts';
import { float32Node, integerList, reshapeTo } from './nodes.ts';
import type { Windows } from './windows.ts';

/**
 * ONNX Runtime's fast convolutions, which take `block` channels at a time. Pictures and filters must lie
 * in blocks of channels; for filters that are constant it does all this by itself, for trained ones it is
 * written out here. Measured with AVX-512, one thread, batch 12, processor time of `Conv` and of this with
 * everything about it: 3×3, 32→32 channels on 24² 1.9 and 1.3 ms, 128→128 on 6² 1.9 and 1.6, 192→80 on 36² 48 and
 * 43, but 1×1, 896→128 on 8² 2.0 and 2.3.
 */
const domain = 'com.microsoft.nchwc';

/** Whether it is possible, and worth while. */
export const isBlocked = (
  block: number,
  [out, inPerGroup, height, width]: readonly Dim[],
  groups: number,
): boolean =>
  block > 0 &&
  groups === 1 &&
  Number(height) * Number(width) >= 7 &&
  Number(out) % block === 0 &&
  Number(inPerGroup) % block === 0;

/**
 * [out, in, h, w] → [out/block, in/block, h·w, in of a block, out of a block]. The filters pass for a picture of
 * `out` channels and are put in order by the node that does it for pictures: then whole blocks move, in a quarter
 * of the time of one `Transpose` number by number.
 */
export function blockFilters(b: GraphBuilder, weights: Value, block: number): Value {
  const [out, inside, height, width] = weights.dims as [number, number, number, number];
  const area = height * width;
  const reordered = inBlocks(b, reshapeTo(b, weights, [1, out, inside, area]));
  return transpose(
    b,
    reshapeTo(b, reordered, [out / block, inside / block, block, area, block]),
    [0, 1, 3, 2, 4],
  );
}

/** The same of the filters of the way back: in and out change places, and places run backwards. */
export function blockTurnedFilters(b: GraphBuilder, weights: Value, block: number): Value {
  const [out, inside, height, width] = weights.dims as [number, number, number, number];
  const area = height * width;
  const reordered = inBlocks(b, reshapeTo(b, weights, [out, inside, 1, area]));
  const swapped = transpose(
    b,
    reshapeTo(b, reordered, [out / block, block, inside / block, area, block]),
    [2, 0, 3, 1, 4],
  );
  const places = Array.from({ length: area }, (_, i) => area - 1 - i);
  return float32Node(b, 'Gather', [swapped, integerList(b, places)], swapped.dims, { axis: int(2) });
}

/** [batch, channels, h, w] → [batch, channels/block, h, w, channels of a block], under its old shape. */
const inBlocks = (b: GraphBuilder, x: Value): Value =>
  b.nodes('ReorderInput', [x], {}, [{ type: 'float32', dims: x.dims }], 'reorderinput', domain)[0]!;

/**
 * A convolution of x [batch, channels, …] with filters in blocks.
 * @param dims of what comes out
 */
export function blockedConv(
  b: GraphBuilder,
  [x, filters, bias]: readonly [Value, Value, (Value | undefined)?],
  dims: readonly [Dim, number, Dim, Dim],
  { kernel, strides, pads }: Pick<Windows, 'kernel' | 'strides' | 'pads'>,
): Value {
  const node = (op: string, inputs: readonly (Value | undefined)[], dims: readonly Dim[], attributes = {}) =>
    b.nodes(op, inputs, attributes, [{ type: 'float32', dims }], op.toLowerCase(), domain)[0]!;
  const asFilters = reshapeTo(b, filters, [dims[1], x.dims[1]!, ...kernel]);
  const attributes = { kernel_shape: ints(kernel), strides: ints(strides), pads: ints(pads) };
  const inputs = [inBlocks(b, x), asFilters, ...(bias === undefined ? [] : [bias])];
  const result = node('Conv', inputs, dims, attributes);
  return node('ReorderOutput', [result], dims, { channels: int(dims[1]) });
}
