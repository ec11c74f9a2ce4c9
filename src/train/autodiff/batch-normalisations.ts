import {
  add,
  concat,
  mul,
  scalar,
  split,
  sqrt,
  type GraphBuilder,
  type GraphNode,
  type Value,
} from '../../graph/index.ts';
import { float32Node } from './nodes.ts';
import { floatAttribute, intAttribute } from './operation.ts';

/** Mean and variance of a batch, 1/√(variance + ε) and γ/√(variance + ε), one number a channel. */
export type BatchStatistics = readonly [mean: Value, variance: Value, inverse: Value, factor: Value];

/**
 * All batch normalisations of a graph that are in training: they normalise by the batch, and their running averages move
 * on. What concerns one number a channel is done for all of them in one go: one at a time that is a dozen short nodes
 * each, more than a thousand in Inception-ResNet-v1.
 */
export class BatchNormalisations {
  readonly #b: GraphBuilder;
  readonly nodes: readonly GraphNode[];
  readonly #valueOf: (name: string) => Value;
  readonly #averages: readonly Value[];
  readonly #scratch: readonly Value[];

  /** @param valueOf the inputs of the nodes by name; running averages must be there already */
  constructor(
    b: GraphBuilder,
    graph: { readonly nodes: readonly GraphNode[] },
    valueOf: (name: string) => Value,
  ) {
    this.#b = b;
    this.nodes = trainingNormalisations(graph);
    this.#valueOf = valueOf;
    this.#averages = averagesOf(this.nodes).map(valueOf);
    this.#scratch = this.#each(this.#averages, (all) => mul(b, all, scalar(b, 0)));
  }

  includes(node: GraphNode): boolean {
    return this.nodes.includes(node);
  }

  /** Lists of channels, joined, changed and taken apart again. */
  #each(lists: readonly Value[], change: (all: Value) => Value): readonly Value[] {
    if (lists.length === 0) return [];
    const sizes = lists.map(({ dims }) => dims[0] as number);
    return split(this.#b, change(concat(this.#b, lists, 0)), 0, sizes);
  }

  /** A number of each node, once for each channel of each of `lists` lists. */
  #spread(name: string, lists: number, numberOf: (node: GraphNode) => number): Value {
    const data = this.nodes.flatMap((node, i) =>
      Array.from({ length: lists * (this.#averages[2 * i]!.dims[0] as number) }, () => numberOf(node)),
    );
    return this.#b.constant({ type: 'float32', dims: [data.length], data: Float32Array.from(data) }, name);
  }

  /**
   * Two lists that a node may write over: with a momentum of 0 the operator gives mean and variance of the batch
   * themselves, but puts them where the running ones lie that it was given (ONNX Runtime 1.30).
   */
  scratchOf(node: GraphNode): readonly Value[] {
    const at = 2 * this.nodes.indexOf(node);
    return this.#scratch.slice(at, at + 2);
  }

  /**
   * When all of them have run: what the way back needs of each, and the next state of each running average by name.
   * @param now mean and variance of the batch
   */
  finish(now: (node: GraphNode) => readonly Value[]): {
    readonly statistics: ReadonlyMap<GraphNode, BatchStatistics>;
    readonly next: ReadonlyMap<string, Value>;
  } {
    const b = this.#b;
    const [means, variances] = [0, 1].map((which) => this.nodes.map((node) => now(node)[which]!));
    const epsilon = this.#spread('epsilon', 1, (node) => floatAttribute(node, 'epsilon', 1e-5));
    const inverses = this.#each(variances!, (all) =>
      float32Node(b, 'Reciprocal', [sqrt(b, add(b, all, epsilon))], all.dims),
    );
    const gammas = this.nodes.map((node) => this.#valueOf(node.inputs[1]!));
    const factors = this.#each(inverses, (all) => mul(b, all, concat(b, gammas, 0)));
    const next = this.#each(this.#averages, (all) => {
      const stays = mul(b, all, this.#spread('momentum', 2, momentum));
      const rest = this.#spread('momentum/rest', 2, (node) => 1 - momentum(node));
      return add(b, stays, mul(b, concat(b, this.nodes.flatMap(now), 0), rest));
    });
    return {
      statistics: new Map(
        this.nodes.map((node, i) => [node, [means![i]!, variances![i]!, inverses[i]!, factors[i]!]]),
      ),
      next: new Map(averagesOf(this.nodes).map((name, i) => [name, next[i]!])),
    };
  }
}

const momentum = (node: GraphNode): number => floatAttribute(node, 'momentum', 0.9);

const trainingNormalisations = (graph: { readonly nodes: readonly GraphNode[] }): GraphNode[] =>
  graph.nodes.filter(
    (node) => node.op === 'BatchNormalization' && intAttribute(node, 'training_mode', 0) === 1,
  );

/** Running mean and running variance of each node. */
const averagesOf = (nodes: readonly GraphNode[]): string[] =>
  nodes.flatMap(({ inputs }) => inputs.slice(3, 5));

/** Names of the running averages that move. */
export const movingAverages = (graph: { readonly nodes: readonly GraphNode[] }): string[] =>
  averagesOf(trainingNormalisations(graph));
