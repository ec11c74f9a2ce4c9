import type { Graph } from '../graph/index.ts';
import { checkOptions, Random, visageError, type OptionsOf, type Tensor } from '../kernel/index.ts';
import type { TensorMap } from '../runtime/index.ts';
import { weightsOf, withWeights } from './gradient-session.ts';
import { learningRateAt, scheduleOptions } from './optimiser/schedule.ts';
import { personBatches } from './person-batches.ts';
import { trainerOptions } from './trainer-options.ts';
import { Trainer, type StepReport, type TrainerState } from './trainer.ts';

/** Options of {@link fineTune}, beside those of the trainer. */
export const fineTuneOptions = {
  ...trainerOptions,
  ...scheduleOptions,
  steps: { type: 'number', integer: true, default: 600, min: 1, description: 'most steps' },
  peoplePerBatch: {
    type: 'number',
    integer: true,
    default: 32,
    min: 2,
    max: 4096,
    description: 'people in a batch',
  },
  photosPerPerson: {
    type: 'number',
    integer: true,
    default: 4,
    min: 2,
    max: 256,
    description: 'photos of each',
  },
  checkEvery: {
    type: 'number',
    integer: true,
    default: 25,
    min: 1,
    description: 'steps between two looks at the people kept apart',
  },
  patience: {
    type: 'number',
    integer: true,
    default: 8,
    min: 1,
    description: 'looks without a better score after which the training stops',
  },
  minutes: {
    type: 'number',
    default: 0,
    min: 0,
    description: 'minutes by the clock after which the training stops, with the best so far; 0: no limit',
  },
} as const;

export type FineTuneOptions = Partial<OptionsOf<typeof fineTuneOptions>>;

/** What is trained on what. */
export interface FineTuneTask {
  /** With the output `embedding` [batch, dimension]. */
  readonly graph: Graph;
  /** Names of the constants that are trained. */
  readonly weights: readonly string[];
  /** Whose each photo is, from 0. */
  readonly people: ArrayLike<number>;
  /** The inputs of the network for these photos, varied at random where that is wanted. */
  readonly batch: (photos: Uint32Array, random: Random) => TensorMap | Promise<TensorMap>;
  /** How good the network is by people kept apart; the higher, the better. */
  readonly score: (trainer: Trainer) => Promise<number | TrainingScore>;
}

/** A score with figures beside it that the curve is to remember. */
export interface TrainingScore {
  readonly value: number;
  /** Finite, equally many each time. */
  readonly details: readonly number[];
}

/** A line of the curve. */
export interface TrainingMoment {
  readonly step: number;
  readonly steps: number;
  /** Mean loss since the last look; `undefined` before the first step. */
  readonly loss: number | undefined;
  readonly activeShare: number | undefined;
  /** Of the last step; `undefined` before the first. */
  readonly learningRate: number | undefined;
  /** Of the last look. */
  readonly score: number;
  /** The best so far. */
  readonly best: number;
  /** What the task said beside the score. */
  readonly details: readonly number[];
  readonly photosPerSecond: number;
  /** Until the last step, should the training not stop before. */
  readonly secondsLeft: number;
}

export interface FineTuned {
  /** The network as it was when its score was best; the one that was given where none was better. */
  readonly graph: Graph;
  readonly history: readonly TrainingMoment[];
  /** The step of the best score, 0 for the network that was given. */
  readonly bestStep: number;
  /** `steps`: all were taken; `patience`: it got no better; `time`: the minutes were over. */
  readonly end: 'steps' | 'patience' | 'time';
  /** As it stands after the last step, to go on from. */
  readonly state: TrainerState;
}

/** All that {@link fineTune} needs to go on as if it had never stopped. */
export interface FineTuneProgress {
  readonly state: TrainerState;
  readonly best: {
    readonly score: number;
    readonly step: number;
    /** What is trained, as it was then. */
    readonly weights: ReadonlyMap<string, Tensor<'float32'>>;
  };
  readonly history: readonly TrainingMoment[];
  /** Loss of the first step, before anything had changed. */
  readonly firstLoss: number | undefined;
}

/** Who takes part in a training, beside the task. */
export interface FineTuneHooks {
  /** Called after each step. */
  readonly onStep?: ((report: StepReport, photos: number) => void) | undefined;
  /** Where an earlier training stopped. */
  readonly from?: FineTuneProgress | undefined;
  /** Called after each look. What it throws ends the training. */
  readonly keep?: ((progress: FineTuneProgress) => Promise<void>) | undefined;
}

/**
 * A loss so many times that of the first step, beside a score of less than this share of what it was at the start:
 * the network forgets, it does not learn. Triplets of embeddings that fell together have the loss of the margin.
 */
const runawayLoss = 1.5;
const runawayScore = 0.8;

/**
 * Trains with P × K batches, looks every so often at people that are kept apart, keeps the best network and
 * stops when it gets no better. Everything but the speeds in the history follows from the seed (save with
 * `minutes`); a training that goes on from what it kept ends as one that never stopped.
 * @param signal looked at between steps
 * @throws VisageError `TRAINING_DATA`, `TRAINING_DIVERGED`, `OPTION_INVALID`, `OPTION_UNKNOWN`; the reason of `signal`
 */
export async function fineTune(
  task: FineTuneTask,
  options: FineTuneOptions = {},
  onMoment?: (moment: TrainingMoment) => void,
  signal?: AbortSignal,
  { from, keep, onStep }: FineTuneHooks = {},
): Promise<FineTuned> {
  const settings = checkOptions('fineTune', fineTuneOptions, options);
  const pick = (schema: object): Record<string, unknown> =>
    Object.fromEntries(Object.keys(schema).map((name) => [name, settings[name as keyof typeof settings]]));
  const { steps, peoplePerBatch, photosPerPerson, checkEvery, patience, minutes } = settings;
  const random = new Random(settings.seed).fork('fine-tune');
  const people = Math.max(0, ...Array.from(task.people)) + 1;
  const batchesOf = (pass: number) =>
    personBatches(task.people, peoplePerBatch, photosPerPerson, random, pass);
  // Too little data is told before a session is opened for it.
  const perPass = batchesOf(0).length;

  await using trainer = Trainer.open(task.graph, task.weights, people, pick(trainerOptions), from?.state);
  if (settings.loss === 'arcface' && from === undefined) await placeCentres(task, trainer, random);
  const history: TrainingMoment[] = [...(from?.history ?? [])];
  const scoreNow = async (): Promise<TrainingScore> => {
    const score = await task.score(trainer);
    return typeof score === 'number' ? { value: score, details: [] } : score;
  };
  let best =
    from === undefined
      ? { score: Number.NEGATIVE_INFINITY, step: 0, graph: task.graph }
      : { ...from.best, graph: bestGraph(task.graph, from.best) };
  let { firstLoss } = from ?? {};
  let [lossSum, activeSum, counted, photos] = [0, 0, 0, 0];
  const started = performance.now();
  let since = started;
  const look = async (score: TrainingScore, learningRate: number | undefined): Promise<void> => {
    if (score.value > best.score) {
      best = {
        score: score.value,
        step: trainer.steps,
        graph: trainer.steps === 0 ? task.graph : trainer.network,
      };
    }
    const seconds = (performance.now() - since) / 1000;
    const moment: TrainingMoment = {
      step: trainer.steps,
      steps,
      loss: counted === 0 ? undefined : lossSum / counted,
      activeShare: counted === 0 || settings.loss === 'arcface' ? undefined : activeSum / counted,
      learningRate,
      score: score.value,
      best: best.score,
      details: score.details,
      photosPerSecond: photos / Math.max(seconds, 1e-9),
      secondsLeft: counted === 0 ? Number.NaN : ((steps - trainer.steps) * seconds) / counted,
    };
    history.push(moment);
    onMoment?.(moment);
    [lossSum, activeSum, counted, photos] = [0, 0, 0, 0];
    await keep?.({
      state: trainer.state,
      best: { score: best.score, step: best.step, weights: weightsOf(best.graph, task.weights) },
      history: [...history],
      firstLoss,
    });
    since = performance.now();
  };
  if (from === undefined) await look(await scoreNow(), undefined);

  let end: FineTuned['end'] = 'steps';
  const noBetter = (): boolean => trainer.steps - best.step >= patience * checkEvery;
  if (noBetter()) end = 'patience';
  training: for (
    let pass = Math.floor(trainer.steps / perPass);
    trainer.steps < steps && end === 'steps';
    pass++
  ) {
    for (const batch of batchesOf(pass).slice(trainer.steps - pass * perPass)) {
      signal?.throwIfAborted();
      const step = trainer.steps;
      const inputs = await task.batch(batch, random.fork(`step ${step}`));
      const own = Uint32Array.from(batch, (photo) => task.people[photo]!);
      const learningRate = learningRateAt(step, steps, pick(scheduleOptions));
      const report = await trainer.step(inputs, own, learningRate);
      firstLoss ??= report.loss;
      lossSum += report.loss;
      activeSum += report.activeShare ?? 0;
      counted++;
      photos += batch.length;
      onStep?.(report, batch.length);
      const isLate = minutes > 0 && performance.now() - started >= minutes * 60_000;
      const isLast = trainer.steps >= steps || isLate;
      if (trainer.steps % checkEvery === 0 || isLast) {
        const score = await scoreNow();
        const loss = { first: firstLoss, now: lossSum / counted };
        refuseRunaway(trainer.steps, loss, history[0]!.score, score.value);
        await look(score, learningRate);
        if (noBetter()) end = 'patience';
        else if (isLate && trainer.steps < steps) end = 'time';
      }
      if (isLast || end !== 'steps') break training;
      // Timers, signals and whoever else waits for this thread get their turn.
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    }
  }
  return { graph: best.graph, history, bestStep: best.step, end, state: trainer.state };
}

const bestGraph = (graph: Graph, { step, weights }: FineTuneProgress['best']): Graph =>
  step === 0 ? graph : withWeights(graph, weights);

/** @throws VisageError `TRAINING_DIVERGED` */
function refuseRunaway(
  step: number,
  loss: { readonly first: number; readonly now: number },
  scoreAtStart: number,
  score: number,
): void {
  if (loss.now <= runawayLoss * loss.first || score >= runawayScore * scoreAtStart) return;
  throw visageError('TRAINING_DIVERGED', {
    step,
    reason: `the loss rose from ${loss.first.toFixed(4)} to ${loss.now.toFixed(4)}, and the score fell from ${scoreAtStart.toFixed(3)} to ${score.toFixed(3)}`,
    advice: 'Try a learning rate ten times lower; nothing was saved over.',
  });
}

/** Photos that are embedded at once to find the middle of each person. */
const photosAtOnce = 128;

async function placeCentres(task: FineTuneTask, trainer: Trainer, random: Random): Promise<void> {
  const photos = Uint32Array.from({ length: task.people.length }, (_, photo) => photo);
  const parts: Float32Array[] = [];
  for (let from = 0; from < photos.length; from += photosAtOnce) {
    const part = photos.subarray(from, from + photosAtOnce);
    const inputs = await task.batch(part, random.fork(`centres ${from}`));
    parts.push(await trainer.embed(inputs, part.length));
  }
  const embeddings = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    embeddings.set(part, at);
    at += part.length;
  }
  trainer.placeCentres(embeddings, task.people);
}
