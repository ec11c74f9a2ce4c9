/** Whom a call is about: a name, in any case, or an id. */
export type PersonReference = string | { readonly id: string };

/** A person of a gallery. */
export interface Person {
  /** A UUID; stays through renaming and merging. */
  readonly id: string;
  readonly name: string;
  readonly exampleCount: number;
}

/** One face of a person. */
export interface Example {
  /** Stays for good and is never used again. */
  readonly id: number;
  /** File name of the photo; empty where nobody said. */
  readonly source: string;
  readonly quality: Readonly<Record<string, number>>;
  readonly addedAtMs: number | null;
  readonly hasCrop: boolean;
  /** The merged person it came with, if any. */
  readonly mergedFrom: string | null;
}

/** Everything about a person but the embeddings and crops. */
export interface PersonDetails extends Person {
  /** By id. */
  readonly examples: readonly Example[];
  /** Those who were merged into this person, directly or through another; `unmerge` gives them back. */
  readonly merged: readonly Person[];
}

/** What was deleted. */
export interface Deletion {
  readonly examples: number;
  /**
   * Whether nothing of it is left in the files of the gallery. False where another process was
   * reading; then it is gone as soon as the gallery is next closed, opened or deleted from.
   */
  readonly erased: boolean;
}
