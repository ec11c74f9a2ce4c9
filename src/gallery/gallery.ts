import { setImmediate as breath } from 'node:timers/promises';
import { type Enrolled, type Enrolment, enrolExamples } from './enrolment.ts';
import type { ExampleCodec, NewExample } from './example.ts';
import { familyOf, findPerson } from './family.ts';
import { findExample, unknownExample } from './find-example.ts';
import { LiveFaces, type Watch } from './live-faces.ts';
import type { Deletion, Person, PersonDetails, PersonReference } from './people.ts';
import { giveExample, mergePeople, renamePerson, splitPerson, unmergePerson } from './person-changes.ts';
import { listPeople, personDetails } from './person-details.ts';
import { ApproximateIndex } from './search/approximate-index.ts';
import type { FaceIndex } from './search/face-index.ts';
import { openFaceIndex } from './search/open-index.ts';
import { SavedIndex } from './search/saved-index.ts';
import type { GalleryMetadata, GalleryStore, PersonRow, StoreReader, StoreWriter } from './store.ts';

/** Examples added between two breaths of the event loop. */
const examplesPerBreath = 500;

/**
 * The people that are known: names, examples, embeddings, all of one pack. Opened by `openGallery`.
 *
 * Every change is one transaction: when its promise is fulfilled it is on the disk, and until then
 * nothing of it is. Changes take effect on searches of this process at once, and on those of other
 * processes when they `refresh`.
 *
 * A merge only writes down that one person is another; nothing is lost by it, and `unmerge` takes it
 * back at any time, also after further merges.
 */
export class Gallery implements AsyncDisposable {
  readonly path: string;
  readonly #store: GalleryStore;
  readonly #metadata: GalleryMetadata;
  readonly #codec: ExampleCodec;
  readonly #indexKind: FaceIndex['kind'];
  /**
   * Dropped before the commit of a deletion: a process killed in between loses an index, which can be built
   * again. Undefined where none may be kept.
   */
  readonly #savedIndex: SavedIndex | undefined;
  #live: Promise<LiveFaces> | undefined;
  #notice: string | undefined;

  /** Use `openGallery`. */
  constructor(
    store: GalleryStore,
    metadata: GalleryMetadata,
    codec: ExampleCodec,
    indexKind: FaceIndex['kind'],
  ) {
    this.path = store.path;
    this.#store = store;
    this.#metadata = metadata;
    this.#codec = codec;
    this.#indexKind = indexKind;
    this.#savedIndex =
      this.encrypted || this.path === ':memory:' ? undefined : new SavedIndex(`${this.path}.index`);
  }

  /** A UUID. */
  get id(): string {
    return this.#metadata.galleryId;
  }

  /** Name of the pack that the embeddings are of. */
  get pack(): string {
    return this.#metadata.pack;
  }

  /** Numbers per embedding. */
  get dimension(): number {
    return this.#metadata.dimension;
  }

  /** Whether embeddings and crops are encrypted where they lie. */
  get encrypted(): boolean {
    return this.#metadata.encryption !== null;
  }

  /** Why searches are exact though approximate ones were asked for, once they are loaded. */
  get notice(): string | undefined {
    return this.#notice;
  }

  /** Counts up by one with every change by any process. */
  version(): Promise<number> {
    return this.#store.read((reader) => reader.version());
  }

  // Looking.

  /** Everybody, sorted by name (code points). */
  people(): Promise<Person[]> {
    return this.#store.read(listPeople);
  }

  /** @throws VisageError `PERSON_UNKNOWN`, `PERSON_NAME_INVALID` */
  show(person: PersonReference): Promise<PersonDetails> {
    return this.#store.read(async (reader) => personDetails(reader, await this.#find(reader, person)));
  }

  /** As it was added. @throws VisageError `EXAMPLE_UNKNOWN`, `GALLERY_INVALID` */
  async embedding(exampleId: number): Promise<Float32Array> {
    const { embedding } = await this.#bytes(exampleId);
    return this.#codec.embedding(exampleId, embedding);
  }

  /** The crop's JPEG or WebP file; undefined where none was added. @throws VisageError `EXAMPLE_UNKNOWN`, `GALLERY_INVALID` */
  async crop(exampleId: number): Promise<Uint8Array | undefined> {
    const { crop } = await this.#bytes(exampleId);
    return crop === null ? undefined : this.#codec.crop(exampleId, crop);
  }

  // Changing.

  /**
   * Adds examples to a person, who is added first where the name is new. With no examples just the
   * person is there.
   * @throws VisageError `PERSON_NAME_INVALID`, `EXAMPLE_INVALID`, `GALLERY_BUSY`, `FILE_UNWRITABLE`
   */
  async add(name: string, examples: readonly NewExample[] = []): Promise<PersonDetails> {
    return (await this.enrol(name, examples)).person;
  }

  /** As {@link add}, and says which examples are the new ones. Throws as it does. */
  enrol(name: string, examples: readonly NewExample[]): Promise<Enrolled> {
    return this.#change(async (writer) => {
      const { person, isNew, exampleIds } = await enrolExamples(writer, this, this.#codec, {
        name,
        examples,
      });
      return { person: await personDetails(writer, person), isNew, exampleIds };
    });
  }

  /**
   * Adds examples of many people in one transaction.
   * @returns how many people are new
   * @throws VisageError as `add`; the reason of an aborted signal, and nothing was added
   */
  addAll(enrolments: Iterable<Enrolment>, { progress, signal }: Watch = {}): Promise<number> {
    return this.#change(async (writer) => {
      let newPeople = 0;
      let done = 0;
      const count = async (checkedName: string): Promise<void> => {
        if (++done % examplesPerBreath !== 0) return;
        signal?.throwIfAborted();
        progress?.({ stage: 'enrolling', done, total: undefined, item: checkedName });
        await breath();
      };
      for (const enrolment of enrolments) {
        if ((await enrolExamples(writer, this, this.#codec, enrolment, count)).isNew) newPeople++;
      }
      return newPeople;
    });
  }

  /** Only the case of a name may change too. @throws VisageError `PERSON_UNKNOWN`, `PERSON_EXISTS`, `PERSON_NAME_INVALID` */
  rename(person: PersonReference, newName: string): Promise<PersonDetails> {
    return this.#changePerson((writer) => renamePerson(writer, this.path, person, newName));
  }

  /** `from` becomes `into`: its examples count as theirs, its name is free. @throws VisageError `PERSON_UNKNOWN`, `PERSON_CHANGE_INVALID` */
  merge(from: PersonReference, into: PersonReference): Promise<PersonDetails> {
    return this.#changePerson((writer) => mergePeople(writer, this.path, from, into));
  }

  /**
   * Takes a merge back: `merged` is a person again, with the examples that came with them, those of
   * people merged into them before, and no others.
   * @param merged name or id of somebody who was merged into `person`, directly or through another
   * @param newName for where the old one has been given to somebody else
   * @throws VisageError `PERSON_UNKNOWN`, `PERSON_EXISTS`, `PERSON_CHANGE_INVALID`
   */
  unmerge(person: PersonReference, merged: PersonReference, newName?: string): Promise<PersonDetails> {
    return this.#changePerson((writer) => unmergePerson(writer, this.path, person, merged, newName));
  }

  /**
   * Makes a new person of some examples of another.
   * @throws VisageError `PERSON_UNKNOWN`, `PERSON_EXISTS`, `PERSON_NAME_INVALID`, `EXAMPLE_UNKNOWN`, `PERSON_CHANGE_INVALID`
   */
  split(person: PersonReference, exampleIds: readonly number[], newName: string): Promise<PersonDetails> {
    return this.#changePerson((writer) => splitPerson(writer, this.path, person, exampleIds, newName));
  }

  /** Gives an example to another person. @throws VisageError `EXAMPLE_UNKNOWN`, `PERSON_UNKNOWN` */
  moveExample(exampleId: number, to: PersonReference): Promise<PersonDetails> {
    return this.#changePerson((writer) => giveExample(writer, this.path, exampleId, to));
  }

  /**
   * Deletes an example, its embedding and its crop for good. The person stays, also with none left.
   * @throws VisageError `EXAMPLE_UNKNOWN`
   */
  async removeExample(exampleId: number): Promise<Deletion> {
    await this.#change(async (writer) => {
      await findExample(writer, this.path, exampleId);
      await writer.removeExample(exampleId);
      await this.#savedIndex?.drop();
    });
    return { examples: 1, erased: await this.#store.erase() };
  }

  /**
   * Deletes a person and everybody merged into them: names, embeddings, crops and file names, for good.
   * They are overwritten in the gallery's file and gone from its log when the promise is fulfilled. What
   * lies outside the gallery is not touched: photos, classifiers trained before, backups, blocks
   * that the file system keeps.
   * @throws VisageError `PERSON_UNKNOWN`
   */
  async delete(person: PersonReference): Promise<Deletion> {
    const examples = await this.#change(async (writer) => {
      const family = await familyOf(writer, await this.#find(writer, person));
      const rows = await writer.examplesOf(family.map(({ id }) => id));
      for (const { id } of rows) await writer.removeExample(id);
      for (const { id } of family.toReversed()) await writer.removePerson(id);
      await this.#savedIndex?.drop();
      return rows.length;
    });
    return { examples, erased: await this.#store.erase() };
  }

  // Searching.

  /** The embeddings in memory, ready to be searched; loaded the first time. @throws VisageError `GALLERY_INVALID` */
  faces(watch: Watch = {}): Promise<LiveFaces> {
    this.#live ??= this.#load(watch).catch((thrown: unknown) => {
      this.#live = undefined;
      throw thrown;
    });
    return this.#live;
  }

  /** Takes over what other processes have changed. @returns whether they had */
  async refresh(watch: Watch = {}): Promise<boolean> {
    return this.#live === undefined ? false : (await this.#live).sync(watch);
  }

  async #load(watch: Watch): Promise<LiveFaces> {
    const { index, notice } = await openFaceIndex(this.#indexKind, this.dimension);
    this.#notice = notice;
    if (index instanceof ApproximateIndex) this.#savedIndex?.view(index);
    const live = new LiveFaces(this.#store, this.#codec, index);
    await live.sync(watch);
    return live;
  }

  /**
   * Keeps the graph of approximate search beside the gallery, so that the next process looks at it on
   * disk instead of building it. It holds embeddings, so deleting anything deletes it too, and an encrypted
   * gallery keeps none.
   * @returns false where none is kept: searches are exact, or the gallery is encrypted or in memory
   */
  async saveIndex(watch: Watch = {}): Promise<boolean> {
    const saved = this.#savedIndex;
    const live = await this.faces(watch);
    const { index } = live;
    if (saved === undefined || !(index instanceof ApproximateIndex)) return false;
    await live.sync(watch);
    return this.#store.write(async (writer) => {
      // Under the lock of writers, or a face that was just deleted could be written down again.
      if ((await writer.version()) !== live.version) return false;
      await saved.save(index);
      return true;
    });
  }

  // The rest.

  async close(): Promise<void> {
    await this.#store.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** One transaction; searches of this process know of it when it is done. */
  async #change<Result>(work: (writer: StoreWriter) => Promise<Result>): Promise<Result> {
    const result = await this.#store.write(work);
    await this.refresh();
    return result;
  }

  async #changePerson(work: (writer: StoreWriter) => Promise<PersonRow>): Promise<PersonDetails> {
    return this.#change(async (writer) => personDetails(writer, await work(writer)));
  }

  #find(reader: StoreReader, person: PersonReference): Promise<PersonRow> {
    return findPerson(reader, this.path, person);
  }

  async #bytes(exampleId: number) {
    const known = Number.isSafeInteger(exampleId);
    const found = known ? await this.#store.read((reader) => reader.bytes(exampleId)) : undefined;
    if (found === undefined) throw unknownExample(this.path, exampleId);
    return found;
  }
}
