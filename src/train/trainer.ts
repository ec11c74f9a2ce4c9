import { encodeModel } from '../formats/index.ts';
import { toModel, type Graph } from '../graph/index.ts';
import { checkOptions, Random, visageError, type Tensor } from '../kernel/index.ts';
import { openLocalSession, type LocalSession, type TensorMap } from '../runtime/index.ts';
import { centresName, initialCentres, placeCentres } from './arcface-centres.ts';
import { gradientName } from './autodiff/differentiate.ts';
import { withBatchStatistics } from './batch-statistics.ts';
import {
  GradientSession,
  runningAveragesOf,
  weightsAsInputs,
  weightsOf,
  withWeights,
} from './gradient-session.ts';
import { lossGraph, unitGraph } from './loss/network-with-loss.ts';
import { tripletLoss } from './loss/triplet.ts';
import { moveIntoMemory, type ListMemory } from './optimiser/list-memory.ts';
import {
  addGradients,
  createOptimiser,
  momentsOf,
  optimiserOptions,
  type Optimiser,
  type OptimiserState,
  type Parameters,
} from './optimiser/optimiser.ts';
import { rowsOf } from './rows.ts';
import { trainerOptions, type TrainerOptions, type TrainerSettings } from './trainer-options.ts';

/** What one step did. */
export interface StepReport {
  /** From 1. */
  readonly step: number;
  readonly loss: number;
  /** Share of the triplets, or of one person's pairs, that still push, in [0, 1]; `undefined` without either. */
  readonly activeShare: number | undefined;
  /** Length of the whole gradient before clipping. */
  readonly gradientNorm: number;
}

/** All that a training needs to go on as if it had never stopped. */
export interface TrainerState {
  readonly weights: ReadonlyMap<string, Tensor<'float32'>>;
  readonly optimiser: OptimiserState;
}

/** Weights that decay pulls on: matrices and filters, not biases and normalisations (He et al. 2019, "Bag of tricks"). */
const decays = (dims: readonly number[]): boolean => dims.length > 1;

/**
 * Trains chosen weights of a network with the output `embedding`, a batch a step.
 *
 * Where the loss can be part of the graph (contrastive, arcface; batch-hard and batch-all triplets; a batch that fits at
 * once) one run does all. Otherwise the batch is embedded in micro-batches, mined, and each micro-batch
 * then goes forward and backward with its part of dL/dembedding (Gao et al. 2021, "gradient caching"):
 * with frozen batch normalisation exactly the gradient of the whole batch, in the memory of a part.
 */
export class Trainer implements AsyncDisposable {
  readonly #graph: Graph;
  readonly #settings: TrainerSettings;
  readonly #people: number;
  readonly #trained: readonly string[];
  readonly #optimiser: Optimiser;
  readonly #weights: Map<string, Tensor<'float32'>>;
  readonly #random: Random;
  readonly #memory: ListMemory;
  #gradients: GradientSession | undefined;
  #embedder: LocalSession | undefined;
  #embedderWeights: readonly string[] = [];

  private constructor(
    graph: Graph,
    trained: readonly string[],
    people: number,
    settings: TrainerSettings,
    state: TrainerState | undefined,
  ) {
    this.#graph = graph;
    this.#settings = settings;
    this.#people = people;
    this.#random = new Random(settings.seed);
    const states = settings.batchNorm === 'batch' ? runningAveragesOf(graph) : [];
    this.#weights = weightsOf(graph, [...new Set([...trained, ...states])]);
    this.#trained = trained;
    if (settings.loss === 'arcface') {
      const dimension = Number(graph.values.get('embedding')!.dims[1]);
      this.#weights.set(centresName, initialCentres(dimension, people, this.#random.fork(centresName)));
      this.#trained = [...trained, centresName];
    }
    for (const [name, { data }] of state?.weights ?? []) {
      const own = this.#weights.get(name);
      if (own?.data.length !== data.length) {
        const reason = `the state holds ${data.length} numbers of ${name}, the network ${own?.data.length ?? 'none'}`;
        throw visageError('MODEL_INVALID', { network: graph.name, reason });
      }
      own.data.set(data);
    }
    const own = Object.fromEntries(
      Object.keys(optimiserOptions).map((name) => [name, settings[name as keyof typeof optimiserOptions]]),
    );
    // Weights, their gradients and moments lie where the optimiser finds them without a copy.
    const { memory, moved } = moveIntoMemory(this.#parameters(), 2 + momentsOf(settings.method));
    for (const [name, data] of moved) {
      const { type, dims } = this.#weights.get(name)!;
      this.#weights.set(name, { type, dims, data });
    }
    this.#memory = memory;
    this.#optimiser = createOptimiser(own, state?.optimiser, memory.list);
  }

  /** What is trained, as it is now. */
  #parameters(): Parameters {
    return new Map(this.#trained.map((name) => [name, this.#weights.get(name)!.data]));
  }

  /**
   * @param graph with one or more inputs [batch, …] and the output `embedding` [batch, dimension]
   * @param weights the constants to be trained, by name
   * @param people how many people there are to tell apart; their numbers go from 0
   * @param state to go on from
   * @throws VisageError `OPTION_INVALID`, `OPTION_UNKNOWN`, `MODEL_INVALID`, also for the state of another network
   */
  static open(
    graph: Graph,
    weights: readonly string[],
    people: number,
    options: TrainerOptions = {},
    state?: TrainerState,
  ): Trainer {
    return new Trainer(graph, weights, people, checkOptions('Trainer', trainerOptions, options), state);
  }

  /** A snapshot. */
  get state(): TrainerState {
    const { step, moments } = this.#optimiser.state;
    return {
      weights: new Map(
        [...this.#weights].map(([name, { type, dims, data }]) => [name, { type, dims, data: data.slice() }]),
      ),
      optimiser: {
        step,
        moments: new Map([...moments].map(([name, lists]) => [name, lists.map((list) => list.slice())])),
      },
    };
  }

  /** Steps taken so far. */
  get steps(): number {
    return this.#optimiser.state.step;
  }

  /** The network with its weights as they are now. */
  get network(): Graph {
    return withWeights(this.#graph, this.#weights);
  }

  /** Whether loss and gradients come out of one run. */
  #isWhole(count: number): boolean {
    const { loss, mining, microBatch } = this.#settings;
    if (microBatch > 0 && microBatch < count && loss === 'triplet') return false;
    return loss !== 'triplet' || mining === 'batch-hard' || mining === 'batch-all';
  }

  #threads(): { threads?: number } {
    return this.#settings.threads > 0 ? { threads: this.#settings.threads } : {};
  }

  /**
   * One step.
   * @param inputs of the network, one row a photo
   * @param people of each photo, from 0
   * @throws VisageError `TRAINING_DIVERGED`, `INFERENCE_FAILED`
   */
  async step(inputs: TensorMap, people: ArrayLike<number>, learningRate: number): Promise<StepReport> {
    const step = this.steps + 1;
    const whole = this.#isWhole(people.length);
    const { loss, activeShare, gradients } = whole
      ? await this.#wholeStep(inputs, people)
      : await this.#partsStep(inputs, people, step);
    if (!Number.isFinite(loss)) throw diverged(step, `the loss is ${loss}`);
    const gradientNorm = this.#optimiser.step(this.#parameters(), gradients, learningRate, (name) =>
      decays(this.#weights.get(name)!.dims),
    );
    if (!Number.isFinite(gradientNorm)) throw diverged(step, `the gradient has the length ${gradientNorm}`);
    return { step, loss, activeShare, gradientNorm };
  }

  #normalising(): Graph {
    return this.#settings.batchNorm === 'batch' ? withBatchStatistics(this.#graph) : this.#graph;
  }

  #gradientSession(graph: Graph, output: string): Promise<GradientSession> {
    const allocate = this.#memory.list;
    const options = { weights: this.#trained, outputs: [output], allocate, ...this.#threads() };
    return GradientSession.open(graph, this.#weights, options);
  }

  async #wholeStep(inputs: TensorMap, people: ArrayLike<number>) {
    this.#gradients ??= await this.#gradientSession(
      lossGraph(this.#normalising(), this.#settings, this.#weights.get(centresName)),
      'loss',
    );
    const count = people.length;
    const given: Record<string, Tensor> = { ...inputs };
    if (this.#settings.loss === 'arcface') {
      const wanted = new Float32Array(count * this.#people);
      for (let i = 0; i < count; i++) wanted[i * this.#people + people[i]!] = 1;
      given['wanted'] = { type: 'float32', dims: [count, this.#people], data: wanted };
    } else {
      const data = BigInt64Array.from({ length: count }, (_, i) => BigInt(people[i]!));
      given['people'] = { type: 'int64', dims: [count], data };
    }
    const outputs = await this.#gradients.run(given);
    const number = (name: string): number | undefined => outputs[name]?.data[0] as number | undefined;
    return { loss: number('loss')!, activeShare: number('active'), gradients: this.#gradients.gradients };
  }

  async #partsStep(inputs: TensorMap, people: ArrayLike<number>, step: number) {
    const count = people.length;
    const size = this.#settings.microBatch > 0 ? this.#settings.microBatch : count;
    const embeddings = await this.embed(inputs, count);
    const dimension = embeddings.length / count;
    const { margin, mining, softMargin } = this.#settings;
    const random = this.#random.fork(`mining ${step}`);
    const { loss, gradient, triplets, active } = tripletLoss({ embeddings, dimension, people }, random, {
      margin,
      mining,
      softMargin,
    });
    this.#gradients ??= await this.#gradientSession(unitGraph(this.#normalising()), 'unit');
    const total = new Map<string, Float32Array>();
    for (let from = 0; from < count; from += size) {
      const to = Math.min(from + size, count);
      const part: Tensor = {
        type: 'float32',
        dims: [to - from, dimension],
        data: gradient.subarray(from * dimension, to * dimension),
      };
      await this.#gradients.run({ ...rowsOf(inputs, from, to), [gradientName('unit')]: part });
      addGradients(total, this.#gradients.gradients);
    }
    return { loss, activeShare: triplets === 0 ? 0 : active / triplets, gradients: total };
  }

  /**
   * Unit embeddings with the weights as they are now and frozen normalisation, [count, dimension].
   * @throws VisageError `INFERENCE_FAILED`
   */
  async embed(inputs: TensorMap, count: number): Promise<Float32Array> {
    const size = this.#settings.microBatch > 0 ? this.#settings.microBatch : count;
    if (this.#embedder === undefined) {
      this.#embedderWeights = [...this.#weights.keys()].filter((name) => this.#graph.initializers.has(name));
      const graph = weightsAsInputs(unitGraph(this.#graph), this.#embedderWeights);
      this.#embedder = await openLocalSession(graph.name, encodeModel(toModel(graph)), this.#threads());
    }
    const weights = Object.fromEntries(this.#embedderWeights.map((name) => [name, this.#weights.get(name)!]));
    let embeddings: Float32Array | undefined;
    for (let from = 0; from < count; from += size) {
      const part = rowsOf(inputs, from, Math.min(from + size, count));
      const { data, dims } = (await this.#embedder.run({ ...part, ...weights }))['unit'] as Tensor<'float32'>;
      embeddings ??= new Float32Array(count * dims[1]!);
      embeddings.set(data, from * dims[1]!);
    }
    return embeddings ?? new Float32Array(0);
  }

  /**
   * Puts the centre of each person of the `arcface` loss into the middle of these unit embeddings: a network that
   * knows people already is not pulled towards centres at random first.
   */
  placeCentres(embeddings: Float32Array, people: ArrayLike<number>): void {
    const centres = this.#weights.get(centresName);
    if (centres !== undefined) placeCentres(centres, embeddings, people);
  }

  async close(): Promise<void> {
    await this.#gradients?.close();
    await this.#embedder?.close();
    this.#gradients = undefined;
    this.#embedder = undefined;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

const diverged = (step: number, reason: string) =>
  visageError('TRAINING_DIVERGED', {
    step,
    reason,
    advice:
      'Try a learning rate ten times lower, or shorten gradients with clipNorm; nothing was saved over.',
  });
