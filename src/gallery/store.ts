/**
 * What a gallery is kept in. One small interface; every driver runs the same contract suite
 * (test/gallery/store-contract.ts).
 *
 * A store may be shared by several processes, so nothing is remembered between transactions: each sees
 * the state that others have committed. Every transaction that changes something counts the version up
 * by one, in the order of commits; rows carry the version that last changed them, so that whoever keeps a
 * copy can ask for what is newer than it.
 */
export interface GalleryStore extends AsyncDisposable {
  /** Where it lies, as messages call it. */
  readonly path: string;
  /**
   * Runs `work` on one state of the store, which does not change under it. It must await all that it
   * asked for, and must not wait for another transaction of this store.
   */
  read<Result>(work: (reader: StoreReader) => Promise<Result>): Promise<Result>;
  /**
   * Runs `work` alone of all writers and commits when it is fulfilled: then everything is there, for
   * good. When it throws, nothing is.
   * @throws VisageError `GALLERY_BUSY`, `FILE_UNWRITABLE`; whatever `work` throws
   */
  write<Result>(work: (writer: StoreWriter) => Promise<Result>): Promise<Result>;
  /**
   * Makes what was deleted unrecoverable from the store's own files.
   * @returns false where somebody else's reading kept it from being done now; it is tried again
   *   by the next one and when the store is closed or opened
   */
  erase(): Promise<boolean>;
  /** Waits for running transactions. Safe to call twice. */
  close(): Promise<void>;
}

/** A person, or one who was merged into another. */
export interface PersonRow {
  /** A UUID. */
  readonly id: string;
  readonly name: string;
  /** What must be unique among people who are not merged; see `personName`. */
  readonly nameKey: string;
  /** Id of the person this one was merged into. */
  readonly mergedInto: string | null;
}

/** One face of a person. */
export interface ExampleRow {
  /** Given by the store, counting up, never used again. */
  readonly id: number;
  /** The person it was added to or moved to, who may have been merged since. */
  readonly personId: string;
  /** File name of the photo. */
  readonly source: string;
  readonly quality: Readonly<Record<string, number>>;
  readonly addedAtMs: number | null;
  readonly hasCrop: boolean;
}

/** Bytes of an example, as the gallery made them: sealed where it is encrypted. */
export interface ExampleBytes {
  readonly embedding: Uint8Array;
  readonly crop: Uint8Array | null;
}

export interface ExampleWithEmbedding {
  readonly example: ExampleRow;
  readonly embedding: Uint8Array;
}

/** What holds for the whole gallery. */
export interface GalleryMetadata {
  /** A UUID. */
  readonly galleryId: string;
  readonly pack: string;
  readonly dimension: number;
  /** How the key of the records is wrapped; null: nothing is encrypted. */
  readonly encryption: string | null;
}

export interface Removed {
  readonly people: readonly string[];
  readonly examples: readonly number[];
}

export interface StoreReader {
  /** 0 before the first change. */
  version(): Promise<number>;
  metadata(): Promise<GalleryMetadata | undefined>;
  person(id: string): Promise<PersonRow | undefined>;
  /** The person of that name who is not merged. */
  personNamed(nameKey: string): Promise<PersonRow | undefined>;
  /** Those merged into `id` directly. */
  mergedInto(id: string): Promise<readonly PersonRow[]>;
  /** Everybody changed by a version after `after`, in any order. */
  people(after?: number): Promise<readonly PersonRow[]>;
  example(id: number): Promise<ExampleRow | undefined>;
  /** Of these people, by id. */
  examplesOf(personIds: readonly string[]): Promise<readonly ExampleRow[]>;
  /** How many examples each person has who has any. */
  exampleCounts(): Promise<ReadonlyMap<string, number>>;
  /** The first `limit` of the examples with an id above `afterId` changed by a version after `after`, by id. */
  examples(after: number, afterId: number, limit: number): Promise<readonly ExampleWithEmbedding[]>;
  bytes(exampleId: number): Promise<ExampleBytes | undefined>;
  /** What versions after `after` removed. */
  removed(after: number): Promise<Removed>;
}

export interface StoreWriter extends StoreReader {
  setMetadata(metadata: GalleryMetadata): Promise<void>;
  /** Adds or replaces. The name must be free. */
  putPerson(person: PersonRow): Promise<void>;
  /** Who must have no examples, and nobody merged into. */
  removePerson(id: string): Promise<void>;
  /** An id for an example that is about to be added. */
  nextExampleId(): Promise<number>;
  addExample(example: ExampleRow, bytes: ExampleBytes): Promise<void>;
  moveExample(id: number, personId: string): Promise<void>;
  removeExample(id: number): Promise<void>;
}
