import { toVisageError } from '../../kernel/index.ts';
import { ApproximateIndex, loadUsearch, type ApproximateIndexOptions } from './approximate-index.ts';
import { ExactIndex } from './exact-index.ts';
import type { FaceIndex } from './face-index.ts';

export interface OpenedIndex {
  readonly index: FaceIndex;
  /** Why the index is of another kind than asked for, to be shown to a person. */
  readonly notice: string | undefined;
}

/**
 * An empty index. Where usearch is not installed or has no binary for this platform, exact search serves
 * in place of approximate search, and `notice` says so.
 */
export async function openFaceIndex(
  kind: FaceIndex['kind'],
  dimension: number,
  options: ApproximateIndexOptions = {},
  packageName = 'usearch',
): Promise<OpenedIndex> {
  if (kind === 'exact') return { index: new ExactIndex(dimension), notice: undefined };
  try {
    const usearch = await loadUsearch(packageName);
    return { index: new ApproximateIndex(usearch, dimension, options), notice: undefined };
  } catch (thrown) {
    const { message, hint } = toVisageError(thrown);
    const notice = `${message} Exact search serves instead. (${hint})`;
    return { index: new ExactIndex(dimension), notice };
  }
}
