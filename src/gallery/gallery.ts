import { randomUUID } from 'node:crypto';
import { rename, rm } from 'node:fs/promises';
import { setImmediate as breath } from 'node:timers/promises';
import { compareCodePoints, visageError } from '../kernel/index.ts';
import { checkExample, type ExampleCodec, type NewExample } from './example.ts';
import { familyOf, findPerson, headOf, requireFree } from './family.ts';
import { LiveFaces, type Watch } from './live-faces.ts';
import type { Deletion, Person, PersonDetails, PersonReference } from './people.ts';
import { personName } from './person-name.ts';
import { ApproximateIndex } from './search/approximate-index.ts';
import type { FaceIndex } from './search/face-index.ts';
import { openFaceIndex } from './search/open-index.ts';
import type { GalleryMetadata, GalleryStore, PersonRow, StoreReader, StoreWriter } from './store.ts';

/** Faces of one person that are to be added. */
export interface Enrolment {
  readonly name: string;
  readonly examples: readonly NewExample[];
}

/** What `enrol` did. */
export interface Enrolled {
  /** As they are now. */
  readonly person: PersonDetails;
  /** Whether the name was new. */
  readonly isNew: boolean;
  /** Of the new examples, in the order given. */
  readonly exampleIds: readonly number[];
}

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
    return this.#store.read(async (reader) => {
      const rows = await reader.people();
      const byId = new Map(rows.map((row) => [row.id, row]));
      const totals = new Map<string, number>();
      for (const [id, count] of await reader.exampleCounts()) {
        let person = byId.get(id)!;
        while (person.mergedInto !== null) person = byId.get(person.mergedInto)!;
        totals.set(person.id, (totals.get(person.id) ?? 0) + count);
      }
      return rows
        .filter(({ mergedInto }) => mergedInto === null)
        .map(({ id, name }) => ({ id, name, exampleCount: totals.get(id) ?? 0 }))
        .sort((a, b) => compareCodePoints(a.name, b.name));
    });
  }

  /** @throws VisageError `PERSON_UNKNOWN`, `PERSON_NAME_INVALID` */
  show(person: PersonReference): Promise<PersonDetails> {
    return this.#store.read(async (reader) => details(reader, await this.#find(reader, person)));
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
      const { person, isNew, exampleIds } = await this.#enrol(writer, { name, examples }, async () => {});
      return { person: await details(writer, person), isNew, exampleIds };
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
        if ((await this.#enrol(writer, enrolment, count)).isNew) newPeople++;
      }
      return newPeople;
    });
  }

  /** @param added told after each example */
  async #enrol(
    writer: StoreWriter,
    { name, examples }: Enrolment,
    added: (name: string) => Promise<void>,
  ): Promise<{ readonly person: PersonRow; readonly isNew: boolean; readonly exampleIds: number[] }> {
    const checked = personName(name);
    const known = await writer.personNamed(checked.key);
    const fresh = { id: randomUUID(), name: checked.name, nameKey: checked.key, mergedInto: null };
    const person = known ?? fresh;
    if (known === undefined) await writer.putPerson(person);
    const exampleIds: number[] = [];
    for (const [i, example] of examples.entries()) {
      checkExample(example, this.dimension, `Example ${i + 1} of ${checked.name}`);
      const id = await writer.nextExampleId();
      const { source = '', quality = {}, addedAtMs = null, crop } = example;
      const row = { id, personId: person.id, source, quality, addedAtMs, hasCrop: crop !== undefined };
      await writer.addExample(row, this.#codec.encode(id, example));
      exampleIds.push(id);
      await added(checked.name);
    }
    return { person, isNew: known === undefined, exampleIds };
  }

  /** Only the case of a name may change too. @throws VisageError `PERSON_UNKNOWN`, `PERSON_EXISTS`, `PERSON_NAME_INVALID` */
  rename(person: PersonReference, newName: string): Promise<PersonDetails> {
    return this.#change(async (writer) => {
      const row = await this.#find(writer, person);
      const { name, key } = personName(newName);
      await requireFree(writer, this.path, key, row.id);
      const renamed = { ...row, name, nameKey: key };
      await writer.putPerson(renamed);
      return details(writer, renamed);
    });
  }

  /** `from` becomes `into`: its examples count as theirs, its name is free. @throws VisageError `PERSON_UNKNOWN`, `PERSON_CHANGE_INVALID` */
  merge(from: PersonReference, into: PersonReference): Promise<PersonDetails> {
    return this.#change(async (writer) => {
      const merged = await this.#find(writer, from);
      const target = await this.#find(writer, into);
      if (merged.id === target.id) throw impossible(merged, 'a person cannot be merged into herself');
      await writer.putPerson({ ...merged, mergedInto: target.id });
      return details(writer, target);
    });
  }

  /**
   * Takes a merge back: `merged` is a person again, with the examples that came with them, those of
   * people merged into them before, and no others.
   * @param merged name or id of somebody who was merged into `person`, directly or through another
   * @param newName for where the old one has been given to somebody else
   * @throws VisageError `PERSON_UNKNOWN`, `PERSON_EXISTS`, `PERSON_CHANGE_INVALID`
   */
  unmerge(person: PersonReference, merged: PersonReference, newName?: string): Promise<PersonDetails> {
    return this.#change(async (writer) => {
      const head = await this.#find(writer, person);
      const [, ...others] = await familyOf(writer, head);
      const wanted = typeof merged === 'string' ? personName(merged).key : undefined;
      const matching = others.filter((row) =>
        typeof merged === 'string' ? row.nameKey === wanted : row.id === merged.id,
      );
      const [found] = matching;
      if (found === undefined) throw impossible(head, 'nobody of that name was merged into this person');
      if (matching.length > 1) {
        throw impossible(
          head,
          `${matching.length} people of that name were merged into this one; give an id`,
        );
      }
      const { name, key } = personName(newName ?? found.name);
      await requireFree(writer, this.path, key);
      const freed = { ...found, name, nameKey: key, mergedInto: null };
      await writer.putPerson(freed);
      return details(writer, freed);
    });
  }

  /**
   * Makes a new person of some examples of another.
   * @throws VisageError `PERSON_UNKNOWN`, `PERSON_EXISTS`, `PERSON_NAME_INVALID`, `EXAMPLE_UNKNOWN`, `PERSON_CHANGE_INVALID`
   */
  split(person: PersonReference, exampleIds: readonly number[], newName: string): Promise<PersonDetails> {
    return this.#change(async (writer) => {
      const row = await this.#find(writer, person);
      if (exampleIds.length === 0) throw impossible(row, 'no examples were chosen for the new person');
      const family = await familyOf(writer, row);
      const own = new Set((await writer.examplesOf(family.map(({ id }) => id))).map(({ id }) => id));
      const chosen = new Set(exampleIds);
      for (const id of chosen) if (!own.has(id)) throw this.#unknownExample(id);
      if (chosen.size === own.size)
        throw impossible(row, 'every example would go; rename the person instead');
      const { name, key } = personName(newName);
      await requireFree(writer, this.path, key);
      const fresh: PersonRow = { id: randomUUID(), name, nameKey: key, mergedInto: null };
      await writer.putPerson(fresh);
      for (const id of chosen) await writer.moveExample(id, fresh.id);
      return details(writer, fresh);
    });
  }

  /** Gives an example to another person. @throws VisageError `EXAMPLE_UNKNOWN`, `PERSON_UNKNOWN` */
  moveExample(exampleId: number, to: PersonReference): Promise<PersonDetails> {
    return this.#change(async (writer) => {
      const example = await this.#example(writer, exampleId);
      const target = await this.#find(writer, to);
      const holder = await headOf(writer, example.personId);
      if (holder.id !== target.id) await writer.moveExample(exampleId, target.id);
      return details(writer, target);
    });
  }

  /**
   * Deletes an example, its embedding and its crop for good. The person stays, also with none left.
   * @throws VisageError `EXAMPLE_UNKNOWN`
   */
  async removeExample(exampleId: number): Promise<Deletion> {
    await this.#change(async (writer) => {
      await this.#example(writer, exampleId);
      await writer.removeExample(exampleId);
      await this.#dropSavedIndex();
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
      await this.#dropSavedIndex();
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
    if (index instanceof ApproximateIndex && this.#savedIndexPath !== undefined) {
      index.view(this.#savedIndexPath);
    }
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
    const path = this.#savedIndexPath;
    const live = await this.faces(watch);
    const { index } = live;
    if (path === undefined || !(index instanceof ApproximateIndex)) return false;
    await live.sync(watch);
    return this.#store.write(async (writer) => {
      // Under the lock of writers, or a face that was just deleted could be written down again.
      if ((await writer.version()) !== live.version) return false;
      const temporary = `${path}.${randomUUID()}.tmp`;
      try {
        index.save(temporary);
        await rename(temporary, path);
      } finally {
        await rm(temporary, { force: true });
      }
      return true;
    });
  }

  get #savedIndexPath(): string | undefined {
    return this.encrypted || this.path === ':memory:' ? undefined : `${this.path}.index`;
  }

  /** Before the commit: a process killed in between loses an index, which can be built again. */
  async #dropSavedIndex(): Promise<void> {
    if (this.#savedIndexPath !== undefined) await rm(this.#savedIndexPath, { force: true });
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

  #find(reader: StoreReader, person: PersonReference): Promise<PersonRow> {
    return findPerson(reader, this.path, person);
  }

  async #example(reader: StoreReader, id: number): Promise<{ readonly personId: string }> {
    const found = Number.isSafeInteger(id) ? await reader.example(id) : undefined;
    if (found === undefined) throw this.#unknownExample(id);
    return found;
  }

  async #bytes(exampleId: number) {
    const known = Number.isSafeInteger(exampleId);
    const found = known ? await this.#store.read((reader) => reader.bytes(exampleId)) : undefined;
    if (found === undefined) throw this.#unknownExample(exampleId);
    return found;
  }

  #unknownExample(id: number): Error {
    return visageError('EXAMPLE_UNKNOWN', { path: this.path, got: String(id) });
  }
}

const impossible = ({ name }: PersonRow, reason: string): Error =>
  visageError('PERSON_CHANGE_INVALID', { name, reason });

async function details(reader: StoreReader, person: PersonRow): Promise<PersonDetails> {
  const family = await familyOf(reader, person);
  const rows = await reader.examplesOf(family.map(({ id }) => id));
  const names = new Map(family.map(({ id, name }) => [id, name]));
  const examples = rows.map(({ personId, ...example }) => ({
    ...example,
    mergedFrom: personId === person.id ? null : names.get(personId)!,
  }));
  const merged = family.slice(1).map(({ id, name }) => ({
    id,
    name,
    exampleCount: rows.filter(({ personId }) => personId === id).length,
  }));
  return { id: person.id, name: person.name, exampleCount: rows.length, examples, merged };
}
