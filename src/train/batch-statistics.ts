import { float, int, type Graph, type GraphNode, type Value } from '../graph/index.ts';

/** How much of a running average stays each step: 0.9 in PyTorch, whose momentum is the other part, 0.1. */
export const runningMomentum = 0.9;

/**
 * The graph with every batch normalisation in training: it normalises by mean and variance of the batch,
 * and its running averages move on by a step (`training_mode` of ONNX). Small batches make poor
 * statistics; networks that were trained already are better left frozen.
 */
export function withBatchStatistics(graph: Graph, momentum = runningMomentum): Graph {
  const values = new Map(graph.values);
  const nodes = graph.nodes.map((node): GraphNode => {
    if (node.op !== 'BatchNormalization') return node;
    const states = node.inputs.slice(3).map((running, i): Value => {
      const { type, dims } = values.get(running)!;
      const next: Value = { name: `${node.name}/running_${i}`, type, dims };
      values.set(next.name, next);
      return next;
    });
    return Object.assign({}, node, {
      outputs: [node.outputs[0]!, ...states.map(({ name }) => name)],
      attributes: { ...node.attributes, training_mode: int(1), momentum: float(momentum) },
    });
  });
  return { ...graph, nodes, values };
}
