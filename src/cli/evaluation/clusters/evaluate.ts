import { clusterFaces, clusterSchema, type Clustering, type FaceToCluster } from '../../../cluster/index.ts';
import { type EmbeddedPhoto, hasFace } from '../../../dataset/index.ts';
import {
  type ClusterLabel,
  type ClusterMistakes,
  clusterMistakes,
  type ClusterScores,
  clusterScores,
} from '../../../evaluate/index.ts';
import { visageError } from '../../../kernel/index.ts';
import type { FailedPhoto, ShownGroups } from '../../../report/index.ts';
import type { EvaluationContext } from '../context.ts';
import { lookWith } from '../looked-photos.ts';
import { showMistakes } from './mistakes.ts';
import type { ClustersProtocol, ClustersRequest } from './protocol.ts';

/** What one limit on the distance gives. */
export interface LimitScores {
  readonly maxDistance: number;
  readonly scores: ClusterScores;
}

/** What came of one pack. */
export interface ClustersOutcome {
  readonly pack: string;
  readonly maxDistance: number;
  /** The cluster of each photo's face; `null`: it has none. */
  readonly clusters: readonly (number | null)[];
  /** Faces that are too unclear to be put with others. */
  readonly unclear: number;
  readonly scores: ClusterScores;
  /** Faces of each cluster, largest first; a photo without a face is one by itself. */
  readonly sizes: readonly number[];
  /** Ascending, the limit in use among them. */
  readonly limits: readonly LimitScores[];
  readonly mistakes: ClusterMistakes;
  readonly mixed: readonly ShownGroups[];
  readonly split: readonly ShownGroups[];
  readonly failed: readonly FailedPhoto[];
  readonly work: { readonly embedded: number; readonly reused: number };
}

/** The farthest of the other limits, as a share of the one in use that is added or taken away. */
const widestShare = 0.25;

/** Other limits on both sides of `maxDistance`, evenly spaced, ascending, itself among them. */
export function limitsAround(maxDistance: number, eachSide: number): number[] {
  const steps = Array.from({ length: 2 * eachSide + 1 }, (_, i) => i - eachSide);
  const limits = steps.map((step) =>
    step === 0 ? maxDistance : maxDistance * (1 + (widestShare * step) / eachSide),
  );
  // Unit embeddings are at most 2 apart.
  return limits.filter((limit) => limit <= clusterSchema.maxDistance.max);
}

/** Groups the faces with one pack by the rule of `visage cluster`, and judges the groups. @throws VisageError as its parts */
export async function evaluateClusters(
  pack: string,
  protocol: ClustersProtocol,
  request: ClustersRequest,
  context: EvaluationContext,
): Promise<ClustersOutcome> {
  const { signal, progress } = context;
  const people = protocol.photos.map(({ person }) => person);
  return lookWith(pack, protocol, context, async (looked) => {
    const { recognizer, photos, failed, work } = looked;
    const faces = facesOf(protocol, photos, request.minQuality);
    if (faces.length === 0) {
      throw visageError('EVALUATION_INVALID', {
        owner: 'evaluate clusters',
        reason: `none of the ${photos.length} photos has a face`,
        advice: 'Give photos of people, in a folder for each person.',
      });
    }
    const maxDistance = request.maxDistance ?? recognizer.pack.embedder.maxDistance;
    const clustering = await clusterFaces(faces, { maxDistance, signal, progress });
    const clusters = clustersOf(protocol, clustering);
    const scores = clusterScores(people, clusters);
    const others: LimitScores[] = [];
    const tried = limitsAround(maxDistance, request.limits);
    for (const [done, limit] of tried.entries()) {
      progress({ stage: 'trying other limits', done, total: tried.length });
      const found =
        limit === maxDistance ? clustering : await clusterFaces(faces, { maxDistance: limit, signal });
      others.push({ maxDistance: limit, scores: clusterScores(people, clustersOf(protocol, found)) });
    }
    progress({ stage: 'trying other limits', done: tried.length, total: tried.length });
    const mistakes = clusterMistakes(people, clusters);
    const alone = failed.map(() => 1);
    return {
      pack: recognizer.pack.name,
      maxDistance,
      clusters,
      unclear: clustering.unclear.length,
      scores,
      sizes: [...clustering.clusters.map(({ faces: ids }) => ids.length), ...alone],
      limits: others,
      mistakes,
      ...(await showMistakes(mistakes, clustering, protocol, looked, context)),
      failed,
      work,
    };
  });
}

/** A photo one face, known by its file: no two faces of a photo can be in one cluster. */
function facesOf(
  { photos: files }: ClustersProtocol,
  photos: readonly EmbeddedPhoto[],
  minQuality: number,
): FaceToCluster[] {
  return photos.flatMap((photo, i) =>
    hasFace(photo)
      ? [{ id: files[i]!.file, embedding: photo.embedding, unclear: photo.quality < minQuality }]
      : [],
  );
}

function clustersOf(
  { photos: files }: ClustersProtocol,
  { clusters }: Clustering,
): (ClusterLabel & (number | null))[] {
  const numbers = new Map(clusters.flatMap(({ number, faces }) => faces.map((id) => [id, number] as const)));
  return files.map(({ file }) => numbers.get(file) ?? null);
}
