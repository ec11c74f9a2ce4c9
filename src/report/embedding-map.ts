import { type ProgressListener, type Random, unit, visageError } from '../kernel/index.ts';
import { principalCoordinates } from './principal-components.ts';

export type MapMethod = 'umap' | 'pca';

/** Where each embedding lies on a plane. */
export interface EmbeddingMap {
  readonly method: MapMethod;
  /** One a vector, in the same order; units without meaning. */
  readonly positions: readonly { readonly x: number; readonly y: number }[];
}

/** Below this many faces UMAP has no neighbourhoods to keep together, and principal components say more. */
const leastForUmap = 20;

/** Neighbours that UMAP keeps together; its own default (McInnes, Healy and Melville 2018). */
const neighbors = 15;

/** Wider than UMAP's defaults (0.1 and 1), so that the faces of one person do not lie on one another. */
const closest = 0.9;
const spread = 1.6;

export interface EmbeddingMapOptions {
  readonly progress?: ProgressListener;
  readonly signal?: AbortSignal;
}

/**
 * Lays embeddings out on a plane so that faces that look alike lie together: UMAP on unit embeddings,
 * principal components where there are fewer than 20. Same `random`, same map. About a second for
 * 200 faces.
 * @throws VisageError `INTERRUPTED`
 */
export async function mapEmbeddings(
  embeddings: readonly Float32Array[],
  random: Random,
  { progress, signal }: EmbeddingMapOptions = {},
): Promise<EmbeddingMap> {
  const units = embeddings.map((embedding) => unit(embedding));
  if (units.length < leastForUmap) return { method: 'pca', positions: principalCoordinates(units, random) };
  const { UMAP } = await import('umap-js');
  const umap = new UMAP({
    nComponents: 2,
    nNeighbors: Math.min(neighbors, units.length - 1),
    minDist: closest,
    spread,
    random: () => random.next(),
  });
  const stage = 'drawing the map';
  const rounds = umap.initializeFit(units.map((vector) => [...vector]));
  for (let round = 0; round < rounds; round++) {
    if (signal?.aborted) throw visageError('INTERRUPTED', { kept: 'everything before the map is kept' });
    umap.step();
    if (round % 25 === 24) {
      progress?.({ stage, done: round + 1, total: rounds });
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  progress?.({ stage, done: rounds, total: rounds });
  const positions = umap.getEmbedding().map(([x, y]) => ({ x: x!, y: y! }));
  // Identical embeddings can leave UMAP without a layout.
  if (positions.every(({ x, y }) => Number.isFinite(x) && Number.isFinite(y))) {
    // Turned so that the widest extent lies across the page; distances stay.
    const turned = principalCoordinates(
      positions.map(({ x, y }) => Float64Array.of(x, y)),
      random,
    );
    return { method: 'umap', positions: turned };
  }
  return { method: 'pca', positions: principalCoordinates(units, random) };
}
