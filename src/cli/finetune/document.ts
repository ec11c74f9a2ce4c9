import type { SkippedFile } from '../../dataset/index.ts';
import { ratesOf, type TunedHead } from '../../train/index.ts';
import { skippedRecord } from '../skipped-photos.ts';
import { rounded } from '../view/numbers.ts';
import type { MeasuredKind } from './measure.ts';
import type { FinetuneRequest } from './run.ts';

/** Everything that came of a fine-tuning. */
export interface FinetuneResult {
  readonly request: FinetuneRequest;
  readonly tuned: TunedHead;
  readonly unseen: MeasuredKind;
  readonly fresh: MeasuredKind | undefined;
  readonly calibration: { readonly people: number; readonly leastFalseAccept: number } | undefined;
  readonly unusable: readonly SkippedFile[];
  readonly photos: number;
}

const measureRecord = ({
  equalErrorRate,
  areaUnderCurve,
  trueAcceptRates,
}: MeasuredKind['before']): unknown => ({
  equalErrorRate: rounded(equalErrorRate.value, 6),
  areaUnderCurve: rounded(areaUnderCurve.value, 6),
  trueAcceptRates: trueAcceptRates.map(({ falseAcceptRate, pairsNeeded, measured }) => ({
    falseAcceptRate,
    value: measured === undefined ? null : rounded(measured.point.trueAcceptRate, 6),
    low: measured?.interval === undefined ? null : rounded(measured.interval.low, 6),
    high: measured?.interval === undefined ? null : rounded(measured.interval.high, 6),
    pairsNeeded,
  })),
});

const kindRecord = ({ before, after }: MeasuredKind): unknown => ({
  pairs: before.pairs,
  before: measureRecord(before),
  after: measureRecord(after),
});

/** What `visage finetune --json` prints. */
export function finetuneDocument(result: FinetuneResult): unknown {
  const { request, tuned, unseen, fresh, calibration, unusable, photos } = result;
  const { roles, training, blend } = tuned;
  return {
    pack: request.name,
    base: request.pack,
    report: request.report,
    seed: request.seed,
    loss: request.loss,
    photos,
    trained: { people: roles.trainedPeople, photos: roles.training.length },
    apart: { people: roles.peopleApart, chooseAndJudge: roles.shared },
    steps: training.history.at(-1)!.step,
    bestStep: training.bestStep,
    end: training.end,
    blend,
    unseen: kindRecord(unseen),
    fresh: fresh === undefined ? null : kindRecord(fresh),
    calibration: calibration === undefined ? null : calibration,
    curve: training.history.map((moment) => {
      const { step, loss, activeShare, learningRate } = moment;
      const rates = ratesOf(moment);
      return {
        step,
        loss: loss ?? null,
        activeShare: activeShare ?? null,
        learningRate: learningRate ?? null,
        unseen: rates.unseen,
        fresh: rates.fresh ?? null,
      };
    }),
    skipped: unusable.map(skippedRecord),
  };
}
