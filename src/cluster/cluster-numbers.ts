interface Numbered {
  readonly number: number;
  readonly faces: readonly string[];
}

/**
 * Numbers for clusters, given largest first: each takes the number of the earlier cluster that it shares
 * most faces with, where two want the same the one that shares more (then the larger one), and the others
 * get the next numbers that were never used.
 */
export function numberClusters(
  clusters: readonly (readonly string[])[],
  earlier: readonly Numbered[],
  nextNumber: number,
): { readonly numbers: readonly number[]; readonly nextNumber: number } {
  const numberOf = new Map<string, number>();
  for (const { number, faces } of earlier) for (const face of faces) numberOf.set(face, number);
  const wishes = clusters.flatMap((faces, cluster) => {
    const shared = new Map<number, number>();
    for (const face of faces) {
      const number = numberOf.get(face);
      if (number !== undefined) shared.set(number, (shared.get(number) ?? 0) + 1);
    }
    return Array.from(shared, ([number, count]) => ({ cluster, number, count }));
  });
  wishes.sort((a, b) => b.count - a.count || a.cluster - b.cluster || a.number - b.number);
  const numbers = clusters.map(() => 0);
  const taken = new Set<number>();
  for (const { cluster, number } of wishes) {
    if (numbers[cluster] !== 0 || taken.has(number)) continue;
    numbers[cluster] = number;
    taken.add(number);
  }
  let next = nextNumber;
  return { numbers: numbers.map((number) => (number === 0 ? next++ : number)), nextNumber: next };
}
