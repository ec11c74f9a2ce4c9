import { visageError } from '../kernel/index.ts';

/** How right and how complete clusters are, each in [0, 1], with their harmonic mean. */
export interface ClusterAgreement {
  /** How far faces of one cluster are of one person. */
  readonly precision: number;
  /** How far faces of one person are in one cluster. */
  readonly recall: number;
  /** 2·precision·recall / (precision + recall); 0 where both are 0. */
  readonly f: number;
}

/** What {@link clusterScores} says about a clustering whose people are known. */
export interface ClusterScores {
  readonly faces: number;
  readonly people: number;
  /** Clusters, each unclustered face counted as one. */
  readonly clusters: number;
  /**
   * Every face counts alike (Bagga and Baldwin 1998; Amigó et al. 2009): its precision is the share of
   * its cluster that is of its person, itself included, its recall the share of its person that is in
   * its cluster; both are averaged over the faces. `f` is taken of the averages.
   */
  readonly bcubed: ClusterAgreement;
  /**
   * Every pair of faces counts alike: precision is the share of the pairs in one cluster that are of
   * one person, recall the share of the pairs of one person that are in one cluster. Where there are
   * no such pairs nothing is wrong, and the share is 1.
   */
  readonly pairwise: ClusterAgreement;
  /** Agreement of pairs beyond chance (Hubert and Arabie 1985): 1 perfect, about 0 for a random clustering. */
  readonly adjustedRandIndex: number;
  /** Clusters that hold more than one person. */
  readonly mixedClusters: number;
  /** People whose faces are in more than one cluster. */
  readonly splitPeople: number;
}

/** Any value that is equal to itself; `null` as a cluster: the face is in no cluster, so in one of its own. */
export type ClusterLabel = string | number | null;

const pairsOf = (count: number): number => (count * (count - 1)) / 2;

const agreement = (precision: number, recall: number): ClusterAgreement => ({
  precision,
  recall,
  f: precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall),
});

/**
 * Judges a clustering of faces by the people they are of: BCubed, pairwise, adjusted Rand index. The two
 * lists hold one entry a face. What the labels are does not matter, only which are equal. O(n).
 * @param people whose face each is
 * @param clusters where each was put; `null`: into no cluster
 * @throws VisageError `EVALUATION_INVALID` when the lists are empty or of different lengths.
 */
export function clusterScores(
  people: readonly (string | number)[],
  clusters: readonly ClusterLabel[],
): ClusterScores {
  checkLabels('clusterScores', people, clusters);
  const personSizes = new Map<string | number, number>();
  const clusterSizes = new Map<ClusterLabel, number>();
  // By cluster, the faces of each person in it. Only occupied cells exist, so many clusters cost nothing.
  const shared = new Map<ClusterLabel, Map<string | number, number>>();
  let alone = 0;
  for (const [i, person] of people.entries()) {
    add(personSizes, person);
    const cluster = clusters[i]!;
    if (cluster === null) {
      alone++;
      continue;
    }
    add(clusterSizes, cluster);
    let cells = shared.get(cluster);
    if (cells === undefined) shared.set(cluster, (cells = new Map()));
    add(cells, person);
  }

  let [precision, recall, samePairs, mixedClusters] = [alone, 0, 0, 0];
  const clustersOf = new Map<string | number, number>();
  for (const [cluster, cells] of shared) {
    if (cells.size > 1) mixedClusters++;
    for (const [person, count] of cells) {
      precision += (count * count) / clusterSizes.get(cluster)!;
      recall += (count * count) / personSizes.get(person)!;
      samePairs += pairsOf(count);
      add(clustersOf, person);
    }
  }
  for (const [i, person] of people.entries()) {
    if (clusters[i] !== null) continue;
    recall += 1 / personSizes.get(person)!;
    add(clustersOf, person);
  }

  const faces = people.length;
  const sumPairs = (sizes: Iterable<number>): number => {
    let sum = 0;
    for (const size of sizes) sum += pairsOf(size);
    return sum;
  };
  const [clusterPairs, personPairs] = [sumPairs(clusterSizes.values()), sumPairs(personSizes.values())];
  let splitPeople = 0;
  for (const count of clustersOf.values()) if (count > 1) splitPeople++;
  return {
    faces,
    people: personSizes.size,
    clusters: clusterSizes.size + alone,
    bcubed: agreement(precision / faces, recall / faces),
    pairwise: agreement(
      clusterPairs === 0 ? 1 : samePairs / clusterPairs,
      personPairs === 0 ? 1 : samePairs / personPairs,
    ),
    adjustedRandIndex: adjustedRand(samePairs, clusterPairs, personPairs, pairsOf(faces)),
    mixedClusters,
    splitPeople,
  };
}

function adjustedRand(same: number, inClusters: number, ofPeople: number, all: number): number {
  // Both are one cluster, or both are all singles: they agree.
  if (inClusters === ofPeople && (inClusters === 0 || inClusters === all)) return 1;
  const expected = (inClusters * ofPeople) / all;
  return (same - expected) / ((inClusters + ofPeople) / 2 - expected);
}

function add<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** Throws unless both lists hold the same number of faces, at least one. */
export function checkLabels(owner: string, people: readonly unknown[], clusters: readonly unknown[]): void {
  const advice = 'Give one person and one cluster (null: none) for every face.';
  if (people.length !== clusters.length) {
    const reason = `there are ${people.length} people and ${clusters.length} clusters`;
    throw visageError('EVALUATION_INVALID', { owner, reason, advice });
  }
  if (people.length === 0)
    throw visageError('EVALUATION_INVALID', { owner, reason: 'there are no faces', advice });
}
