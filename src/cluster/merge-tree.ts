/**
 * How faces were merged, step by step: step k joins two nodes into node `leaves.length + k`; nodes
 * below `leaves.length` are the faces. A face or node that is no part of any later step is a cluster.
 */
export interface MergeTree {
  /** The ids of the faces, sorted by code point. */
  readonly leaves: readonly string[];
  /** Both nodes of each step: `[2k]` and `[2k + 1]`. */
  readonly nodes: Int32Array;
  /** How similar they were; see `growTree`. */
  readonly similarities: Float64Array;
}

export const emptyTree: MergeTree = {
  leaves: [],
  nodes: new Int32Array(0),
  similarities: new Float64Array(0),
};

/** The step that each node was part of, −1 for those that were part of none. */
export function parentSteps({ leaves, nodes }: MergeTree): Int32Array {
  const parents = new Int32Array(leaves.length + nodes.length / 2).fill(-1);
  for (let i = 0; i < nodes.length; i++) parents[nodes[i]!] = i >> 1;
  return parents;
}

/** The faces of each cluster as indices of `leaves`, ascending; clusters by their first face. */
export function clustersOf(tree: MergeTree): number[][] {
  const leafCount = tree.leaves.length;
  const parents = parentSteps(tree);
  const roots = new Int32Array(parents.length);
  // A step's node has a higher number than those it joins, so from the top every root is known in time.
  for (let node = parents.length - 1; node >= 0; node--) {
    const parent = parents[node]!;
    roots[node] = parent < 0 ? node : roots[leafCount + parent]!;
  }
  const clusters = new Map<number, number[]>();
  for (let leaf = 0; leaf < leafCount; leaf++) {
    const members = clusters.get(roots[leaf]!);
    if (members === undefined) clusters.set(roots[leaf]!, [leaf]);
    else members.push(leaf);
  }
  return [...clusters.values()];
}
