import { add, int, sub, type Graph, type GraphBuilder, type Value } from '../../../src/graph/index.ts';
import { GraphCopy } from '../../../src/train/autodiff/graph-copy.ts';

/** Numbers at the edge of a function that jumps, by their places in the whole batch. */
export interface Edge {
  /** Of what goes in: raised, so that it is above 0, or the largest of its windows. */
  readonly up: readonly number[];
  /** Of what goes in: lowered, so that it is below 0. */
  readonly down?: readonly number[];
  /** Of what comes out: where the raise is taken off again; by default, where it was put on. */
  readonly back?: readonly number[];
}

/** `push` at some places, −`push` at others, and zeros elsewhere, in the shape of `like`. */
function sparse(
  b: GraphBuilder,
  like: Value,
  batch: number,
  push: number,
  plus: readonly number[],
  minus: readonly number[] = [],
): Value {
  const integers = (values: readonly number[]): Value =>
    b.constant({ type: 'int64', dims: [values.length], data: BigInt64Array.from(values, BigInt) });
  const dims = like.dims.map((dim, axis) => (axis === 0 ? batch : Number(dim)));
  const flat = { type: 'float32', dims: [dims.reduce((product, size) => product * size, 1)] } as const;
  const values = Float32Array.from([...plus.map(() => push), ...minus.map(() => -push)]);
  const updates = b.constant({ type: 'float32', dims: [values.length], data: values });
  const zeros = b.node('ConstantOfShape', [integers(flat.dims)], {}, flat);
  const places = integers([...plus, ...minus]);
  const scattered = b.node('ScatterElements', [zeros, places, updates], { axis: int(0) }, flat);
  return b.node('Reshape', [scattered, integers(dims)], {}, { type: 'float32', dims: like.dims });
}

/**
 * The graph with functions that jump held on one side of their edges: a constant is added to a few of the numbers
 * that go in and taken off what comes out, so that values and derivatives are what they are on that side.
 * @param edges by what the function gives
 * @param push more than any of those numbers is away from its edge
 * @param batch pictures of a run
 */
export function withHeldEdges(
  graph: Graph,
  edges: Readonly<Record<string, Edge>>,
  push: number,
  batch: number,
): Graph {
  const copy = new GraphCopy(graph, graph.name);
  const { b } = copy;
  for (const name of Object.keys(edges)) if (!graph.values.has(name)) b.fail(`it has no ${name}`);
  for (const node of graph.nodes) {
    const { up = [], down = [], back = up } = edges[node.outputs[0]!] ?? {};
    if (up.length + down.length === 0) {
      copy.node(node);
      continue;
    }
    const x = copy.value(node.inputs[0]!);
    const moved = add(b, x, sparse(b, x, batch, push, up, down));
    const [result] = copy.resultsOf(node);
    const y = b.node(node.op, [moved], node.attributes, result!, node.name);
    copy.set(node.outputs[0]!, back.length === 0 ? y : sub(b, y, sparse(b, y, batch, push, back)));
  }
  for (const { name } of graph.outputs) b.output(name, copy.value(name));
  return b.finish();
}
