import { visageError } from '../kernel/index.ts';
import { DisjointSets } from './disjoint-sets.ts';

/** What a person has said about two faces. */
export interface Correction {
  /** Whether they are of one person. */
  readonly same: boolean;
  /** Ids of the two faces. */
  readonly faces: readonly [string, string];
}

const keyOf = ({ same, faces: [a, b] }: Correction): string =>
  JSON.stringify(a < b ? [same, a, b] : [same, b, a]);

/**
 * Corrections with everything that follows from them: if a is the same as b and b the same as c, so is a
 * the same as c; and who is not the same as c is neither a.
 */
export class Corrections {
  /** In the order in which they were made, each once. */
  readonly list: readonly Correction[];
  readonly #sets = new DisjointSets<string>();

  /**
   * @param nameOf how a message calls a face
   * @throws VisageError `CLUSTER_CONTRADICTION`
   */
  constructor(list: readonly Correction[], nameOf: (face: string) => string = (face) => face) {
    this.list = [...new Map(list.map((correction) => [keyOf(correction), correction])).values()];
    for (const { same, faces } of this.list) if (same) this.#sets.join(...faces);
    for (const { same, faces } of this.list) {
      if (same || !this.areSame(...faces)) continue;
      throw visageError('CLUSTER_CONTRADICTION', { a: nameOf(faces[0]), b: nameOf(faces[1]) });
    }
  }

  areSame(a: string, b: string): boolean {
    return this.#sets.find(a) === this.#sets.find(b);
  }

  /** The same for all faces that are known to be of one person; a face nobody spoke of stands for itself. */
  personOf(face: string): string {
    return this.#sets.find(face);
  }

  /** Faces for which what is known differs between the two, and all that are of one person with them. */
  static changed(before: Corrections, now: Corrections): Set<string> {
    const [keysBefore, keysNow] = [before, now].map(({ list }) => new Set(list.map(keyOf)));
    const moved = [
      ...before.list.filter((correction) => !keysNow!.has(keyOf(correction))),
      ...now.list.filter((correction) => !keysBefore!.has(keyOf(correction))),
    ];
    const spoken = new Set([...before.list, ...now.list].flatMap(({ faces }) => faces));
    const changed = new Set(moved.flatMap(({ faces }) => faces));
    const people = [before, now].map(
      (known) => [known, new Set([...changed].map((face) => known.personOf(face)))] as const,
    );
    for (const face of spoken) {
      if (people.some(([known, touched]) => touched.has(known.personOf(face)))) changed.add(face);
    }
    return changed;
  }
}
