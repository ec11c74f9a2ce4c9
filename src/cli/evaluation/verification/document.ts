import {
  curveCorners,
  type FoldAccuracy,
  type Interval,
  type RateEstimate,
  type VerificationMeasures,
} from '../../../evaluate/index.ts';
import { csvText } from '../../../formats/index.ts';
import { rounded } from '../../view/numbers.ts';
import type { VerificationOutcome } from './evaluate.ts';
import { aboutOf, type VerificationProtocol } from './protocol.ts';

const bounds = (interval: Interval | undefined) =>
  interval === undefined
    ? { low: null, high: null }
    : { low: rounded(interval.low, 6), high: rounded(interval.high, 6) };

const foldRecord = ({ pairs, threshold, accuracy }: FoldAccuracy): unknown => ({
  pairs,
  threshold,
  accuracy: rounded(accuracy, 6),
});

function rateRecord({ falseAcceptRate, support, pairsNeeded, measured }: RateEstimate): unknown {
  const asked = { falseAcceptRate, support, pairsNeeded };
  if (measured === undefined) return { ...asked, value: null };
  const { point, interval } = measured;
  return {
    ...asked,
    value: rounded(point.trueAcceptRate, 6),
    ...bounds(interval),
    reached: rounded(point.falseAcceptRate, 6),
    threshold: point.threshold,
  };
}

function packRecord({ pack, measures, failed, work }: VerificationOutcome): unknown {
  const { accuracy, areaUnderCurve, equalErrorRate, trueAcceptRates, curve } = measures;
  return {
    pack,
    accuracy:
      accuracy === undefined
        ? null
        : {
            mean: rounded(accuracy.mean, 6),
            standardError: rounded(accuracy.standardError, 6),
            folds: accuracy.folds.map(foldRecord),
          },
    areaUnderCurve: { value: rounded(areaUnderCurve.value, 6), ...bounds(areaUnderCurve.interval) },
    equalErrorRate: { value: rounded(equalErrorRate.value, 6), ...bounds(equalErrorRate.interval) },
    trueAcceptRates: trueAcceptRates.map(rateRecord),
    failed,
    work,
    curve: curveCorners(curve),
  };
}

/** The document of a verification run: `--json`, and `verification.json`. */
export function verificationDocument(
  protocol: VerificationProtocol,
  outcomes: readonly VerificationOutcome[],
  seed: number,
): Readonly<Record<string, unknown>> {
  const { kind, photos, folds, foldsBy, choice, skipped } = protocol;
  const { pairs } = outcomes[0]!.measures;
  return {
    evaluation: 'verification',
    about: aboutOf(protocol),
    protocol: {
      pairs: kind,
      same: pairs.same,
      different: pairs.different,
      folds,
      foldsBy,
      seed,
      face: choice,
      photos: photos.length,
      people: new Set(photos.map(({ person }) => person)).size,
      intervals: '95 %, people drawn anew 1,000 times',
    },
    skipped,
    packs: outcomes.map(packRecord),
  };
}

/** Every pair with its distances, one column a pack. */
export const pairTable = (
  { photos, pairs }: VerificationProtocol,
  outcomes: readonly VerificationOutcome[],
): string =>
  csvText(
    ['first', 'second', 'same', 'fold', ...outcomes.map(({ pack }) => `distance ${pack}`)],
    pairs.map(({ first, second, same, fold }, i) => [
      photos[first]!.file,
      photos[second]!.file,
      same,
      fold,
      ...outcomes.map(({ distances }) => distances[i]!),
    ]),
  );

/** Every measure of every pack with its interval. */
export function measureTable(outcomes: readonly VerificationOutcome[]): string {
  const rows = outcomes.flatMap(({ pack, measures }) =>
    measuresOf(measures).map(
      ({ name, value, interval }) =>
        [pack, name, value, interval?.low ?? null, interval?.high ?? null] as const,
    ),
  );
  return csvText(['pack', 'measure', 'value', 'low', 'high'], rows);
}

function measuresOf(measures: VerificationMeasures) {
  const { accuracy, areaUnderCurve, equalErrorRate, trueAcceptRates } = measures;
  return [
    { name: 'accuracy', value: accuracy?.mean ?? null, interval: undefined },
    { name: 'accuracy standard error', value: accuracy?.standardError ?? null, interval: undefined },
    { name: 'area under curve', ...areaUnderCurve },
    { name: 'equal error rate', ...equalErrorRate },
    ...trueAcceptRates.map(({ falseAcceptRate, measured }) => ({
      name: `true accept rate at ${falseAcceptRate}`,
      value: measured?.point.trueAcceptRate ?? null,
      interval: measured?.interval,
    })),
  ];
}
