import { distance, unit } from '../../kernel/index.ts';

/** A face with what tells people apart. */
export interface AppearingFace {
  /** Number of the photo it was found in. Two faces of one photo are two people. */
  readonly photo: number;
  /** As the network gave it. */
  readonly embedding: Float32Array;
}

/**
 * Share of the smallest distance between two faces of one photo up to which faces count as one
 * person. Two faces of one photo are certainly two people, so that distance is known to be too far; the
 * rest is a margin, for joining two people does more harm than giving one person two names.
 */
const nearEnough = 0.8;

/**
 * Which faces are the same person: faces of different photos are joined, nearest first, as long as
 * every two faces of a group are near (complete linkage) and no group has two faces of one photo.
 * Near is what is at most `maxDistance` apart and clearly nearer than any two faces of one photo.
 * @param maxDistance Euclidean, between unit embeddings
 * @returns for each face the number of its person, counted in order of first appearance
 */
export function groupByPerson(faces: readonly AppearingFace[], maxDistance: number): number[] {
  const units = faces.map(({ embedding }) => unit(embedding));
  const pairs: { readonly a: number; readonly b: number; readonly apart: number }[] = [];
  let limit = maxDistance;
  for (let b = 0; b < faces.length; b++) {
    for (let a = 0; a < b; a++) {
      const apart = distance(units[a]!, units[b]!);
      if (faces[a]!.photo === faces[b]!.photo) limit = Math.min(limit, nearEnough * apart);
      else pairs.push({ a, b, apart });
    }
  }
  const near = pairs.filter(({ apart }) => apart <= limit);
  near.sort((first, second) => first.apart - second.apart || first.a - second.a || first.b - second.b);

  const groupOf = faces.map((_, i) => [i]);
  const fit = (i: number, j: number): boolean =>
    faces[i]!.photo !== faces[j]!.photo && distance(units[i]!, units[j]!) <= limit;
  for (const { a, b } of near) {
    const [one, other] = [groupOf[a]!, groupOf[b]!];
    if (one === other || !one.every((i) => other.every((j) => fit(i, j)))) continue;
    one.push(...other);
    for (const member of other) groupOf[member] = one;
  }
  const order = [...new Set(groupOf)];
  return groupOf.map((group) => order.indexOf(group));
}
