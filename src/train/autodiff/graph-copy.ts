import { GraphBuilder, type Graph, type GraphNode, type NodeResult, type Value } from '../../graph/index.ts';

/** A graph that is being copied into a builder, and what its values became. */
export class GraphCopy {
  readonly b: GraphBuilder;
  readonly #graph: Graph;
  readonly #values = new Map<string, Value>();

  /** Starts with the inputs. */
  constructor(graph: Graph, name: string) {
    this.#graph = graph;
    this.b = new GraphBuilder(name);
    for (const { name, type, dims } of graph.inputs) this.set(name, this.b.input(name, type, dims));
  }

  /** The value that stands for `name`; constants come over at their first use, under their own name. */
  value(name: string): Value {
    const known = this.#values.get(name);
    if (known !== undefined) return known;
    const tensor = this.#graph.initializers.get(name) ?? this.b.fail(`${name} is used before it is computed`);
    // Numbers and lists of numbers may be there already; what can be trained keeps its name.
    const isWeight = tensor.type === 'float32' && tensor.dims.length > 0;
    return this.set(name, isWeight ? this.b.weight(tensor, name) : this.b.constant(tensor, name));
  }

  /** Whether `name` is there already. */
  protected has(name: string): boolean {
    return this.#values.has(name);
  }

  set(name: string, value: Value): Value {
    this.#values.set(name, value);
    return value;
  }

  inputsOf(node: GraphNode): (Value | undefined)[] {
    return node.inputs.map((input) => (input === '' ? undefined : this.value(input)));
  }

  resultsOf(node: GraphNode): NodeResult[] {
    return node.outputs.map((output) => {
      const { type, dims } = this.#graph.values.get(output)!;
      return { type, dims };
    });
  }

  /** Brings a node over; its values may get new names where theirs are taken. */
  node(node: GraphNode): void {
    const outputs = this.b.nodes(
      node.op,
      this.inputsOf(node),
      node.attributes,
      this.resultsOf(node),
      node.name,
      node.domain,
    );
    for (const [i, output] of node.outputs.entries()) this.set(output, outputs[i]!);
  }
}

/**
 * The graph with more nodes behind it: `extend` gets the builder and the values of the old graph by name,
 * and states the outputs of the new one.
 * @throws VisageError `MODEL_INVALID`
 */
export function extendGraph(
  graph: Graph,
  name: string,
  extend: (b: GraphBuilder, value: (name: string) => Value) => void,
): Graph {
  const copy = new GraphCopy(graph, name);
  for (const node of graph.nodes) copy.node(node);
  extend(copy.b, (name) => copy.value(name));
  return copy.b.finish();
}
