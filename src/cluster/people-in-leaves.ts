import type { Corrections } from './corrections.ts';
import { DisjointSets } from './disjoint-sets.ts';

/** A face and the photo it is in, where that is known. */
interface PhotoFace {
  readonly id: string;
  readonly photo?: string;
}

/** What corrections and photos say about the leaves of a tree. */
export class PeopleInLeaves {
  /** Leaves that are of one person, where there are several. */
  readonly groups: readonly (readonly number[])[];
  /** Leaves that are of two people. */
  readonly apart: readonly (readonly [number, number])[];
  /** Those of them that somebody said, by leaf: a common photo is no more than a presumption. */
  readonly #strangers = new Map<number, Set<number>>();

  constructor(faces: readonly PhotoFace[], corrections: Corrections) {
    const byPerson = groupBy(faces, ({ id }) => corrections.personOf(id));
    this.groups = [...byPerson.values()].filter((leaves) => leaves.length > 1);
    const pairsOf = (personA: string, personB: string): [number, number][] =>
      (byPerson.get(personA) ?? []).flatMap((a) =>
        (byPerson.get(personB) ?? []).map((b): [number, number] => [a, b]),
      );
    const said = corrections.list.flatMap(({ same, faces: [a, b] }) =>
      same ? [] : pairsOf(corrections.personOf(a), corrections.personOf(b)),
    );
    const presumed: [number, number][] = [];
    for (const [photo, leaves] of groupBy(faces, (face) => face.photo)) {
      if (photo === undefined) continue;
      for (const [i, a] of leaves.entries()) {
        for (const b of leaves.slice(i + 1)) {
          if (!corrections.areSame(faces[a]!.id, faces[b]!.id)) presumed.push([a, b]);
        }
      }
    }
    this.apart = [...said, ...presumed];
    for (const [a, b] of said) {
      setOf(this.#strangers, a).add(b);
      setOf(this.#strangers, b).add(a);
    }
  }

  /** Joins clusters that hold faces of one person, or says which group of leaves cannot be joined so. */
  join(
    clusters: readonly (readonly number[])[],
  ): { readonly clusters: readonly (readonly number[])[] } | { readonly conflict: number } {
    const clusterOf = new Map(clusters.flatMap((leaves, i) => leaves.map((leaf) => [leaf, i] as const)));
    const sets = new DisjointSets<number>();
    const members = clusters.map((leaves) => [...leaves]);
    for (const [group, leaves] of this.groups.entries()) {
      for (const leaf of leaves) {
        const [into, from] = [sets.find(clusterOf.get(leaves[0]!)!), sets.find(clusterOf.get(leaf)!)];
        if (into === from) continue;
        const there = new Set(members[into]);
        for (const member of members[from]!) {
          for (const stranger of this.#strangers.get(member) ?? []) {
            if (there.has(stranger)) return { conflict: group };
          }
        }
        sets.join(into, from);
        members[into]!.push(...members[from]!);
        members[from] = [];
      }
    }
    return { clusters: members.filter((leaves) => leaves.length > 0) };
  }
}

function groupBy<Key>(faces: readonly PhotoFace[], keyOf: (face: PhotoFace) => Key): Map<Key, number[]> {
  const groups = new Map<Key, number[]>();
  for (const [leaf, face] of faces.entries()) {
    const key = keyOf(face);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [leaf]);
    else group.push(leaf);
  }
  return groups;
}

function setOf<Key, Value>(sets: Map<Key, Set<Value>>, key: Key): Set<Value> {
  let set = sets.get(key);
  if (set === undefined) sets.set(key, (set = new Set()));
  return set;
}
