/** An embedding that a search found. */
export interface Match {
  readonly id: number;
  /** Euclidean, between unit embeddings: in [0, 2]. */
  readonly distance: number;
}

/**
 * Finds the embeddings nearest to one. Holds unit embeddings only; ids are the caller's, whole numbers
 * from 0 to 2⁵³ − 1.
 */
export interface FaceIndex {
  readonly kind: 'exact' | 'approximate';
  /** Numbers per embedding. */
  readonly dimension: number;
  readonly size: number;
  /**
   * @param unitEmbedding of unit length; copied
   * @throws RangeError where `id` is there already or the dimension is another
   */
  add(id: number, unitEmbedding: Float32Array): void;
  /** @returns whether it was there */
  remove(id: number): boolean;
  /** The embedding added as `id`, as a view that the next `add` or `remove` may invalidate. */
  vector(id: number): Float32Array | undefined;
  /**
   * At most `count` matches, nearest first, equally near ones by id.
   * @param unitEmbedding of unit length
   */
  search(unitEmbedding: Float32Array, count: number): Match[];
}
