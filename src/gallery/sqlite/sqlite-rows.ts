import type {
  ExampleBytes,
  ExampleRow,
  ExampleWithEmbedding,
  GalleryMetadata,
  PersonRow,
  Removed,
  StoreWriter,
} from '../store.ts';
import type { Connection, Value } from './connection.ts';

const personColumns = 'id, name, name_key, merged_into';
const fewRows = 1000;
const exampleColumns = 'id, person_id, source, quality, added_at_ms, has_crop';

const toPerson = ([id, name, nameKey, mergedInto]: Value[]): PersonRow => ({
  id: id as string,
  name: name as string,
  nameKey: nameKey as string,
  mergedInto: mergedInto as string | null,
});

const toExample = ([id, personId, source, quality, addedAtMs, hasCrop]: Value[]): ExampleRow => ({
  id: id as number,
  personId: personId as string,
  source: source as string,
  quality: JSON.parse(quality as string) as Record<string, number>,
  addedAtMs: addedAtMs as number | null,
  hasCrop: hasCrop === 1,
});

/** What a transaction on `connection` sees and does. */
export class SqliteRows implements StoreWriter {
  readonly #connection: Connection;
  /** The version of this transaction, once it has changed something. */
  #version: number | undefined;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async version(): Promise<number> {
    return this.#connection.get('SELECT version FROM gallery')![0] as number;
  }

  async metadata(): Promise<GalleryMetadata | undefined> {
    const [galleryId, pack, dimension, encryption] = this.#connection.get(
      'SELECT gallery_id, pack, dimension, encryption FROM gallery',
    )!;
    if (galleryId === null) return undefined;
    return {
      galleryId: galleryId as string,
      pack: pack as string,
      dimension: dimension as number,
      encryption: encryption as string | null,
    };
  }

  async person(id: string): Promise<PersonRow | undefined> {
    const row = this.#connection.get(`SELECT ${personColumns} FROM people WHERE id = ?`, id);
    return row && toPerson(row);
  }

  async personNamed(nameKey: string): Promise<PersonRow | undefined> {
    const row = this.#connection.get(
      `SELECT ${personColumns} FROM people WHERE name_key = ? AND merged_into IS NULL`,
      nameKey,
    );
    return row && toPerson(row);
  }

  async mergedInto(id: string): Promise<readonly PersonRow[]> {
    return this.#connection
      .all(`SELECT ${personColumns} FROM people WHERE merged_into = ?`, id)
      .map(toPerson);
  }

  async people(after = 0): Promise<readonly PersonRow[]> {
    return this.#connection.all(`SELECT ${personColumns} FROM people WHERE version > ?`, after).map(toPerson);
  }

  async example(id: number): Promise<ExampleRow | undefined> {
    const row = this.#connection.get(`SELECT ${exampleColumns} FROM examples WHERE id = ?`, id);
    return row && toExample(row);
  }

  async examplesOf(personIds: readonly string[]): Promise<readonly ExampleRow[]> {
    const statement = `SELECT ${exampleColumns} FROM examples WHERE person_id = ?`;
    return personIds
      .flatMap((id) => this.#connection.all(statement, id))
      .map(toExample)
      .sort((a, b) => a.id - b.id);
  }

  async exampleCounts(): Promise<ReadonlyMap<string, number>> {
    const rows = this.#connection.all('SELECT person_id, count(*) FROM examples GROUP BY person_id');
    return new Map(rows.map(([id, count]) => [id as string, count as number]));
  }

  async examples(after: number, afterId: number, limit: number): Promise<readonly ExampleWithEmbedding[]> {
    // Few rows are found by their version and sorted; many are met in order on the way through all.
    const [[few]] = this.#connection.all(
      'SELECT count(*) < ? FROM (SELECT 1 FROM examples WHERE version > ? LIMIT ?)',
      fewRows,
      after,
      fewRows,
    ) as [[number]];
    const way = few === 1 ? 'INDEXED BY examples_version' : 'NOT INDEXED';
    const from = `examples ${way} JOIN embeddings ON example_id = id WHERE version > ? AND id > ?`;
    const rows = this.#connection.all(
      `SELECT ${exampleColumns}, bytes FROM ${from} ORDER BY id LIMIT ?`,
      after,
      afterId,
      limit,
    );
    return rows.map((row) => ({ example: toExample(row), embedding: row[6] as Uint8Array }));
  }

  async bytes(exampleId: number): Promise<ExampleBytes | undefined> {
    const embedding = this.#connection.get('SELECT bytes FROM embeddings WHERE example_id = ?', exampleId);
    if (embedding === undefined) return undefined;
    const crop = this.#connection.get('SELECT bytes FROM crops WHERE example_id = ?', exampleId);
    return { embedding: embedding[0] as Uint8Array, crop: (crop?.[0] as Uint8Array | undefined) ?? null };
  }

  async removed(after: number): Promise<Removed> {
    const rows = this.#connection.all('SELECT person_id, example_id FROM removed WHERE version > ?', after);
    return {
      people: rows.flatMap(([person]) => (person as string | null) ?? []),
      examples: rows.flatMap(([, example]) => (example as number | null) ?? []),
    };
  }

  async setMetadata({ galleryId, pack, dimension, encryption }: GalleryMetadata): Promise<void> {
    this.#change();
    this.#connection.run(
      'UPDATE gallery SET gallery_id = ?, pack = ?, dimension = ?, encryption = ?',
      galleryId,
      pack,
      dimension,
      encryption,
    );
  }

  async putPerson({ id, name, nameKey, mergedInto }: PersonRow): Promise<void> {
    const version = this.#change();
    this.#connection.run(
      `INSERT INTO people (${personColumns}, version) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET name = excluded.name, name_key = excluded.name_key,
         merged_into = excluded.merged_into, version = excluded.version`,
      id,
      name,
      nameKey,
      mergedInto,
      version,
    );
  }

  async removePerson(id: string): Promise<void> {
    const version = this.#change();
    this.#one('DELETE FROM people WHERE id = ?', id);
    this.#connection.run('INSERT INTO removed (version, person_id) VALUES (?, ?)', version, id);
  }

  async nextExampleId(): Promise<number> {
    this.#connection.run('UPDATE gallery SET last_example = last_example + 1');
    return this.#connection.get('SELECT last_example FROM gallery')![0] as number;
  }

  async addExample(example: ExampleRow, { embedding, crop }: ExampleBytes): Promise<void> {
    const version = this.#change();
    this.#connection.run(
      `INSERT INTO examples (${exampleColumns}, version) VALUES (?, ?, ?, ?, ?, ?, ?)`,
      example.id,
      example.personId,
      example.source,
      JSON.stringify(example.quality),
      example.addedAtMs,
      Number(crop !== null),
      version,
    );
    this.#connection.run('INSERT INTO embeddings (example_id, bytes) VALUES (?, ?)', example.id, embedding);
    if (crop !== null) {
      this.#connection.run('INSERT INTO crops (example_id, bytes) VALUES (?, ?)', example.id, crop);
    }
  }

  async moveExample(id: number, personId: string): Promise<void> {
    const version = this.#change();
    this.#one('UPDATE examples SET person_id = ?, version = ? WHERE id = ?', personId, version, id);
  }

  async removeExample(id: number): Promise<void> {
    const version = this.#change();
    this.#connection.run('DELETE FROM crops WHERE example_id = ?', id);
    this.#connection.run('DELETE FROM embeddings WHERE example_id = ?', id);
    this.#one('DELETE FROM examples WHERE id = ?', id);
    this.#connection.run('INSERT INTO removed (version, example_id) VALUES (?, ?)', version, id);
  }

  /** Counts the version up once a transaction. */
  #change(): number {
    if (this.#version === undefined) {
      this.#connection.run('UPDATE gallery SET version = version + 1');
      this.#version = this.#connection.get('SELECT version FROM gallery')![0] as number;
    }
    return this.#version;
  }

  #one(sql: string, ...values: Value[]): void {
    if (this.#connection.run(sql, ...values) !== 1) {
      throw new Error(`there is no row ${String(values.at(-1))}`);
    }
  }
}
