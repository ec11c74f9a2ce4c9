import type { Graph, GraphNode } from '../../../src/graph/index.ts';

/** A dense row-major array in float64; whole numbers and truth values are kept as numbers too. */
export interface Array64 {
  readonly dims: readonly number[];
  readonly data: Float64Array;
}

const sizeOf = (dims: readonly number[]): number => dims.reduce((product, size) => product * size, 1);
const fill = (dims: readonly number[], value: (index: number[], at: number) => number): Array64 => {
  const data = new Float64Array(sizeOf(dims));
  const index = dims.map(() => 0);
  for (let at = 0; at < data.length; at++) {
    data[at] = value(index, at);
    for (let axis = dims.length - 1; axis >= 0; axis--) {
      if (++index[axis]! < dims[axis]!) break;
      index[axis] = 0;
    }
  }
  return { dims, data };
};
const at = ({ dims, data }: Array64, index: readonly number[]): number =>
  data[index.reduce((place, i, axis) => place * dims[axis]! + i, 0)]!;
/** The element for an index of a larger array that this one is repeated to fit. */
const repeated = (x: Array64, index: readonly number[]): number => {
  const missing = index.length - x.dims.length;
  return at(
    x,
    x.dims.map((size, axis) => (size === 1 ? 0 : index[axis + missing]!)),
  );
};

const ints = (node: GraphNode, name: string): number[] | undefined => {
  const attribute = node.attributes[name];
  return attribute?.kind === 'ints' ? attribute.value.map(Number) : undefined;
};
const int = (node: GraphNode, name: string, otherwise: number): number => {
  const attribute = node.attributes[name];
  return attribute?.kind === 'int' ? Number(attribute.value) : otherwise;
};
const float = (node: GraphNode, name: string, otherwise: number): number => {
  const attribute = node.attributes[name];
  return attribute?.kind === 'float' ? attribute.value : otherwise;
};

type Operator = (inputs: Array64[], node: GraphNode) => Array64 | Array64[];

const unary =
  (f: (x: number) => number): Operator =>
  ([x]) => ({ dims: x!.dims, data: x!.data.map(f) });
const binary =
  (f: (a: number, b: number) => number): Operator =>
  ([a, b]) => {
    const rank = Math.max(a!.dims.length, b!.dims.length);
    const size = (x: Array64, axis: number): number => x.dims[axis - rank + x.dims.length] ?? 1;
    const dims = Array.from({ length: rank }, (_, axis) => Math.max(size(a!, axis), size(b!, axis)));
    return fill(dims, (index) => f(repeated(a!, index), repeated(b!, index)));
  };
const positive = (axis: number, { dims }: Array64): number => (axis < 0 ? axis + dims.length : axis);

/** Groups of elements along `axes`, each made one number. */
function reduce(
  x: Array64,
  axes: readonly number[],
  keep: boolean,
  f: (values: number[]) => number,
): Array64 {
  const reduced = new Set(axes.map((axis) => positive(axis, x)));
  const kept = x.dims.map((size, axis) => (reduced.has(axis) ? 1 : size));
  const groups = Array.from({ length: sizeOf(kept) }, (): number[] => []);
  fill(x.dims, (index, place) => {
    const group = index.reduce((sum, i, axis) => sum * kept[axis]! + (reduced.has(axis) ? 0 : i), 0);
    groups[group]!.push(x.data[place]!);
    return 0;
  });
  const dims = keep ? kept : x.dims.filter((_, axis) => !reduced.has(axis));
  return { dims, data: Float64Array.from(groups, f) };
}
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const average = (values: readonly number[]): number => sum(values) / values.length;
const reducer =
  (f: (values: number[]) => number): Operator =>
  ([x, axes], node) =>
    reduce(
      x!,
      ints(node, 'axes') ?? (axes === undefined ? x!.dims.map((_, i) => i) : Array.from(axes.data)),
      int(node, 'keepdims', 1) === 1,
      f,
    );

/** Sizes of a window over a picture; SAME_UPPER as in TensorFlow. */
function windowsOf(node: GraphNode, x: Array64, kernel: readonly number[]) {
  const strides = ints(node, 'strides') ?? [1, 1];
  const auto = node.attributes['auto_pad'];
  const pads = [...(ints(node, 'pads') ?? [0, 0, 0, 0])];
  for (const axis of [0, 1]) {
    if (auto?.kind !== 'string' || auto.value !== 'SAME_UPPER') continue;
    const size = x.dims[axis + 2]!;
    const total = Math.max((Math.ceil(size / strides[axis]!) - 1) * strides[axis]! + kernel[axis]! - size, 0);
    pads[axis] = Math.floor(total / 2);
    pads[axis + 2] = total - pads[axis];
  }
  const out = [0, 1].map(
    (axis) =>
      Math.floor((x.dims[axis + 2]! + pads[axis]! + pads[axis + 2]! - kernel[axis]!) / strides[axis]!) + 1,
  );
  /** The pixels under the window at `row`, `column`, with their places in the kernel. */
  const each = (
    row: number,
    column: number,
    visit: (h: number, w: number, kh: number, kw: number) => void,
  ): void => {
    for (let kh = 0; kh < kernel[0]!; kh++) {
      for (let kw = 0; kw < kernel[1]!; kw++) {
        const h = row * strides[0]! + kh - pads[0]!;
        const w = column * strides[1]! + kw - pads[1]!;
        if (h >= 0 && w >= 0 && h < x.dims[2]! && w < x.dims[3]!) visit(h, w, kh, kw);
      }
    }
  };
  return { out, each };
}

const pool =
  (f: (values: number[], size: number) => number): Operator =>
  ([x], node) => {
    const kernel = ints(node, 'kernel_shape')!;
    const { out, each } = windowsOf(node, x!, kernel);
    return fill([...x!.dims.slice(0, 2), ...out], ([n, c, row, column]) => {
      const values: number[] = [];
      each(row!, column!, (h, w) => values.push(at(x!, [n!, c!, h, w])));
      return f(values, sizeOf(kernel));
    });
  };

const softmax = (x: Array64, axis: number, log: boolean): Array64 => {
  const top = reduce(x, [axis], true, (values) => Math.max(...values));
  const total = reduce(
    fill(x.dims, (index, place) => Math.exp(x.data[place]! - repeated(top, index))),
    [axis],
    true,
    sum,
  );
  return fill(x.dims, (index, place) => {
    const value = x.data[place]! - repeated(top, index) - Math.log(repeated(total, index));
    return log ? value : Math.exp(value);
  });
};

const reshape: Operator = ([x, shape]) => {
  const wanted = Array.from(shape!.data, (size, axis) => (size === 0 ? x!.dims[axis]! : size));
  const known = wanted.reduce((product, size) => (size === -1 ? product : product * size), 1);
  return { dims: wanted.map((size) => (size === -1 ? x!.data.length / known : size)), data: x!.data };
};

const operators: Readonly<Record<string, Operator>> = {
  Add: binary((a, b) => a + b),
  Sub: binary((a, b) => a - b),
  Mul: binary((a, b) => a * b),
  Div: binary((a, b) => a / b),
  Max: binary(Math.max),
  Min: binary(Math.min),
  Pow: binary((a, b) => a ** b),
  Greater: binary((a, b) => Number(a > b)),
  Equal: binary((a, b) => Number(a === b)),
  Neg: unary((x) => -x),
  Identity: unary((x) => x),
  Cast: unary((x) => x),
  Abs: unary(Math.abs),
  Sign: unary(Math.sign),
  Relu: unary((x) => Math.max(x, 0)),
  Sigmoid: unary((x) => 1 / (1 + Math.exp(-x))),
  Softplus: unary((x) => Math.log1p(Math.exp(x))),
  Tanh: unary(Math.tanh),
  Exp: unary(Math.exp),
  Log: unary(Math.log),
  Sqrt: unary(Math.sqrt),
  PRelu: binary((x, slope) => (x > 0 ? x : slope * x)),
  Clip: ([x, low, high]) => ({
    dims: x!.dims,
    data: x!.data.map((value) => Math.min(Math.max(value, low!.data[0]!), high!.data[0]!)),
  }),
  Softmax: ([x], node) => softmax(x!, positive(int(node, 'axis', -1), x!), false),
  LogSoftmax: ([x], node) => softmax(x!, positive(int(node, 'axis', -1), x!), true),
  ReduceSum: reducer(sum),
  ReduceMean: reducer(average),
  ReduceMax: reducer((values) => Math.max(...values)),
  ReduceMin: reducer((values) => Math.min(...values)),
  ReduceSumSquare: reducer((values) => sum(values.map((value) => value * value))),
  ReduceL2: reducer((values) => Math.hypot(...values)),
  GlobalAveragePool: ([x]) => reduce(x!, [2, 3], true, average),
  LpNormalization: ([x], node) => {
    const length = reduce(x!, [int(node, 'axis', -1)], true, (values) => Math.hypot(...values));
    return fill(x!.dims, (index, place) => x!.data[place]! / repeated(length, index));
  },
  MatMul: ([a, b]) => {
    const stack = (a!.dims.length >= b!.dims.length ? a! : b!).dims.slice(0, -2);
    return fill([...stack, a!.dims.at(-2)!, b!.dims.at(-1)!], (index) => {
      const [outer, row, column] = [index.slice(0, -2), index.at(-2)!, index.at(-1)!];
      let total = 0;
      for (let i = 0; i < a!.dims.at(-1)!; i++) {
        total += repeated(a!, [...outer, row, i]) * repeated(b!, [...outer, i, column]);
      }
      return total;
    });
  },
  Gemm: ([a, b, c], node) => {
    const [transA, transB] = [int(node, 'transA', 0) === 1, int(node, 'transB', 0) === 1];
    const dims = [a!.dims[transA ? 1 : 0]!, b!.dims[transB ? 0 : 1]!];
    return fill(dims, ([row, column]) => {
      let total = 0;
      for (let i = 0; i < a!.dims[transA ? 0 : 1]!; i++) {
        total += at(a!, transA ? [i, row!] : [row!, i]) * at(b!, transB ? [column!, i] : [i, column!]);
      }
      const bias = c === undefined ? 0 : float(node, 'beta', 1) * repeated(c, [row!, column!]);
      return float(node, 'alpha', 1) * total + bias;
    });
  },
  Conv: ([x, weights, bias], node) => {
    const [out, inPerGroup, ...kernel] = weights!.dims as [number, number, number, number];
    const outPerGroup = out / int(node, 'group', 1);
    const windows = windowsOf(node, x!, kernel);
    return fill([x!.dims[0]!, out, ...windows.out], ([n, o, row, column]) => {
      const first = Math.floor(o! / outPerGroup) * inPerGroup;
      let total = bias?.data[o!] ?? 0;
      windows.each(row!, column!, (h, w, kh, kw) => {
        for (let i = 0; i < inPerGroup; i++) {
          total += at(x!, [n!, first + i, h, w]) * at(weights!, [o!, i, kh, kw]);
        }
      });
      return total;
    });
  },
  MaxPool: pool((values) => Math.max(...values)),
  AveragePool: (inputs, node) =>
    pool((values, size) => sum(values) / (int(node, 'count_include_pad', 0) === 1 ? size : values.length))(
      inputs,
      node,
    ),
  BatchNormalization: ([x, gamma, beta, mean, variance], node) => {
    const axes = x!.dims.flatMap((_, axis) => (axis === 1 ? [] : [axis]));
    const training = int(node, 'training_mode', 0) === 1;
    const mu = training ? reduce(x!, axes, false, average) : mean!;
    const sigma = training
      ? reduce(x!, axes, false, (values) => average(values.map((value) => (value - average(values)) ** 2)))
      : variance!;
    const y = fill(x!.dims, (index, place) => {
      const c = index[1]!;
      const deviation = Math.sqrt(sigma.data[c]! + float(node, 'epsilon', 1e-5));
      return ((x!.data[place]! - mu.data[c]!) / deviation) * gamma!.data[c]! + beta!.data[c]!;
    });
    if (!training) return y;
    const momentum = float(node, 'momentum', 0.9);
    const next = (running: Array64, now: Array64): Array64 =>
      fill(running.dims, (_, c) => running.data[c]! * momentum + now.data[c]! * (1 - momentum));
    return [y, next(mean!, mu), next(variance!, sigma)];
  },
  Reshape: reshape,
  Flatten: ([x]) => ({ dims: [x!.dims[0]!, sizeOf(x!.dims.slice(1))], data: x!.data }),
  Transpose: ([x], node) => {
    const order = ints(node, 'perm')!;
    const dims = order.map((axis) => x!.dims[axis]!);
    return fill(dims, (index) =>
      at(
        x!,
        order.map((_, axis) => index[order.indexOf(axis)]!),
      ),
    );
  },
  Concat: (parts, node) => {
    const axis = positive(int(node, 'axis', 0), parts[0]!);
    const dims = parts[0]!.dims.map((size, i) =>
      i === axis ? sum(parts.map((part) => part.dims[i]!)) : size,
    );
    return fill(dims, (index) => {
      let place = index[axis]!;
      const part = parts.find((part) => place < part.dims[axis]! || ((place -= part.dims[axis]!), false))!;
      return at(
        part,
        index.map((i, along) => (along === axis ? place : i)),
      );
    });
  },
  Split: ([x, sizes], node) => {
    const axis = positive(int(node, 'axis', 0), x!);
    let start = 0;
    return Array.from(sizes!.data, (size) => {
      const from = start;
      start += size;
      const dims = x!.dims.map((whole, i) => (i === axis ? size : whole));
      return fill(dims, (index) =>
        at(
          x!,
          index.map((i, along) => (along === axis ? i + from : i)),
        ),
      );
    });
  },
  Slice: ([x, starts, ends, axes]) => {
    const from = x!.dims.map(() => 0);
    const dims = [...x!.dims];
    for (const [i, start] of starts!.data.entries()) {
      const axis = positive(axes?.data[i] ?? i, x!);
      const bound = (value: number): number =>
        Math.min(Math.max(value < 0 ? value + x!.dims[axis]! : value, 0), x!.dims[axis]!);
      from[axis] = bound(start);
      dims[axis] = bound(ends!.data[i]!) - from[axis];
    }
    return fill(dims, (index) =>
      at(
        x!,
        index.map((i, axis) => i + from[axis]!),
      ),
    );
  },
  Pad: ([x, pads]) => {
    const rank = x!.dims.length;
    const dims = x!.dims.map((size, axis) => size + pads!.data[axis]! + pads!.data[axis + rank]!);
    return fill(dims, (index) => {
      const place = index.map((i, axis) => i - pads!.data[axis]!);
      return place.every((i, axis) => i >= 0 && i < x!.dims[axis]!) ? at(x!, place) : 0;
    });
  },
  Gather: ([x, indices]) =>
    fill([...indices!.dims, ...x!.dims.slice(1)], (index) =>
      at(x!, [indices!.data[index[0]!]!, ...index.slice(1)]),
    ),
};

/**
 * Runs a graph in float64, slowly and plainly: what gradients in float32 are held against.
 * @param given inputs, and constants that are to have other values
 */
export function evaluate(graph: Graph, given: ReadonlyMap<string, Array64>): Map<string, Array64> {
  const values = new Map<string, Array64>();
  for (const [name, { dims, data }] of graph.initializers) {
    values.set(name, { dims, data: Float64Array.from(data as ArrayLike<number | bigint>, Number) });
  }
  for (const [name, value] of given) values.set(name, value);
  for (const node of graph.nodes) {
    const operator = operators[node.op];
    if (operator === undefined) throw new Error(`no reference for ${node.op}`);
    const result = operator(
      node.inputs.filter((name) => name !== '').map((name) => values.get(name)!),
      node,
    );
    for (const [i, name] of node.outputs.entries()) {
      values.set(name, Array.isArray(result) ? result[i]! : result);
    }
  }
  return new Map(graph.outputs.map(({ name }) => [name, values.get(name)!]));
}
