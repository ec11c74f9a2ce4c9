import type { FalsePositiveEstimate, Proportion } from '../../../evaluate/index.ts';
import { type CsvCell, csvText } from '../../../formats/index.ts';
import { rounded } from '../../view/numbers.ts';
import type { IdentificationOutcome } from './evaluate.ts';
import type { IdentificationProtocol, IdentificationRequest } from './protocol.ts';

const shareRecord = ({ share, low, high }: Proportion) => ({
  value: rounded(share, 6),
  low: rounded(low, 6),
  high: rounded(high, 6),
});

function rateRecord({
  falsePositiveRate,
  support,
  strangersNeeded,
  measured,
}: FalsePositiveEstimate): unknown {
  const asked = { falsePositiveRate, support, strangersNeeded };
  if (measured === undefined) return { ...asked, value: null };
  const { point, truePositiveRate } = measured;
  return {
    ...asked,
    ...shareRecord(truePositiveRate),
    reached: rounded(point.falsePositiveRate, 6),
    // Scores are negative distances in parts of the default limit: 1 is what the pack allows.
    limitFactor: rounded(-point.threshold, 6),
  };
}

function systemRecord(outcome: IdentificationOutcome): unknown {
  const { pack, classifier, measures, atDefault, limit, failed, work } = outcome;
  const { knownProbes, strangers, rankOne, cumulativeMatch, openSet } = measures;
  return {
    pack,
    classifier,
    knownProbes,
    strangers,
    rankOne: shareRecord(rankOne),
    cumulativeMatch: cumulativeMatch.map((share) => rounded(share, 6)),
    truePositiveRates: openSet?.rates.map(rateRecord) ?? [],
    atDefaultLimit: { limit: limit ?? null, ...atDefault },
    failed,
    work,
  };
}

/** The document of an identification run: `--json`, and `identification.json`. */
export function identificationDocument(
  protocol: IdentificationProtocol,
  request: IdentificationRequest,
  outcomes: readonly IdentificationOutcome[],
): Readonly<Record<string, unknown>> {
  const { known, strangers, strangersBy, photos, about, choice, skipped } = protocol;
  return {
    evaluation: 'identification',
    about,
    protocol: {
      enrolled: request.enrolled,
      leastPhotos: request.leastPhotos,
      people: known.length,
      knownProbes: known.reduce((sum, { probes }) => sum + probes.length, 0),
      strangers: strangers.length,
      strangersBy,
      seed: request.seed,
      face: choice,
      photos: photos.length,
      intervals: '95 %, Wilson',
    },
    skipped,
    systems: outcomes.map(systemRecord),
  };
}

const probeRow = (file: string, person: string | null, told: readonly CsvCell[]): CsvCell[] => [
  file,
  person,
  ...told,
];

/** Every probe with what each system answered. */
export function probeTable(
  { photos }: IdentificationProtocol,
  outcomes: readonly IdentificationOutcome[],
): string {
  const header = outcomes.flatMap(({ name }) => [`answer ${name}`, `rank ${name}`, `distance ${name}`]);
  const rows = outcomes[0]!.answers.map(({ photo, person }, i) => {
    const told = outcomes.flatMap(({ answers }) => {
      const { answer, rank } = answers[i]!;
      return [answer?.name ?? null, Number.isFinite(rank) ? rank : null, answer?.distance ?? null];
    });
    return probeRow(photos[photo]!.file, person, told);
  });
  return csvText(['photo', 'person', ...header], rows);
}

/** Every measure of every system with its interval. */
export function identificationMeasureTable(outcomes: readonly IdentificationOutcome[]): string {
  const rows = outcomes.flatMap(({ name, measures: { rankOne, cumulativeMatch, openSet } }) => [
    [name, 'rank 1', rankOne.share, rankOne.low, rankOne.high],
    ...cumulativeMatch.slice(1).map((share, i) => [name, `rank ${i + 2}`, share, null, null]),
    ...(openSet?.rates ?? []).map(({ falsePositiveRate, measured }) => {
      const { share = null, low = null, high = null } = measured?.truePositiveRate ?? {};
      return [name, `true positive rate at ${falsePositiveRate}`, share, low, high];
    }),
  ]);
  return csvText(['system', 'measure', 'value', 'low', 'high'], rows);
}
