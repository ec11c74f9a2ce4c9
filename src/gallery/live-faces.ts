import { setImmediate as breath } from 'node:timers/promises';
import { compareCodePoints, unit, type ProgressListener } from '../kernel/index.ts';
import { poorBelow } from '../quality/index.ts';
import type { ExampleCodec } from './example.ts';
import type { FaceIndex } from './search/face-index.ts';
import type { ExampleWithEmbedding, GalleryStore, PersonRow } from './store.ts';

/** Examples read at once: about half a megabyte of embeddings, some milliseconds. */
const pageSize = 1000;

/** An example that a search found, and whose it is. */
export interface FaceMatch {
  readonly exampleId: number;
  readonly personId: string;
  readonly name: string;
  /** Euclidean, between unit embeddings. */
  readonly distance: number;
  /** In (0, 1]: the overall quality it was enrolled with; 1 where nobody said. */
  readonly weight: number;
  /** Of poor quality, while the person has a better example: it does not count. */
  readonly spare: boolean;
}

/** Nothing weighs less: a person may have examples of no quality alone. */
const leastWeight = 0.02;

export interface Watch {
  readonly progress?: ProgressListener;
  readonly signal?: AbortSignal;
}

/** What a process keeps of a gallery in memory to search it: the people, whose each example is, the index. */
export class LiveFaces {
  readonly index: FaceIndex;
  readonly #store: GalleryStore;
  readonly #codec: ExampleCodec;
  readonly #people = new Map<string, PersonRow>();
  /** The person that each example was added to, before any merge. In order of id. */
  readonly #owners = new Map<number, string>();
  #version = 0;
  #syncing: Promise<unknown> = Promise.resolve();
  #known: readonly LivePerson[] | undefined;
  /** Of examples whose weight is not 1. */
  readonly #weights = new Map<number, number>();
  #spare: ReadonlySet<number> | undefined;
  #knownById: ReadonlyMap<string, LivePerson> | undefined;

  constructor(store: GalleryStore, codec: ExampleCodec, index: FaceIndex) {
    this.#store = store;
    this.#codec = codec;
    this.index = index;
  }

  /** The version of the store that searches answer from. */
  get version(): number {
    return this.#version;
  }

  /**
   * Takes over what has changed in the store since the last time, by whichever process.
   * @returns whether anything had
   */
  sync(watch: Watch = {}): Promise<boolean> {
    const running = this.#syncing.then(() => this.#syncOnce(watch));
    this.#syncing = running.catch(() => {});
    return running;
  }

  #syncOnce({ progress, signal }: Watch): Promise<boolean> {
    return this.#store.read(async (reader) => {
      const version = await reader.version();
      if (version === this.#version) return false;
      const isFirst = this.#version === 0;
      const removed = isFirst ? { people: [], examples: [] } : await reader.removed(this.#version);
      const people = await reader.people(this.#version);
      const changed: ExampleWithEmbedding[] = [];
      for (let last = 0; ; ) {
        signal?.throwIfAborted();
        const page = await reader.examples(this.#version, last, pageSize);
        last = page.at(-1)?.example.id ?? last;
        // The first time nobody searches yet; later all changes come at once, or a search would see half of them.
        if (isFirst) for (const each of page) this.#put(each);
        else changed.push(...page);
        if (page.length < pageSize) break;
        progress?.({ stage: 'loading the gallery', done: this.index.size, total: undefined });
        await breath();
      }
      for (const id of removed.examples) {
        this.index.remove(id);
        this.#owners.delete(id);
        this.#weights.delete(id);
      }
      for (const id of removed.people) this.#people.delete(id);
      for (const person of people) this.#people.set(person.id, person);
      for (const each of changed) this.#put(each);
      this.#version = version;
      this.#known = undefined;
      this.#spare = undefined;
      this.#knownById = undefined;
      return true;
    });
  }

  #put({ example, embedding }: ExampleWithEmbedding): void {
    // An embedding never changes; an example that is there was moved.
    if (!this.#owners.has(example.id)) {
      this.index.add(example.id, unit(this.#codec.embedding(example.id, embedding)));
      const { overall } = example.quality;
      if (overall !== undefined && overall < 1) {
        this.#weights.set(example.id, Math.max(leastWeight, overall));
      }
    }
    this.#owners.set(example.id, example.personId);
  }

  /** Who a person is after all merges. */
  #today(personId: string): PersonRow {
    let person = this.#people.get(personId)!;
    while (person.mergedInto !== null) person = this.#people.get(person.mergedInto)!;
    return person;
  }

  /** At most `count` examples, nearest first. @param unitEmbedding of unit length */
  search(unitEmbedding: Float32Array, count: number): FaceMatch[] {
    return this.index.search(unitEmbedding, count).map(({ id, distance }) => {
      const person = this.#today(this.#owners.get(id)!);
      const [weight, spare] = [this.weight(id), this.spare.has(id)];
      return { exampleId: id, personId: person.id, name: person.name, distance, weight, spare };
    });
  }

  /** See {@link FaceMatch.weight}. */
  weight(exampleId: number): number {
    return this.#weights.get(exampleId) ?? 1;
  }

  /** Examples of poor quality whose people have a better one. */
  get spare(): ReadonlySet<number> {
    this.#spare ??= this.#findSpare();
    return this.#spare;
  }

  #findSpare(): ReadonlySet<number> {
    const poor = [...this.#weights].filter(([, weight]) => weight < poorBelow).map(([id]) => id);
    if (poor.length === 0) return new Set();
    const wellKnown = new Set<string>();
    for (const [id, owner] of this.#owners) {
      if (this.weight(id) >= poorBelow) wellKnown.add(this.#today(owner).id);
    }
    return new Set(poor.filter((id) => wellKnown.has(this.#today(this.#owners.get(id)!).id)));
  }

  /** Everybody who has examples, sorted by code point, as of {@link version}. */
  get known(): readonly LivePerson[] {
    if (this.#known === undefined) {
      const found = new Map<string, { name: string; id: string; exampleIds: number[] }>();
      for (const [exampleId, owner] of this.#owners) {
        const { id, name } = this.#today(owner);
        const person = found.get(id);
        if (person === undefined) found.set(id, { id, name, exampleIds: [exampleId] });
        else person.exampleIds.push(exampleId);
      }
      this.#known = [...found.values()].sort((a, b) => compareCodePoints(a.name, b.name));
    }
    return this.#known;
  }

  /** The examples of a person that a search found, in order of id; takes in the merged. */
  examplesOf(personId: string): readonly number[] {
    this.#knownById ??= new Map(this.known.map((person) => [person.id, person]));
    return this.#knownById.get(personId)?.exampleIds ?? [];
  }

  /**
   * Examples of the first `limit` people to have two, at most `each` of a person, oldest first; less where
   * there are not so many. Looks no further than it must.
   */
  sample(limit: number, each: number): number[][] {
    const found = new Map<string, number[]>();
    let people = 0;
    for (const [exampleId, owner] of this.#owners) {
      const { id } = this.#today(owner);
      const ids = found.get(id);
      if (ids === undefined) found.set(id, [exampleId]);
      else if (ids.length < each && ids.push(exampleId) === 2 && ++people === limit) break;
    }
    return [...found.values()].filter((ids) => ids.length > 1);
  }
}

/** A person who can be found. */
export interface LivePerson {
  readonly id: string;
  readonly name: string;
  /** In order of id. */
  readonly exampleIds: readonly number[];
}
