import type { Clustering } from '../../../cluster/index.ts';
import type { ClusterCell, ClusterMistakes } from '../../../evaluate/index.ts';
import type { ShownGroups } from '../../../report/index.ts';
import type { EvaluationContext } from '../context.ts';
import { cropFaces, shownFace } from '../face-crops.ts';
import type { LookedPhotos } from '../looked-photos.ts';
import type { ClustersProtocol } from './protocol.ts';

/** Mixed clusters, and people torn apart, that the page shows as pictures; groups in each, faces in a group. */
const [shownCards, shownGroups, shownFaces] = [6, 4, 4];

interface Card {
  readonly title: string;
  readonly cells: readonly ClusterCell[];
  readonly wrongPairs: number;
  /** What a cell is called on this card. */
  readonly labelOf: (cell: ClusterCell) => string;
}

/** The worst mistakes as pictures, the most typical faces of each group. */
export async function showMistakes(
  { mixed, split }: ClusterMistakes,
  { clusters }: Clustering,
  { photos: files }: ClustersProtocol,
  { recognizer, photos }: LookedPhotos,
  tell: EvaluationContext,
): Promise<{ readonly mixed: readonly ShownGroups[]; readonly split: readonly ShownGroups[] }> {
  const ranks = new Map(clusters.flatMap(({ faces }) => faces.map((id, rank) => [id, rank] as const)));
  const rankOf = (photo: number): number => ranks.get(files[photo]!.file) ?? 0;
  const typical = ({ faces }: ClusterCell): number[] =>
    faces.toSorted((a, b) => rankOf(a) - rankOf(b) || a - b).slice(0, shownFaces);
  const mixedCards = mixed.slice(0, shownCards).map(
    ({ cluster, cells, wrongPairs }): Card => ({
      title: `Cluster ${cluster}`,
      cells,
      wrongPairs,
      labelOf: ({ person }) => String(person),
    }),
  );
  const splitCards = split.slice(0, shownCards).map(
    ({ person, cells, lostPairs }): Card => ({
      title: String(person),
      cells,
      wrongPairs: lostPairs,
      labelOf: ({ cluster }) => (cluster === null ? 'no face' : `cluster ${cluster}`),
    }),
  );
  const wanted = [...mixedCards, ...splitCards].flatMap(({ cells }) =>
    cells.slice(0, shownGroups).flatMap(typical),
  );
  const pictures = await cropFaces(wanted, files, photos, recognizer, tell);
  const show = (cards: readonly Card[]): ShownGroups[] =>
    cards.map(({ title, cells, wrongPairs, labelOf }) => ({
      title,
      wrongPairs,
      faces: cells.reduce((sum, { faces }) => sum + faces.length, 0),
      groups: cells.slice(0, shownGroups).map((cell) => ({
        label: labelOf(cell),
        count: cell.faces.length,
        faces: typical(cell).map((photo) => shownFace(photo, files, pictures)),
      })),
      groupCount: cells.length,
    }));
  return { mixed: show(mixedCards), split: show(splitCards) };
}
