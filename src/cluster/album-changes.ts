import { compareCodePoints } from '../kernel/index.ts';
import type { Album } from './album.ts';

/** How an album differs from what it was. */
export interface AlbumChanges {
  /** Photos of the earlier album that are gone. */
  readonly gone: number;
  /** Clusters that hold other faces than before, new ones among them, and clusters that are as they were. */
  readonly changedClusters: number;
  readonly unchangedClusters: number;
}

const membersOf = (faces: readonly string[]): string => faces.toSorted(compareCodePoints).join(' ');

export function albumChanges(earlier: Album | undefined, { photos, clustering }: Album): AlbumChanges {
  const here = new Set(photos.map(({ fingerprint }) => fingerprint));
  const gone = (earlier?.photos ?? []).filter(({ fingerprint }) => !here.has(fingerprint)).length;
  const before = new Map(
    (earlier?.clustering.clusters ?? []).map(({ number, faces }) => [number, membersOf(faces)]),
  );
  let unchangedClusters = 0;
  for (const { number, faces } of clustering.clusters) {
    if (before.get(number) === membersOf(faces)) unchangedClusters++;
  }
  return { gone, changedClusters: clustering.clusters.length - unchangedClusters, unchangedClusters };
}
