import { checkLabels, type ClusterLabel } from './clusters.ts';

/** Faces of one person in one cluster: indices, ascending. */
export interface ClusterCell {
  readonly person: string | number;
  /** `null`: each of these faces is in no cluster. */
  readonly cluster: ClusterLabel;
  readonly faces: readonly number[];
}

/** A cluster that holds several people. */
export interface MixedCluster {
  readonly cluster: ClusterLabel;
  /** By person, most faces first. */
  readonly cells: readonly ClusterCell[];
  /** Pairs of its faces that are of two people. */
  readonly wrongPairs: number;
}

/** A person whose faces are in several clusters. */
export interface SplitPerson {
  readonly person: string | number;
  /** By cluster, most faces first; each face without a cluster by itself, last. */
  readonly cells: readonly ClusterCell[];
  /** Pairs of their faces that are in two clusters. */
  readonly lostPairs: number;
}

/** What is wrong with a clustering, the worst first. */
export interface ClusterMistakes {
  readonly mixed: readonly MixedCluster[];
  readonly split: readonly SplitPerson[];
}

const pairsOf = (count: number): number => (count * (count - 1)) / 2;

/** Pairs of faces of which the two are in different cells. */
function pairsBetween(cells: readonly ClusterCell[]): number {
  const total = cells.reduce((sum, { faces }) => sum + faces.length, 0);
  return cells.reduce((left, { faces }) => left - pairsOf(faces.length), pairsOf(total));
}

/**
 * Which clusters hold several people, and which people are in several clusters: what `clusterScores` counts, face by
 * face. Sorted by the pairs of faces that are wrong; of equal ones the earlier face decides. O(n log n).
 * @param people whose face each is
 * @param clusters where each was put; `null`: into no cluster
 * @throws VisageError `EVALUATION_INVALID` when the lists are empty or of different lengths.
 */
export function clusterMistakes(
  people: readonly (string | number)[],
  clusters: readonly ClusterLabel[],
): ClusterMistakes {
  checkLabels('clusterMistakes', people, clusters);
  const cells = new Map<string | number, Map<ClusterLabel, number[]>>();
  const ofPerson = new Map<string | number, ClusterCell[]>();
  const ofCluster = new Map<ClusterLabel, ClusterCell[]>();
  for (const [face, person] of people.entries()) {
    const cluster = clusters[face]!;
    const known = cluster === null ? undefined : cells.get(person)?.get(cluster);
    if (known !== undefined) {
      known.push(face);
      continue;
    }
    const faces = [face];
    const cell = { person, cluster, faces };
    push(ofPerson, person, cell);
    if (cluster === null) continue;
    push(ofCluster, cluster, cell);
    const row = cells.get(person);
    if (row === undefined) cells.set(person, new Map([[cluster, faces]]));
    else row.set(cluster, faces);
  }
  const mixed = [...ofCluster]
    .filter(([, list]) => list.length > 1)
    .map(([cluster, list]) => ({ cluster, cells: largestFirst(list), wrongPairs: pairsBetween(list) }))
    .sort((a, b) => b.wrongPairs - a.wrongPairs);
  const split = [...ofPerson]
    .filter(([, list]) => list.length > 1)
    .map(([person, list]) => ({ person, cells: largestFirst(list), lostPairs: pairsBetween(list) }))
    .sort((a, b) => b.lostPairs - a.lostPairs);
  return { mixed, split };
}

/** Stable, so that of equally large ones the one with the earlier face is first. */
const largestFirst = (cells: readonly ClusterCell[]): ClusterCell[] =>
  cells.toSorted(
    (a, b) => b.faces.length - a.faces.length || Number(a.cluster === null) - Number(b.cluster === null),
  );

function push<Key>(lists: Map<Key, ClusterCell[]>, key: Key, cell: ClusterCell): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [cell]);
  else list.push(cell);
}
