import assert from 'node:assert/strict';
import { test } from 'node:test';
import { add, GraphBuilder, mul, scalar, split, withoutUnused } from '../../src/graph/index.ts';

test('nodes and constants that no output needs are left out, the others stay as they are', () => {
  const b = new GraphBuilder('case');
  const x = b.input('x', 'float32', [4]);
  const [first, second] = split(b, mul(b, x, scalar(b, 2)), 0, [1, 3]);
  const unused = add(b, second!, scalar(b, 3));
  mul(b, unused, unused);
  b.output('y', add(b, first!, scalar(b, 5)));
  const graph = b.finish();
  const { nodes, initializers } = withoutUnused(graph);
  assert.deepEqual(
    nodes.map(({ op }) => op),
    ['Mul', 'Split', 'Add'],
  );
  assert.deepEqual(nodes, [...graph.nodes.slice(0, 2), graph.nodes.at(-1)]);
  const numbers = [...initializers.values()].filter(({ type }) => type === 'float32');
  assert.deepEqual(
    numbers.map(({ data }) => data[0]),
    [2, 5],
  );
  assert.deepEqual(withoutUnused({ ...graph, nodes, initializers }).nodes, nodes);
});
