import type { Graph } from '../graph/index.ts';
import { checkOptions, Random, visageError, type OptionsOf } from '../kernel/index.ts';
import { blendGraphs } from './blend.ts';
import {
  fineTune,
  fineTuneOptions,
  type FineTuned,
  type FineTuneHooks,
  type TrainingMoment,
} from './fine-tune.ts';
import { weightsOf, withWeights } from './gradient-session.ts';
import { divideForTraining, type PhotoRoles } from './photo-roles.ts';
import { meanRows, variedRows, type TrunkShape } from './feature-rows.ts';
import { gentleBlend, gentleFineTuning } from './gentle-fine-tuning.ts';
import { strangerDistance } from './stranger-distance.ts';
import { Trainer } from './trainer.ts';
import type { FaceFeatures, Trunk } from './trunk.ts';
import {
  hasBothKinds,
  judgeTrials,
  trialsAmong,
  trialsBetween,
  type PlacedEmbeddings,
  type TrialOutcome,
  type VerificationTrials,
} from './verification-trials.ts';

/** Options of {@link fineTuneHead} beside those of `fineTune`. */
export const fineTuneHeadOptions = {
  ...fineTuneOptions,
  apart: {
    type: 'number',
    default: 0.2,
    exclusiveMin: 0,
    max: 0.9,
    description: 'share of the people that are kept apart to choose and to judge by',
  },
  blend: {
    type: 'number',
    default: gentleBlend,
    exclusiveMin: 0,
    max: 1,
    description: 'how far from the old head to the new one, see `blendGraphs`',
  },
} as const;

export type FineTuneHeadOptions = Partial<OptionsOf<typeof fineTuneHeadOptions>>;

/** How one kind of photos fares, before and after. */
export interface BeforeAndAfter {
  readonly trials: VerificationTrials;
  readonly before: TrialOutcome;
  readonly after: TrialOutcome;
}

/**
 * True accept rates at a false accept rate of 1e-3 on the photos that choose, from the details of a moment: of people
 * never seen, and of new photos of trained people where somebody has photos to spare.
 */
export function ratesOf({ details }: TrainingMoment): { readonly unseen: number; readonly fresh?: number } {
  const [unseen, fresh] = details;
  return { unseen: unseen!, ...(fresh !== undefined && { fresh }) };
}

export interface TunedHead {
  /** The whole network with its new head, part of the way back. */
  readonly network: Graph;
  readonly training: FineTuned;
  readonly roles: PhotoRoles;
  /** How far from the old head to the new one it is. */
  readonly blend: number;
  /** On photos that neither trained nor chose: of people never seen, and new ones of trained people. */
  readonly unseen: BeforeAndAfter;
  readonly fresh: BeforeAndAfter | undefined;
  /** Embeddings of unit length of people never seen, all of them, by the new network. */
  readonly apart: PlacedEmbeddings;
}

/** Photos that are compared with each other at most: 80,000 pairs are sorted in a blink. */
const mostPhotos = 400;
/** Photos between which the line is drawn at most: two million pairs, of which two thousand lie below it. */
const mostPhotosOfLine = 2000;
/** Photos of each trained person that new ones are compared with. */
const knownPhotosEach = 3;

/**
 * Trains the head of a network further on features of its trunk. Some people are kept apart, and of trained people
 * with photos enough some photos: the ones choose when to stop, the others judge.
 *
 * Options that are not given are those of {@link gentleFineTuning}, with the contrastive loss. Its `threshold` is then
 * measured: where the old head draws the line between the people that are trained on, see {@link strangerDistance}.
 * @throws VisageError `TRAINING_DATA`, `TRAINING_DIVERGED`, `TRAINING_NO_GAIN`, `OPTION_INVALID`, `OPTION_UNKNOWN`;
 *   the reason of `signal`
 */
export async function fineTuneHead(
  trunk: Pick<Trunk, 'network' | 'head' | 'at' | 'weights' | 'featureSize' | 'views'>,
  faces: readonly FaceFeatures[],
  options: FineTuneHeadOptions = {},
  onMoment?: (moment: TrainingMoment) => void,
  signal?: AbortSignal,
  hooks: FineTuneHooks = {},
): Promise<TunedHead> {
  const given = { ...gentleFineTuning(options.loss ?? 'contrastive'), ...options };
  const { apart, blend, ...checked } = checkOptions('fineTuneHead', fineTuneHeadOptions, given);
  const { head, at, weights } = trunk;
  const random = new Random(checked.seed);
  const owners = faces.map(({ person }) => person);
  const roles = divideForTraining(owners, apart, random.fork('people apart'));
  const numberOf = new Map([...roles.trainedPeople, ...roles.peopleApart].map((person, i) => [person, i]));
  const people = owners.map((person) => numberOf.get(person)!);
  const some = random.fork('photos compared');
  const trials = {
    choosing: trialsOf(roles, 'choosing', people, some),
    judging: trialsOf(roles, 'judging', people, some),
  };
  const needed = placesOf([...Object.values(trials.choosing), ...Object.values(trials.judging)]);
  const settings =
    checked.loss === 'contrastive' && options.threshold === undefined
      ? { ...checked, threshold: await lineOf(trunk, faces, roles, people, some) }
      : checked;
  const rows = meanRows(trunk, faces, needed);
  const embed = async (trainer: Trainer): Promise<PlacedEmbeddings> => {
    const embeddings = await trainer.embed({ [at]: rows }, needed.length);
    return {
      embeddings,
      dimension: embeddings.length / needed.length,
      rows: new Map(needed.map((place, i) => [place, i])),
    };
  };
  const judge = async (trainer: Trainer, part: keyof typeof trials) => {
    const placed = await embed(trainer);
    const { unseen, fresh } = trials[part];
    return {
      placed,
      unseen: judgeTrials(unseen, placed),
      fresh: fresh && judgeTrials(fresh, placed),
    };
  };

  const training = await fineTune(
    {
      graph: head,
      weights,
      people: roles.training.map((photo) => people[photo]!),
      batch: (photos, draw) => ({ [at]: variedRows(trunk, faces, roles.training, photos, draw) }),
      // Part of the way, as it would be installed.
      score: async (trainer) => {
        const blended = blendGraphs(head, trainer.network, weights, blend);
        const { unseen, fresh } = await withTrainer(blended, weights, (own) => judge(own, 'choosing'));
        const details = fresh === undefined ? [unseen.rate] : [unseen.rate, fresh.rate];
        return { value: scoreOf(unseen, fresh), details };
      },
    },
    settings,
    onMoment,
    signal,
    hooks,
  );
  if (training.bestStep === 0) throw noGain(training);
  const blended = blendGraphs(head, training.graph, weights, blend);
  const old = await withTrainer(head, weights, (trainer) => judge(trainer, 'judging'));
  const { after, all } = await withTrainer(blended, weights, async (trainer) => ({
    after: await judge(trainer, 'judging'),
    all: await embedApart(trunk, trainer, faces, roles),
  }));
  const { unseen, fresh } = trials.judging;
  return {
    network: withWeights(trunk.network, weightsOf(blended, weights)),
    training,
    roles,
    blend,
    unseen: { trials: unseen, before: old.unseen, after: after.unseen },
    fresh: fresh && { trials: fresh, before: old.fresh!, after: after.fresh! },
    apart: all,
  };
}

/** Where the old head draws the line between people that are trained on. */
async function lineOf(
  trunk: Pick<Trunk, 'head' | 'at' | 'weights' | 'featureSize' | 'views'>,
  faces: readonly FaceFeatures[],
  { training }: PhotoRoles,
  people: readonly number[],
  random: Random,
): Promise<number> {
  const places = somePeople(training, people, random.fork('line'), mostPhotosOfLine);
  const embeddings = await withTrainer(trunk.head, trunk.weights, (trainer) =>
    trainer.embed({ [trunk.at]: meanRows(trunk, faces, places) }, places.length),
  );
  const dimension = embeddings.length / places.length;
  return strangerDistance({ embeddings, dimension, people: places.map((place) => people[place]!) });
}

/** Mean of the true accept rates; of equal ones the one whose people lie farther apart. */
function scoreOf(unseen: TrialOutcome, fresh: TrialOutcome | undefined): number {
  const kinds = fresh === undefined ? [unseen] : [unseen, fresh];
  const mean = (value: (outcome: TrialOutcome) => number): number =>
    kinds.reduce((sum, outcome) => sum + value(outcome), 0) / kinds.length;
  return mean(({ rate }) => rate) + 1e-6 * mean((outcome) => outcome.decidability);
}

const noGain = ({ history }: FineTuned) =>
  visageError('TRAINING_NO_GAIN', {
    reason: `in ${history.at(-1)!.step} steps none did better on the photos that choose`,
    advice:
      'Give more people, or more photos of each; or try a lower learning rate, or go farther from the old layer (blend). The pack in use is as it was.',
  });

async function withTrainer<Result>(
  graph: Graph,
  weights: readonly string[],
  use: (trainer: Trainer) => Promise<Result>,
): Promise<Result> {
  await using trainer = Trainer.open(graph, weights, 1);
  return await use(trainer);
}

function trialsOf(
  roles: PhotoRoles,
  part: 'choosing' | 'judging',
  people: readonly number[],
  random: Random,
): { unseen: VerificationTrials; fresh: VerificationTrials | undefined } {
  const draw = random.fork(part);
  const unseen = trialsAmong(somePeople(roles.unseen[part], people, draw), people);
  if (!hasBothKinds(unseen)) {
    throw visageError('TRAINING_DATA', {
      reason: 'the people kept apart make no pairs of one person and of two',
      advice: 'Give more people, with two photos each at least.',
    });
  }
  const probes = somePeople(roles.fresh[part], people, draw);
  const asked = new Set(probes.map((photo) => people[photo]!));
  const seen = new Map<number, number>();
  const known = roles.training.filter((photo) => {
    const person = people[photo]!;
    const count = (seen.get(person) ?? 0) + 1;
    seen.set(person, count);
    return asked.has(person) && count <= knownPhotosEach;
  });
  const fresh = trialsBetween(probes, known, people);
  return { unseen, fresh: hasBothKinds(fresh) ? fresh : undefined };
}

/** The photos of as many people as fit, drawn at random. */
function somePeople(
  photos: readonly number[],
  people: readonly number[],
  random: Random,
  most = mostPhotos,
): number[] {
  if (photos.length <= most) return [...photos];
  const own = new Map<number, number[]>();
  for (const photo of photos) own.set(people[photo]!, [...(own.get(people[photo]!) ?? []), photo]);
  const lists = [...own.values()];
  const chosen: number[] = [];
  for (const i of random.permutation(lists.length)) {
    if (chosen.length + lists[i]!.length <= most) chosen.push(...lists[i]!);
  }
  // One person with more photos than all: some of them.
  return (chosen.length > 1 ? chosen : photos.slice(0, most)).sort((a, b) => a - b);
}

function placesOf(all: readonly (VerificationTrials | undefined)[]): number[] {
  const places = new Set<number>();
  for (const trials of all) {
    for (const place of trials?.first ?? []) places.add(place);
    for (const place of trials?.second ?? []) places.add(place);
  }
  return [...places].sort((a, b) => a - b);
}

async function embedApart(
  trunk: TrunkShape & Pick<Trunk, 'at'>,
  trainer: Trainer,
  faces: readonly FaceFeatures[],
  { unseen }: PhotoRoles,
): Promise<PlacedEmbeddings> {
  const places = [...new Set([...unseen.choosing, ...unseen.judging])].sort((a, b) => a - b);
  const embeddings = await trainer.embed({ [trunk.at]: meanRows(trunk, faces, places) }, places.length);
  return {
    embeddings,
    dimension: embeddings.length / places.length,
    rows: new Map(places.map((place, i) => [place, i])),
  };
}
