import type { ClusterAgreement, ClusterScores } from '../../../evaluate/index.ts';
import { type CsvCell, csvText } from '../../../formats/index.ts';
import { rounded } from '../../view/numbers.ts';
import type { ClustersOutcome } from './evaluate.ts';
import type { ClustersProtocol, ClustersRequest } from './protocol.ts';

const agreementRecord = ({ precision, recall, f }: ClusterAgreement) => ({
  precision: rounded(precision, 6),
  recall: rounded(recall, 6),
  f: rounded(f, 6),
});

const scoresRecord = ({ clusters, bcubed, pairwise, adjustedRandIndex, ...counts }: ClusterScores) => ({
  clusters,
  mixedClusters: counts.mixedClusters,
  splitPeople: counts.splitPeople,
  bcubed: agreementRecord(bcubed),
  pairwise: agreementRecord(pairwise),
  adjustedRandIndex: rounded(adjustedRandIndex, 6),
});

function packRecord(
  { photos }: ClustersProtocol,
  { pack, maxDistance, unclear, scores, limits, mistakes, failed, work }: ClustersOutcome,
): unknown {
  const filesOf = (faces: readonly number[]): string[] => faces.map((photo) => photos[photo]!.file);
  return {
    pack,
    maxDistance,
    unclear,
    ...scoresRecord(scores),
    limits: limits.map((tried) => ({ maxDistance: tried.maxDistance, ...scoresRecord(tried.scores) })),
    mixed: mistakes.mixed.map(({ cluster, wrongPairs, cells }) => ({
      cluster,
      wrongPairs,
      people: cells.map(({ person, faces }) => ({ person, photos: filesOf(faces) })),
    })),
    split: mistakes.split.map(({ person, lostPairs, cells }) => ({
      person,
      lostPairs,
      clusters: cells.map(({ cluster, faces }) => ({ cluster, photos: filesOf(faces) })),
    })),
    failed,
    work,
  };
}

/** The document of a run over clusters: `--json`, and `clusters.json`. */
export function clustersDocument(
  protocol: ClustersProtocol,
  { minQuality }: ClustersRequest,
  outcomes: readonly ClustersOutcome[],
): Readonly<Record<string, unknown>> {
  const { about, photos, choice, personSizes, skipped } = protocol;
  return {
    evaluation: 'clusters',
    about,
    protocol: { photos: photos.length, people: personSizes.size, face: choice, minQuality },
    skipped,
    packs: outcomes.map((outcome) => packRecord(protocol, outcome)),
  };
}

const row = (file: string, person: string, told: readonly CsvCell[]): CsvCell[] => [file, person, ...told];

/** Every photo with its person and the cluster that each pack put it in; empty where it has no face. */
export const faceTable = ({ photos }: ClustersProtocol, outcomes: readonly ClustersOutcome[]): string =>
  csvText(
    ['photo', 'person', ...outcomes.map(({ pack }) => `cluster ${pack}`)],
    photos.map(({ file, person }, i) =>
      row(
        file,
        person,
        outcomes.map(({ clusters }) => clusters[i]!),
      ),
    ),
  );

const scoreCells = ({
  clusters,
  bcubed,
  pairwise,
  adjustedRandIndex,
  ...counts
}: ClusterScores): CsvCell[] => [
  bcubed.precision,
  bcubed.recall,
  bcubed.f,
  pairwise.precision,
  pairwise.recall,
  pairwise.f,
  adjustedRandIndex,
  clusters,
  counts.mixedClusters,
  counts.splitPeople,
];

/** Every score at every limit that was tried; `used` marks the one in use. */
export function limitTable(outcomes: readonly ClustersOutcome[]): string {
  const header = [
    'pack',
    'distance limit',
    'used',
    'BCubed precision',
    'BCubed recall',
    'BCubed F',
    'pairwise precision',
    'pairwise recall',
    'pairwise F',
    'adjusted Rand index',
    'clusters',
    'mixed clusters',
    'split people',
  ];
  const rows = outcomes.flatMap(({ pack, maxDistance, limits }) =>
    limits.map((tried): CsvCell[] => [
      pack,
      tried.maxDistance,
      tried.maxDistance === maxDistance,
      ...scoreCells(tried.scores),
    ]),
  );
  return csvText(header, rows);
}
