/** So many answers about a face count; older ones are forgotten. */
const mostVotes = 5;
/** Tracks remembered; those that were not spoken of for longest go first. */
const mostTracks = 256;

/**
 * What a face that is followed is called: what most of the last answers about it said, the latest of those
 * where they are equal. One odd answer so changes nothing.
 */
export class NameVotes<Naming extends { readonly name: string | null }> {
  readonly #votes = new Map<number, Naming[]>();

  /** An answer about the face of a track. */
  add(trackId: number, naming: Naming): void {
    const votes = this.#votes.get(trackId) ?? [];
    this.#votes.delete(trackId);
    this.#votes.set(trackId, [...votes, naming].slice(-mostVotes));
    for (const oldest of this.#votes.keys()) {
      if (this.#votes.size <= mostTracks) break;
      this.#votes.delete(oldest);
    }
  }

  /** The latest answer with the name that most have; `undefined` where there was none yet. */
  of(trackId: number): Naming | undefined {
    const votes = this.#votes.get(trackId) ?? [];
    const counts = new Map<string | null, number>();
    for (const { name } of votes) counts.set(name, (counts.get(name) ?? 0) + 1);
    let best: Naming | undefined;
    for (const naming of votes) {
      if (best === undefined || counts.get(naming.name)! >= counts.get(best.name)!) best = naming;
    }
    return best;
  }
}
