import type { OnnxModel, OnnxNode, OnnxTensor, OnnxType } from '../formats/onnx/index.ts';

/** A size: a number, or an expression over sizes known when the network runs, e.g. `ceil(height/2)`. */
export type Dim = number | string;

/** What flows between nodes. */
export interface Value {
  readonly name: string;
  readonly type: OnnxType;
  readonly dims: readonly Dim[];
}

/** One operation of a graph, by ONNX's operator names. */
export type GraphNode = OnnxNode;

/**
 * A network as data: what later stages read, change or differentiate. Nodes stand in an order in
 * which they can be computed; every value has one producer (a node, an input or an initializer).
 */
export interface Graph {
  readonly name: string;
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  readonly nodes: readonly GraphNode[];
  /** Weights and other constants by the names of their values. */
  readonly initializers: ReadonlyMap<string, OnnxTensor>;
  /** Every value, initializers included, by name. */
  readonly values: ReadonlyMap<string, Value>;
}

/**
 * Operator set 17 and IR version 8 belong together (ONNX 1.12) and are the newest in which
 * `ReduceMean` and `Split` keep their axes and sizes as older importers expect them.
 */
export const opsetVersion = 17;
const irVersion = 8;
/** Of operators that are not ONNX's own but a runtime's: all of ONNX Runtime's are of version 1. */
const otherOpsetVersion = 1;

/** The graph as a whole ONNX model. The same graph gives the same bytes. */
export function toModel(graph: Graph, metadata: ReadonlyMap<string, string> = new Map()): OnnxModel {
  return {
    irVersion,
    opsets: new Map([
      ...graph.nodes.map(({ domain }): [string, number] => [domain, otherOpsetVersion]),
      ['', opsetVersion],
    ]),
    producerName: 'visage',
    producerVersion: '',
    domain: '',
    modelVersion: 0n,
    graph: {
      name: graph.name,
      nodes: graph.nodes,
      initializers: graph.initializers,
      inputs: graph.inputs,
      outputs: graph.outputs,
      values: [],
    },
    metadata,
  };
}
