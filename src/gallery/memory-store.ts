import { visageError } from '../kernel/index.ts';
import type {
  ExampleBytes,
  ExampleRow,
  ExampleWithEmbedding,
  GalleryMetadata,
  GalleryStore,
  PersonRow,
  Removed,
  StoreReader,
  StoreWriter,
} from './store.ts';
import { ReadersAndWriters } from './readers-and-writers.ts';

interface Versioned<Row> {
  readonly row: Row;
  readonly version: number;
}
type VersionedExample = Versioned<ExampleRow> & { readonly bytes: ExampleBytes };

/** Keeps everything in memory, for tests and for galleries that nobody wants to keep. */
export class MemoryStore implements GalleryStore {
  readonly path = ':memory:';
  readonly #state = new MemoryState();
  readonly #gate = new ReadersAndWriters();
  #closed = false;

  read<Result>(work: (reader: StoreReader) => Promise<Result>): Promise<Result> {
    this.#requireOpen();
    return this.#gate.read(() => work(this.#state));
  }

  write<Result>(work: (writer: StoreWriter) => Promise<Result>): Promise<Result> {
    this.#requireOpen();
    return this.#gate.write(async () => {
      this.#state.begin();
      try {
        return await work(this.#state);
      } catch (thrown) {
        this.#state.undoAll();
        throw thrown;
      }
    });
  }

  async erase(): Promise<boolean> {
    this.#requireOpen();
    return true;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#gate.write(async () => {});
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #requireOpen(): void {
    if (this.#closed) throw visageError('RUNTIME_CLOSED', { what: 'The gallery' });
  }
}

class MemoryState implements StoreWriter {
  #version = 0;
  #lastExampleId = 0;
  #metadata: GalleryMetadata | undefined;
  readonly #people = new Map<string, Versioned<PersonRow>>();
  readonly #byName = new Map<string, string>();
  readonly #examples = new Map<number, VersionedExample>();
  readonly #removed: { readonly version: number; readonly person?: string; readonly example?: number }[] = [];
  /** What takes back each change of the running transaction. */
  #undo: (() => void)[] = [];

  begin(): void {
    this.#undo = [];
  }

  undoAll(): void {
    for (const step of this.#undo.toReversed()) step();
    this.#undo = [];
  }

  /** Counts the version up once a transaction. */
  #change(takeBack: () => void): number {
    if (this.#undo.length === 0) {
      this.#version++;
      this.#undo.push(() => this.#version--);
    }
    this.#undo.push(takeBack);
    return this.#version;
  }

  async version(): Promise<number> {
    return this.#version;
  }

  async metadata(): Promise<GalleryMetadata | undefined> {
    return this.#metadata;
  }

  async person(id: string): Promise<PersonRow | undefined> {
    return this.#people.get(id)?.row;
  }

  async personNamed(nameKey: string): Promise<PersonRow | undefined> {
    const id = this.#byName.get(nameKey);
    return id === undefined ? undefined : this.#people.get(id)?.row;
  }

  async mergedInto(id: string): Promise<readonly PersonRow[]> {
    return [...this.#people.values()].map(({ row }) => row).filter((row) => row.mergedInto === id);
  }

  async people(after = 0): Promise<readonly PersonRow[]> {
    return [...this.#people.values()].filter(({ version }) => version > after).map(({ row }) => row);
  }

  async example(id: number): Promise<ExampleRow | undefined> {
    return this.#examples.get(id)?.row;
  }

  async examplesOf(personIds: readonly string[]): Promise<readonly ExampleRow[]> {
    const wanted = new Set(personIds);
    const found = [...this.#examples.values()].map(({ row }) => row);
    return found.filter(({ personId }) => wanted.has(personId)).sort((a, b) => a.id - b.id);
  }

  async exampleCounts(): Promise<ReadonlyMap<string, number>> {
    const counts = new Map<string, number>();
    for (const { row } of this.#examples.values()) {
      counts.set(row.personId, (counts.get(row.personId) ?? 0) + 1);
    }
    return counts;
  }

  async examples(after: number, afterId: number, limit: number): Promise<readonly ExampleWithEmbedding[]> {
    const found: ExampleWithEmbedding[] = [];
    // Ids are counted up, so going through them is going in order.
    for (let id = afterId + 1; id <= this.#lastExampleId && found.length < limit; id++) {
      const held = this.#examples.get(id);
      if (held !== undefined && held.version > after) {
        found.push({ example: held.row, embedding: held.bytes.embedding });
      }
    }
    return found;
  }

  async bytes(exampleId: number): Promise<ExampleBytes | undefined> {
    return this.#examples.get(exampleId)?.bytes;
  }

  async removed(after: number): Promise<Removed> {
    const newer = this.#removed.filter(({ version }) => version > after);
    return {
      people: newer.flatMap(({ person }) => person ?? []),
      examples: newer.flatMap(({ example }) => example ?? []),
    };
  }

  async setMetadata(metadata: GalleryMetadata): Promise<void> {
    const before = this.#metadata;
    this.#change(() => (this.#metadata = before));
    this.#metadata = metadata;
  }

  async putPerson(person: PersonRow): Promise<void> {
    const before = this.#people.get(person.id);
    const holder = person.mergedInto === null ? this.#byName.get(person.nameKey) : undefined;
    if (holder !== undefined && holder !== person.id) throw new Error(`the name ${person.nameKey} is taken`);
    const version = this.#change(() => this.#setPerson(person.id, before));
    this.#setPerson(person.id, { row: person, version });
  }

  async removePerson(id: string): Promise<void> {
    const before = this.#people.get(id);
    if (before === undefined) throw new Error(`there is no person ${id}`);
    if ([...this.#people.values()].some(({ row }) => row.mergedInto === id)) {
      throw new Error(`somebody is merged into ${id}`);
    }
    if ([...this.#examples.values()].some(({ row }) => row.personId === id)) {
      throw new Error(`person ${id} has examples`);
    }
    const version = this.#change(() => {
      this.#setPerson(id, before);
      this.#removed.pop();
    });
    this.#setPerson(id, undefined);
    this.#removed.push({ version, person: id });
  }

  #setPerson(id: string, person: Versioned<PersonRow> | undefined): void {
    const before = this.#people.get(id)?.row;
    if (before?.mergedInto === null && this.#byName.get(before.nameKey) === id) {
      this.#byName.delete(before.nameKey);
    }
    if (person === undefined) this.#people.delete(id);
    else this.#people.set(id, person);
    if (person?.row.mergedInto === null) this.#byName.set(person.row.nameKey, id);
  }

  async nextExampleId(): Promise<number> {
    return ++this.#lastExampleId;
  }

  async addExample(example: ExampleRow, { embedding, crop }: ExampleBytes): Promise<void> {
    this.#requirePerson(example.personId);
    if (this.#examples.has(example.id)) throw new Error(`there is an example ${example.id} already`);
    const version = this.#change(() => this.#examples.delete(example.id));
    const bytes = { embedding: embedding.slice(), crop: crop?.slice() ?? null };
    this.#examples.set(example.id, { row: example, version, bytes });
  }

  async moveExample(id: number, personId: string): Promise<void> {
    this.#requirePerson(personId);
    const before = this.#requireExample(id);
    const version = this.#change(() => this.#examples.set(id, before));
    this.#examples.set(id, { ...before, row: { ...before.row, personId }, version });
  }

  async removeExample(id: number): Promise<void> {
    const before = this.#requireExample(id);
    const version = this.#change(() => {
      this.#examples.set(id, before);
      this.#removed.pop();
    });
    this.#examples.delete(id);
    this.#removed.push({ version, example: id });
  }

  #requirePerson(id: string): void {
    if (!this.#people.has(id)) throw new Error(`there is no person ${id}`);
  }

  #requireExample(id: number): VersionedExample {
    const found = this.#examples.get(id);
    if (found === undefined) throw new Error(`there is no example ${id}`);
    return found;
  }
}
