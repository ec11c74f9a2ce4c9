import type { ClusterName } from './album.ts';
import type { Correction } from './corrections.ts';

/** Changes whenever the arrays of an album's file do. */
export const albumFormat = 'visage-clusters-1';

/** What is neither a row a photo nor a row a face. */
export interface AlbumSettings {
  readonly maxDistance: number;
  readonly nextNumber: number;
  readonly corrections: readonly Correction[];
  readonly names: readonly ClusterName[];
}
