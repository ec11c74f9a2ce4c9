import { isDeepStrictEqual } from 'node:util';
import {
  checkOptions,
  compareCodePoints,
  dot,
  isFiniteVector,
  mean,
  type OptionSchema,
  type ProgressListener,
  unit,
  visageError,
} from '../kernel/index.ts';
import { numberClusters } from './cluster-numbers.ts';
import { type Correction, Corrections } from './corrections.ts';
import { asked, growTree } from './grow-tree.ts';
import { clustersOf, type MergeTree } from './merge-tree.ts';
import { PeopleInLeaves } from './people-in-leaves.ts';

/** A face to be put with others of the same person. */
export interface FaceToCluster {
  /** Tells the face from all others, in this and later runs. */
  readonly id: string;
  /** As the network gave it: finite, of one dimension for all. */
  readonly embedding: Float32Array;
  /** Which photo it is from: two faces of one photo are two people, unless a correction says they are the same. */
  readonly photo?: string;
  /** Too unclear to tell whose it is: it stays alone unless a correction says whose it is. */
  readonly unclear?: boolean;
}

export const clusterSchema = {
  maxDistance: {
    type: 'number',
    exclusiveMin: 0,
    max: 2,
    default: 0.42,
    description: 'Distance beyond which two faces count as two people, as the pack says.',
  },
} as const satisfies OptionSchema;

export interface ClusterOptions {
  /** Of the pack, `pack.embedder.maxDistance`; Euclidean, between unit embeddings. */
  readonly maxDistance: number;
  /** What people have said about pairs of faces. Those of faces that are not there are kept in mind. */
  readonly corrections?: readonly Correction[];
  /** What an earlier run gave: only what has changed since is worked out anew, and clusters keep their numbers. */
  readonly earlier?: Clustering;
  readonly progress?: ProgressListener;
  readonly signal?: AbortSignal;
}

/** Faces that are held to be of one person. One face alone is a cluster too. */
export interface FaceCluster {
  /** From 1. A cluster keeps its number as long as it keeps more of its faces than another does. */
  readonly number: number;
  /** Ids, the most typical face first. */
  readonly faces: readonly string[];
}

/** Everything that was found out, as plain data; give it to the next run as `earlier`. */
export interface Clustering {
  /** Largest first. */
  readonly clusters: readonly FaceCluster[];
  readonly corrections: readonly Correction[];
  readonly maxDistance: number;
  /** Ids of the faces that were too unclear. */
  readonly unclear: readonly string[];
  /** No cluster had this number or a higher one yet. */
  readonly nextNumber: number;
  readonly tree: MergeTree;
  /** How often a face or a group was compared with all others. */
  readonly searches: number;
}

/**
 * Up to which distance two faces, each alone, are put together among a hundred faces or fewer, as a share of
 * the distance up to which two faces count as one person, and what of it goes with every tenfold number
 * of faces: among more faces some strangers are nearer. And how much larger the squared mean distance may be
 * for a large group, as a share of the square of that distance.
 *
 * Chosen on the faces of a random half of the people of Labeled Faces in the Wild with pack `bundled`, and on
 * random subsets of that half (60, 200, 650 people), for the best BCubed F; what they give on the other half
 * and on all stands in bench/RESULTS.md.
 */
const [pairShare, shareOfTenfold, groupAllowance] = [0.888, 0.0614, 0.0907];

/**
 * The number of faces that limits are made for: the nearest of 100, 316, 1,000, 3,162, …, so that they stay
 * as they are, and clusters with them, while an album grows a little.
 */
const roundedCount = (faces: number): number =>
  10 ** (Math.max(4, Math.round(2 * Math.log10(faces || 1))) / 2);

/** Limits of `growTree` for a pack and so many faces. */
function limitsOf(
  maxDistance: number,
  faces: number,
): { readonly leastSimilarity: number; readonly groupAllowance: number } {
  const share = pairShare - shareOfTenfold * Math.log10(roundedCount(faces) / 100);
  // Of unit vectors the dot product falls by half of what the squared distance grows.
  return {
    leastSimilarity: 1 - (share * maxDistance) ** 2 / 2,
    groupAllowance: (groupAllowance * maxDistance ** 2) / 2,
  };
}

/**
 * Groups faces by person without knowing how many people there are: average linkage up to a limit, with an
 * allowance for groups (see `growTree`), under what people have said. O(n²) products and O(n) memory.
 *
 * The same faces and corrections give the same groups, in whatever order they are given and were added
 * over time. "Not the same" keeps two faces, and all that are the same as either, in different clusters;
 * the others follow whom they are more like. "The same" puts the clusters of two faces together as they
 * are, even where they hold two faces of one photo; where that would bring together whom another
 * correction keeps apart, the two faces are put together first and the others follow.
 * @throws VisageError `OPTION_INVALID`; `CLUSTER_CONTRADICTION` for corrections that cannot all be right;
 *   `FACES_INVALID`; the reason of an aborted signal
 */
export async function clusterFaces(
  faces: readonly FaceToCluster[],
  options: ClusterOptions,
): Promise<Clustering> {
  const { maxDistance } = checkOptions('clusterFaces', clusterSchema, { maxDistance: options.maxDistance });
  const { progress, signal } = options;
  const sorted = checkFaces(faces);
  const leaves = sorted.map(({ id }) => id);
  const vectors = sorted.map(({ embedding }) => unit(embedding));
  const corrections = new Corrections(options.corrections ?? []);
  const limits = limitsOf(maxDistance, faces.length);
  const earlier = isDeepStrictEqual(limitsUsed(options.earlier), limits) ? options.earlier : undefined;
  const people = new PeopleInLeaves(sorted, corrections);

  const unclear = sorted.filter((face) => face.unclear === true).map(({ id }) => id);
  const aloneIds = new Set(unclear);
  const alone = new Set(leaves.flatMap((id, leaf) => (aloneIds.has(id) ? [leaf] : [])));
  const forced = new Set<number>();
  let tree = earlier?.tree;
  let touched = tree === undefined ? [] : changedLeaves(leaves, earlier!, corrections, unclear);
  let searches = 0;
  for (;;) {
    const together = people.groups.filter((_, group) => forced.has(group));
    const grown = await growTree({
      leaves,
      vectors,
      ...limits,
      apart: people.apart,
      alone,
      together,
      ...(tree === undefined ? {} : { earlier: tree }),
      touched: [...touched, ...together.flat()],
      progress,
      signal,
    });
    searches += grown.searches;
    ({ tree } = grown);
    touched = together.flat();
    const joined = people.join(clustersOf(tree));
    if ('conflict' in joined) {
      forced.add(joined.conflict);
      continue;
    }
    const clusters = joined.clusters
      .map((members) => byTypicality(members, vectors).map((leaf) => leaves[leaf]!))
      .sort((a, b) => b.length - a.length || compareCodePoints(least(a), least(b)));
    const { numbers, nextNumber } = numberClusters(
      clusters,
      options.earlier?.clusters ?? [],
      options.earlier?.nextNumber ?? 1,
    );
    return {
      clusters: clusters.map((members, i) => ({ number: numbers[i]!, faces: members })),
      corrections: corrections.list,
      maxDistance,
      unclear,
      nextNumber,
      tree,
      searches,
    };
  }
}

const least = (ids: readonly string[]): string =>
  ids.reduce((a, b) => (compareCodePoints(a, b) <= 0 ? a : b));

function refuse(reason: string): never {
  throw visageError('FACES_INVALID', { reason });
}

const limitsUsed = (clustering: Clustering | undefined): ReturnType<typeof limitsOf> | undefined =>
  clustering && limitsOf(clustering.maxDistance, clustering.tree.leaves.length);

/** The faces sorted by id. */
function checkFaces(faces: readonly FaceToCluster[]): FaceToCluster[] {
  const sorted = faces.toSorted((a, b) => compareCodePoints(a.id, b.id));
  const dimension = sorted[0]?.embedding.length ?? 1;
  if (dimension === 0) refuse('their embeddings are empty');
  for (const [i, { id, embedding }] of sorted.entries()) {
    if (sorted[i - 1]?.id === id) refuse(`the id ${JSON.stringify(id)} comes twice`);
    if (embedding.length !== dimension) {
      refuse(`${JSON.stringify(id)} has ${embedding.length} numbers, another has ${dimension}`);
    }
    if (!isFiniteVector(embedding)) refuse(`${JSON.stringify(id)} has numbers that are not finite`);
  }
  return sorted;
}

/** Leaves whose place in the earlier tree says nothing any more. */
function changedLeaves(
  leaves: readonly string[],
  { tree, corrections, unclear }: Clustering,
  now: Corrections,
  unclearNow: readonly string[],
): number[] {
  const changed = Corrections.changed(new Corrections(corrections), now);
  for (const leaf of askedLeaves(tree)) changed.add(leaf);
  for (const [some, others] of [
    [unclear, new Set(unclearNow)],
    [unclearNow, new Set(unclear)],
  ] as const) {
    for (const id of some) if (!others.has(id)) changed.add(id);
  }
  return leaves.flatMap((id, leaf) => (changed.has(id) ? [leaf] : []));
}

/** Faces that were put together before anything else. */
function askedLeaves({ leaves, nodes, similarities }: MergeTree): string[] {
  const ids: string[] = [];
  for (const [step, similarity] of similarities.entries()) {
    if (similarity !== asked) continue;
    for (const node of nodes.subarray(2 * step, 2 * step + 2)) {
      if (node < leaves.length) ids.push(leaves[node]!);
    }
  }
  return ids;
}

/** The member nearest to the mean first. */
function byTypicality(members: readonly number[], vectors: readonly Float32Array[]): number[] {
  const centre = mean(members.map((leaf) => vectors[leaf]!));
  const typicality = new Map(members.map((leaf) => [leaf, dot(vectors[leaf]!, centre)]));
  return members.toSorted((a, b) => typicality.get(b)! - typicality.get(a)! || a - b);
}
