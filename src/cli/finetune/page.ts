import { writeFileAtomically } from '../../formats/index.ts';
import { ratesOf } from '../../train/index.ts';
import { commandText } from '../evaluation/results.ts';
import type { Rooms } from '../rooms.ts';
import type { FinetuneResult } from './document.ts';

/** Writes the page of a fine-tuning. @throws VisageError `FILE_UNWRITABLE` */
export async function writeTrainingPage(
  rooms: Rooms,
  result: FinetuneResult,
  dataset: string,
): Promise<void> {
  const { request, tuned, unseen, fresh, calibration, unusable } = result;
  const { roles, training, blend } = tuned;
  const { trainingPage } = await rooms.report();
  const words = ['visage', 'finetune', request.path, '--as', request.name, '--pack', request.pack];
  const { loss, mining, margin, learningRate, epochs, minutes, patience, apart: share } = request;
  const flags = { loss, mining, margin, learningRate, epochs, minutes, patience, apart: share };
  const { blend: wanted, variations, face, seed } = request;
  for (const [flag, value] of Object.entries({ ...flags, blend: wanted, variations, face, seed })) {
    if (value === undefined || (flag === 'minutes' && value === 0)) continue;
    words.push(flag === 'learningRate' ? '--learning-rate' : `--${flag}`, String(value));
  }
  const apart = new Set([...roles.unseen.choosing, ...roles.unseen.judging]);
  const page = await trainingPage({
    name: request.name,
    base: request.pack,
    trained: { people: roles.trainedPeople.length, photos: roles.training.length },
    apart: { people: roles.peopleApart.length, photos: apart.size },
    loss: request.loss === 'arcface' ? 'ArcFace' : `triplets, ${request.mining}`,
    curve: training.history.map((moment) => {
      const { step, loss, activeShare, learningRate } = moment;
      const rates = ratesOf(moment);
      return { step, loss, activeShare, learningRate, unseen: rates.unseen, fresh: rates.fresh };
    }),
    bestStep: training.bestStep,
    end: training.end,
    blend,
    shared: roles.shared,
    unseen,
    fresh,
    calibration,
    failed: unusable,
    repetition: {
      settings: [
        { label: 'photos', value: dataset },
        { label: 'old pack', value: request.pack },
        { label: 'loss', value: request.loss },
        ...(request.loss === 'triplet'
          ? [{ label: 'mining, margin', value: `${request.mining}, ${request.margin}` }]
          : []),
        { label: 'steps', value: String(training.history.at(-1)!.steps) },
        { label: 'variations of a photo', value: String(request.variations) },
        { label: 'people kept apart', value: `${Math.round(100 * request.apart)} %` },
        { label: 'seed', value: String(request.seed) },
      ],
      command: commandText(words),
    },
  });
  await writeFileAtomically(request.report, page);
}
