import type { Graph } from '../graph/index.ts';
import { visageError } from '../kernel/index.ts';
import { GraphCopy } from './autodiff/graph-copy.ts';

const invalid = (graph: Graph, reason: string) =>
  visageError('MODEL_INVALID', { network: graph.name, reason });

/** Values that follow from `name`. */
function after(graph: Graph, name: string): Set<string> {
  const dependent = new Set([name]);
  for (const node of graph.nodes) {
    if (node.outputs.includes(name)) continue;
    if (node.inputs.some((input) => dependent.has(input))) {
      for (const output of node.outputs) dependent.add(output);
    }
  }
  return dependent;
}

/**
 * The weights from a value upward, by name: float32 constants of more than one dimension or of a channel each
 * that take part after it. Running averages of normalisations are none, they are no matter of gradients.
 * @param from `features` for the head of a network, the name of a block's output, or an input for all
 * @throws VisageError `MODEL_INVALID` without such a value
 */
export function weightsFrom(graph: Graph, from: string): string[] {
  if (!graph.values.has(from)) throw invalid(graph, `it has no value ${from}`);
  const dependent = after(graph, from);
  const weights = new Set<string>();
  for (const node of graph.nodes) {
    if (!node.inputs.some((input) => dependent.has(input))) continue;
    const count = node.op === 'BatchNormalization' ? 3 : node.inputs.length;
    for (const input of node.inputs.slice(0, count)) {
      const tensor = graph.initializers.get(input);
      const takesPart = ['Conv', 'MatMul', 'Gemm', 'PRelu', 'BatchNormalization'].includes(node.op);
      if (takesPart && tensor?.type === 'float32') weights.add(input);
    }
  }
  return [...weights];
}

/** What the last matrix product of a network takes: where its head begins. */
export function headOf(graph: Graph): string {
  for (const node of [...graph.nodes].reverse()) {
    const hasMatrix = graph.initializers.has(node.inputs[1] ?? '');
    if ((node.op === 'MatMul' || node.op === 'Gemm') && hasMatrix) return node.inputs[0]!;
  }
  throw invalid(graph, 'it does not end in a matrix product that could be trained alone');
}

/**
 * Cuts a network in two at a value: what comes before can be computed once for each photo, what comes
 * after is trained on it.
 * @returns `trunk` from the inputs to the output `at`; `head` from the input `at` to the outputs
 * @throws VisageError `MODEL_INVALID` when something passes by the cut
 */
export function splitGraph(graph: Graph, at: string): { trunk: Graph; head: Graph } {
  const cut = graph.values.get(at);
  if (cut === undefined) throw invalid(graph, `it has no value ${at}`);
  const dependent = after(graph, at);
  const isHead = (outputs: readonly string[]): boolean =>
    outputs.some((output) => output !== at && dependent.has(output));

  const trunk = new GraphCopy(graph, `${graph.name}-trunk`);
  for (const node of graph.nodes) if (!isHead(node.outputs)) trunk.node(node);
  trunk.b.output(at, trunk.value(at));

  const inputs = [cut];
  const head = new GraphCopy({ ...graph, inputs }, `${graph.name}-head`);
  for (const node of graph.nodes) if (isHead(node.outputs)) head.node(node);
  for (const { name } of graph.outputs) head.b.output(name, head.value(name));
  return { trunk: trunk.b.finish(), head: head.b.finish() };
}
