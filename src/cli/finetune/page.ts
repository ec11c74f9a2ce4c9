import { writeFileAtomically } from '../../formats/index.ts';
import type { VisageError } from '../../kernel/index.ts';
import type { SkippedFile } from '../../dataset/index.ts';
import type { FailedTrainingPageData, TrainingPagePoint } from '../../report/index.ts';
import { ratesOf, type TrainingMoment } from '../../train/index.ts';
import { commandText } from '../evaluation/results.ts';
import type { Rooms } from '../rooms.ts';
import type { FinetuneResult } from './document.ts';
import type { FinetuneRequest } from './run.ts';

/** Writes the page of a fine-tuning. @throws VisageError `FILE_UNWRITABLE` */
export async function writeTrainingPage(
  rooms: Rooms,
  result: FinetuneResult,
  dataset: string,
): Promise<void> {
  const { request, tuned, unseen, fresh, calibration, unusable } = result;
  const { roles, training, blend } = tuned;
  const { trainingPage } = await rooms.report();
  const apart = new Set([...roles.unseen.choosing, ...roles.unseen.judging]);
  const page = await trainingPage({
    name: request.name,
    base: request.pack,
    trained: { people: roles.trainedPeople.length, photos: roles.training.length },
    apart: { people: roles.peopleApart.length, photos: apart.size },
    loss: lossText(request),
    pushing: pushingOf(request),
    curve: training.history.map(pointOf),
    bestStep: training.bestStep,
    end: training.end,
    blend,
    shared: roles.shared,
    unseen,
    fresh,
    calibration,
    failed: unusable,
    repetition: repetitionOf(request, dataset, training.history),
  });
  await writeFileAtomically(request.report, page);
}

/** A fine-tuning that made no pack. */
export interface FailedFinetune {
  readonly request: FinetuneRequest;
  readonly error: VisageError;
  /** Whose each photo is. */
  readonly people: readonly string[];
  readonly history: readonly TrainingMoment[];
  readonly unusable: readonly SkippedFile[];
}

/** Writes the page that shows why there is no pack. @throws VisageError `FILE_UNWRITABLE` */
export async function writeFailedTrainingPage(
  rooms: Rooms,
  { request, error, people, history, unusable }: FailedFinetune,
  dataset: string,
): Promise<void> {
  const { failedTrainingPage } = await rooms.report();
  const page = await failedTrainingPage({
    name: request.name,
    base: request.pack,
    faces: { people: new Set(people).size, photos: people.length },
    reason: error.message,
    advice: error.hint,
    loss: lossText(request),
    pushing: pushingOf(request),
    curve: history.map(pointOf),
    failed: unusable,
    repetition: repetitionOf(request, dataset, history),
  });
  await writeFileAtomically(request.report, page);
}

const lossText = ({ loss, mining }: FinetuneRequest): string =>
  loss === 'triplet' ? `triplets, ${mining}` : { contrastive: 'contrastive', arcface: 'ArcFace' }[loss];

const pushingOf = ({ loss }: FinetuneRequest): 'pairs' | 'triplets' =>
  loss === 'contrastive' ? 'pairs' : 'triplets';

function pointOf(moment: TrainingMoment): TrainingPagePoint {
  const { step, loss, activeShare, learningRate } = moment;
  const { unseen, fresh } = ratesOf(moment);
  return { step, loss, activeShare, learningRate, unseen, fresh };
}

function repetitionOf(
  request: FinetuneRequest,
  dataset: string,
  history: readonly TrainingMoment[],
): FailedTrainingPageData['repetition'] {
  const words = ['visage', 'finetune', request.path, '--as', request.name, '--pack', request.pack];
  const { loss, mining, margin, learningRate, epochs, minutes, patience, apart } = request;
  const { blend, variations, face, seed } = request;
  const triplets = loss === 'triplet' ? { mining, margin } : {};
  const flags = { loss, ...triplets, 'learning-rate': learningRate, epochs, minutes, patience, apart };
  for (const [flag, value] of Object.entries({ ...flags, blend, variations, face, seed })) {
    if (value === undefined || (flag === 'minutes' && value === 0)) continue;
    words.push(`--${flag}`, String(value));
  }
  return {
    settings: [
      { label: 'photos', value: dataset },
      { label: 'old pack', value: request.pack },
      { label: 'loss', value: loss },
      ...(loss === 'triplet' ? [{ label: 'mining, margin', value: `${mining}, ${margin}` }] : []),
      { label: 'steps', value: String(history.at(-1)?.steps ?? 0) },
      { label: 'variations of a photo', value: String(variations) },
      { label: 'people kept apart', value: `${Math.round(100 * apart)} %` },
      { label: 'seed', value: String(seed) },
    ],
    command: commandText(words),
  };
}
