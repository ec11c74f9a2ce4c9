import type { Graph } from '../graph/index.ts';
import { checkOptions, Random, type OptionsOf } from '../kernel/index.ts';
import type { TensorMap } from '../runtime/index.ts';
import { learningRateAt, scheduleOptions } from './optimiser/schedule.ts';
import { personBatches } from './person-batches.ts';
import { Trainer, trainerOptions, type TrainerState } from './trainer.ts';

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
  readonly score: (trainer: Trainer) => Promise<number>;
}

/** A line of the curve. */
export interface TrainingMoment {
  readonly step: number;
  readonly steps: number;
  /** Mean loss since the last look; `undefined` before the first step. */
  readonly loss: number | undefined;
  readonly activeShare: number | undefined;
  /** Of the last look. */
  readonly score: number;
  /** The best so far. */
  readonly best: number;
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
  /** `steps`: all were taken; `patience`: it got no better. */
  readonly end: 'steps' | 'patience';
  /** As it stands after the last step, to go on from. */
  readonly state: TrainerState;
}

/**
 * Trains with P × K batches, looks every so often at people that are kept apart, keeps the best network and
 * stops when it gets no better. Everything but the speeds in the history follows from the seed.
 * @param signal looked at between steps
 * @throws VisageError `TRAINING_DATA`, `TRAINING_DIVERGED`, `OPTION_INVALID`, `OPTION_UNKNOWN`; the reason of `signal`
 */
export async function fineTune(
  task: FineTuneTask,
  options: FineTuneOptions = {},
  onMoment?: (moment: TrainingMoment) => void,
  signal?: AbortSignal,
): Promise<FineTuned> {
  const settings = checkOptions('fineTune', fineTuneOptions, options);
  const pick = (schema: object): Record<string, unknown> =>
    Object.fromEntries(Object.keys(schema).map((name) => [name, settings[name as keyof typeof settings]]));
  const { steps, peoplePerBatch, photosPerPerson, checkEvery, patience } = settings;
  const random = new Random(settings.seed).fork('fine-tune');
  const people = Math.max(0, ...Array.from(task.people)) + 1;
  // Too little data is told before a session is opened for it.
  personBatches(task.people, peoplePerBatch, photosPerPerson, random, 0);

  await using trainer = Trainer.open(task.graph, task.weights, people, pick(trainerOptions));
  if (settings.loss === 'arcface') await placeCentres(task, trainer, random);
  const history: TrainingMoment[] = [];
  let best = { score: await task.score(trainer), step: 0, graph: task.graph };
  let [lossSum, activeSum, counted, photos] = [0, 0, 0, 0];
  let since = performance.now();
  const look = (score: number): void => {
    const seconds = (performance.now() - since) / 1000;
    const moment: TrainingMoment = {
      step: trainer.steps,
      steps,
      loss: counted === 0 ? undefined : lossSum / counted,
      activeShare: counted === 0 || settings.loss === 'arcface' ? undefined : activeSum / counted,
      score,
      best: best.score,
      photosPerSecond: photos / Math.max(seconds, 1e-9),
      secondsLeft: counted === 0 ? Number.NaN : ((steps - trainer.steps) * seconds) / counted,
    };
    history.push(moment);
    onMoment?.(moment);
    [lossSum, activeSum, counted, photos] = [0, 0, 0, 0];
    since = performance.now();
  };
  look(best.score);

  let end: FineTuned['end'] = 'steps';
  training: for (let pass = 0; trainer.steps < steps; pass++) {
    for (const batch of personBatches(task.people, peoplePerBatch, photosPerPerson, random, pass)) {
      signal?.throwIfAborted();
      const step = trainer.steps;
      const inputs = await task.batch(batch, random.fork(`step ${step}`));
      const own = Uint32Array.from(batch, (photo) => task.people[photo]!);
      const report = await trainer.step(inputs, own, learningRateAt(step, steps, pick(scheduleOptions)));
      lossSum += report.loss;
      activeSum += report.activeShare ?? 0;
      counted++;
      photos += batch.length;
      const isLast = trainer.steps >= steps;
      if (trainer.steps % checkEvery === 0 || isLast) {
        const score = await task.score(trainer);
        if (score > best.score) best = { score, step: trainer.steps, graph: trainer.network };
        look(score);
        if (trainer.steps - best.step >= patience * checkEvery) {
          end = 'patience';
          break training;
        }
      }
      if (isLast) break training;
      // Timers, signals and whoever else waits for this thread get their turn.
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    }
  }
  return { graph: best.graph, history, bestStep: best.step, end, state: trainer.state };
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
