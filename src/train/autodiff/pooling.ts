import { div, int, ints, type Value } from '../../graph/index.ts';
import { float32Node, integerList, reshapeLike, reshapeTo, shapeOf, zerosLike } from './nodes.ts';
import { gradientOf, intAttribute, intsAttribute, type Operation, type Step } from './operation.ts';
import { remainders, windowsOf, type Windows } from './windows.ts';

/** How many pixels each window of an average pooling counted: those in the padding only if they count. */
function counted(step: Step, { kernel, strides, pads, from, to }: Windows): Value {
  const all = intAttribute(step.node, 'count_include_pad', 0) === 1;
  const along = (axis: 0 | 1, window: number): number => {
    const start = window * strides[axis] - pads[axis];
    const end = start + kernel[axis];
    return all ? kernel[axis] : Math.min(end, from[axis]) - Math.max(start, 0);
  };
  const data = new Float32Array(to[0] * to[1]);
  for (let row = 0, at = 0; row < to[0]; row++) {
    for (let column = 0; column < to[1]; column++) data[at++] = along(0, row) * along(1, column);
  }
  return step.b.constant({ type: 'float32', dims: [1, 1, to[0], to[1]], data }, `${step.node.name}/counted`);
}

export const pooling: Readonly<Record<string, Operation>> = {
  // The largest of each window; windows may overlap, and the first of equals counts, as in PyTorch.
  MaxPool: {
    forward: ({ b, node, inputs, results }) => {
      const indices = { type: 'int64', dims: results[0]!.dims } as const;
      const [largest, places] = b.nodes(
        'MaxPool',
        inputs,
        node.attributes,
        [results[0]!, indices],
        node.name,
      );
      return { outputs: [largest!], kept: [places!] };
    },
    backward: (step) => {
      const { b } = step;
      const [x] = step.inputs as [Value];
      // The indices count through the whole batch.
      const flatten = (value: Value): Value =>
        b.node('Reshape', [value, integerList(b, [-1])], {}, { type: value.type, dims: ['elements'] });
      const attributes = { axis: int(0), reduction: { kind: 'string', value: 'add' } } as const;
      const inputs = [flatten(zerosLike(b, x)), flatten(step.kept[0]!), flatten(gradientOf(step))];
      const scattered = float32Node(b, 'ScatterElements', inputs, ['elements'], attributes);
      return [float32Node(b, 'Reshape', [scattered, shapeOf(b, x)], x.dims)];
    },
  },
  // The mean of each window: its gradient is shared out evenly, by a convolution turned round.
  AveragePool: {
    backward: (step) => {
      const { b } = step;
      const [x] = step.inputs as [Value];
      const windows = windowsOf(step, intsAttribute(step.node, 'kernel_shape') as [number, number]);
      const { kernel, strides, pads, to, from } = windows;
      const share = div(b, gradientOf(step), counted(step, windows));
      // Channels take part as pictures of their own, so that one small filter serves for all.
      const single = reshapeTo(b, share, ['pictures', 1, ...to]);
      const ones = b.constant({
        type: 'float32',
        dims: [1, 1, ...kernel],
        data: new Float32Array(kernel[0] * kernel[1]).fill(1),
      });
      const spread = float32Node(b, 'ConvTranspose', [single, ones], ['pictures', 1, ...from], {
        kernel_shape: ints(kernel),
        strides: ints(strides),
        pads: ints(pads),
        output_padding: ints(remainders(windows)),
      });
      return [reshapeLike(b, spread, x)];
    },
  },
};
