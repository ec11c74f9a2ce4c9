import { encodeModel } from '../formats/index.ts';
import { toModel, type Graph, type Value } from '../graph/index.ts';
import { visageError, type Tensor } from '../kernel/index.ts';
import { convolutionBlock, openLocalSession, type LocalSession, type TensorMap } from '../runtime/index.ts';
import {
  differentiate,
  gradientName,
  nextName,
  type DifferentiateOptions,
} from './autodiff/differentiate.ts';
import { withMatrices } from './autodiff/matrix-layout.ts';
import { ordinaryList, type Allocate } from './optimiser/list-memory.ts';
import type { Parameters } from './optimiser/optimiser.ts';

type Float32Tensor = Tensor<'float32'>;

/** The float32 constants of a graph by name, copied, so that they can be changed. */
export function weightsOf(graph: Graph, names: readonly string[]): Map<string, Float32Tensor> {
  return new Map(
    names.map((name) => {
      const tensor = graph.initializers.get(name);
      if (tensor?.type !== 'float32') {
        throw visageError('MODEL_INVALID', { network: graph.name, reason: `it has no weight ${name}` });
      }
      return [name, { type: 'float32', dims: tensor.dims, data: tensor.data.slice() }];
    }),
  );
}

/** The graph with other numbers in place of some of its constants. */
export function withWeights(graph: Graph, weights: ReadonlyMap<string, Float32Tensor>): Graph {
  const initializers = new Map(graph.initializers);
  for (const [name, { dims, data }] of weights) {
    if (initializers.has(name)) initializers.set(name, { type: 'float32', dims, data: data.slice() });
  }
  return { ...graph, initializers };
}

/** The graph with some of its constants as inputs, under their own names. */
export function weightsAsInputs(graph: Graph, names: readonly string[]): Graph {
  const initializers = new Map(graph.initializers);
  const inputs: Value[] = names.flatMap((name) => {
    if (!initializers.delete(name)) return [];
    return [graph.values.get(name)!];
  });
  return { ...graph, inputs: [...graph.inputs, ...inputs], initializers };
}

/** Names of the running averages of batch normalisations: they move, but not by gradients. */
export const runningAveragesOf = (graph: Graph): string[] =>
  graph.nodes.flatMap((node) => (node.op === 'BatchNormalization' ? node.inputs.slice(3, 5) : []));

export interface GradientSessionOptions extends DifferentiateOptions {
  /** Threads of a run; by default one for each core. */
  readonly threads?: number;
  /** What gradients lie in; by default lists of their own. */
  readonly allocate?: Allocate;
}

/**
 * A differentiated graph ready to run: gradients lie in lists of their own, which each run fills anew,
 * and running averages move on in `weights`, where they lie beside what is trained.
 */
export class GradientSession implements AsyncDisposable {
  readonly #session: LocalSession;
  readonly #weights: ReadonlyMap<string, Float32Tensor>;
  readonly #targets: TensorMap;
  readonly #states: readonly string[];
  /** By weight. */
  readonly gradients: Parameters;

  private constructor(
    graph: Graph,
    session: LocalSession,
    weights: ReadonlyMap<string, Float32Tensor>,
    trained: readonly string[],
    allocate: Allocate,
  ) {
    this.#session = session;
    this.#weights = weights;
    this.#states = [...weights.keys()].filter((name) => session.outputNames.includes(nextName(name)));
    const fresh = (output: string, allocated: Allocate): Float32Tensor => {
      const dims = graph.values.get(output)!.dims as readonly number[];
      const count = dims.reduce((product, size) => product * size, 1);
      return { type: 'float32', dims, data: allocated(count) };
    };
    const gradients = trained.map((name) => [name, fresh(gradientName(name), allocate)] as const);
    this.gradients = new Map(gradients.map(([name, { data }]) => [name, data]));
    this.#targets = Object.fromEntries([
      ...gradients.map(([name, tensor]) => [gradientName(name), tensor] as const),
      ...this.#states.map((name) => [nextName(name), fresh(nextName(name), ordinaryList)] as const),
    ]);
  }

  /**
   * @param weights what is trained and what moves along; read at each run
   * @throws VisageError `MODEL_INVALID`, `INFERENCE_FAILED`
   */
  static async open(
    graph: Graph,
    weights: ReadonlyMap<string, Float32Tensor>,
    { threads, allocate = ordinaryList, ...options }: GradientSessionOptions,
  ): Promise<GradientSession> {
    const gradients = differentiate(withMatrices(graph, options.weights), {
      channelBlock: await convolutionBlock(),
      ...options,
    });
    const model = encodeModel(toModel(gradients));
    // A step is thousands of short nodes: many end before a sleeping thread has woken to take its half.
    const session = await openLocalSession(gradients.name, model, {
      spinning: true,
      ...(threads !== undefined && { threads }),
    });
    return new GradientSession(gradients, session, weights, options.weights, allocate);
  }

  /**
   * Forward and backward. Fills `gradients`, moves the running averages on, and gives the outputs.
   * @throws VisageError `INFERENCE_FAILED`
   */
  async run(inputs: TensorMap): Promise<TensorMap> {
    const feeds: Record<string, Tensor> = {};
    for (const name of this.#session.inputNames) {
      feeds[name] = inputs[name] ?? this.#weights.get(name)!;
    }
    const outputs = await this.#session.run(feeds, this.#targets);
    for (const name of this.#states) {
      this.#weights.get(name)!.data.set((this.#targets[nextName(name)] as Float32Tensor).data);
    }
    return outputs;
  }

  close(): Promise<void> {
    return this.#session.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
