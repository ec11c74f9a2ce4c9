import type { Value } from '../../graph/index.ts';
import { samePadding, type Pads } from '../../graph/index.ts';
import { intsAttribute, textAttribute, type Forward } from './operation.ts';

/** A sliding window over a picture whose sizes are known. */
export interface Windows {
  readonly kernel: readonly [number, number];
  readonly strides: readonly [number, number];
  /** Top, left, bottom, right. */
  readonly pads: Pads;
  /** Height and width before and after. */
  readonly from: readonly [number, number];
  readonly to: readonly [number, number];
}

/** A node on the way forward or back, with the shapes of what it gives. */
interface Placed extends Pick<Forward, 'b' | 'node' | 'inputs'> {
  readonly outputs: readonly Pick<Value, 'dims'>[];
}

function pictureSize({ b, node }: Placed, value: Pick<Value, 'dims'>): readonly [number, number] {
  const [, , height, width] = value.dims;
  if (typeof height === 'number' && typeof width === 'number') return [height, width];
  return b.fail(
    `the derivative of ${node.name} needs pictures of known size, not [${value.dims.join(', ')}]`,
  );
}

/** The window of a `Conv` or pooling node over its first input. */
export function windowsOf(placed: Placed, kernel: readonly [number, number]): Windows {
  const { b, node } = placed;
  const from = pictureSize(placed, placed.inputs[0]!);
  const to = pictureSize(placed, placed.outputs[0]!);
  const strides = (intsAttribute(node, 'strides') ?? [1, 1]) as [number, number];
  if ((intsAttribute(node, 'dilations') ?? []).some((dilation) => dilation !== 1)) {
    b.fail(`the derivative of ${node.name} is known without dilation alone`);
  }
  const automatic = textAttribute(node, 'auto_pad', 'NOTSET');
  if (automatic !== 'NOTSET' && automatic !== 'SAME_UPPER') {
    b.fail(`the derivative of ${node.name} is not known with the padding ${automatic}`);
  }
  const same = ([0, 1] as const).map((axis) => samePadding(from[axis], kernel[axis], strides[axis]));
  const pads =
    automatic === 'SAME_UPPER'
      ? ([same[0]![0], same[1]![0], same[0]![1], same[1]![1]] as const)
      : ((intsAttribute(node, 'pads') ?? [0, 0, 0, 0]) as [number, number, number, number]);
  return { kernel, strides, pads, from, to };
}

/** What a transposed convolution must add at the end of each axis to give back the size that was taken. */
export const remainders = ({ kernel, strides, pads, from, to }: Windows): readonly [number, number] => [
  from[0] - ((to[0] - 1) * strides[0] + kernel[0] - pads[0] - pads[2]),
  from[1] - ((to[1] - 1) * strides[1] + kernel[1] - pads[1] - pads[3]),
];
