import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type {
  ExampleRow,
  GalleryStore,
  PersonRow,
  StoreReader,
  StoreWriter,
} from '../../src/gallery/index.ts';

/** What a driver must offer to the suite. */
export interface StoreDriver {
  readonly name: string;
  /** A store that nobody has used, and for the life of the test the way to open the same one again. */
  open(): Promise<{ readonly store: GalleryStore; again?: () => Promise<GalleryStore> }>;
}

const person = (id: string, name = id, mergedInto: string | null = null): PersonRow => ({
  id,
  name,
  nameKey: name.toLowerCase(),
  mergedInto,
});
const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

/** Adds an example that is known by its last byte. */
async function addExample(
  writer: StoreWriter,
  personId: string,
  mark: number,
  given: Partial<ExampleRow> = {},
  crop: Uint8Array | null = null,
): Promise<number> {
  const id = await writer.nextExampleId();
  const row: ExampleRow = {
    id,
    personId,
    source: `photo ${mark}`,
    quality: { sharpness: mark / 8 },
    addedAtMs: mark,
    hasCrop: crop !== null,
    ...given,
  };
  await writer.addExample(row, { embedding: bytes(1, 2, 3, mark), crop });
  return id;
}

const addAnother = (store: GalleryStore) => store.write((writer) => addExample(writer, 'a', 2));

/** Everything that a store says about itself. */
async function everything(reader: StoreReader): Promise<unknown> {
  const people = await reader.people();
  return {
    version: await reader.version(),
    metadata: await reader.metadata(),
    people: people.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
    examples: (await reader.examples(0, 0, 1000)).map(({ example, embedding }) => ({
      example,
      embedding: [...embedding],
    })),
    counts: Object.fromEntries(await reader.exampleCounts()),
    removed: await reader.removed(0),
  };
}

/** What every driver of {@link GalleryStore} must do. */
export function storeContract(driver: StoreDriver): void {
  type Opened = Awaited<ReturnType<StoreDriver['open']>>;
  const contract = (name: string, body: (opened: Opened) => Promise<void>): void => {
    test(`${driver.name}: ${name}`, async () => {
      const opened = await driver.open();
      try {
        await body(opened);
      } finally {
        await opened.store.close();
      }
    });
  };

  contract('is empty at first', async ({ store }) => {
    assert.deepEqual(await store.read(everything), {
      version: 0,
      metadata: undefined,
      people: [],
      examples: [],
      counts: {},
      removed: { people: [], examples: [] },
    });
  });

  contract('gives back what was put in', async ({ store, again }) => {
    const metadata = { galleryId: 'g', pack: 'bundled', dimension: 4, encryption: null };
    const anna = person('a', 'Anna 👩‍🔬/../x');
    // Views into larger memory, as slices of a batch are.
    const embedding = new Uint8Array([9, 9, 1, 2, 3, 250, 0, 9]).subarray(2, 7);
    const crop = new Uint8Array(9000).fill(7).subarray(1);
    const row = {
      id: 1,
      personId: 'a',
      source: "it's; -- ∆.jpg",
      quality: { a: 0.1, 'b c': -1e-9 },
      addedAtMs: 1.7e12,
    };
    await store.write(async (writer) => {
      await writer.setMetadata(metadata);
      await writer.putPerson(anna);
      assert.equal(await writer.nextExampleId(), 1);
      await writer.addExample({ ...row, hasCrop: true }, { embedding, crop });
      const id = await writer.nextExampleId();
      assert.equal(id, 2);
      await writer.addExample(
        { id, personId: 'a', source: '', quality: {}, addedAtMs: null, hasCrop: false },
        { embedding: bytes(0), crop: null },
      );
    });
    const check = (from: GalleryStore) =>
      from.read(async (reader) => {
        assert.deepEqual(await reader.metadata(), metadata);
        assert.deepEqual(await reader.person('a'), anna);
        assert.deepEqual(await reader.personNamed(anna.nameKey), anna);
        assert.deepEqual(await reader.example(1), { ...row, hasCrop: true });
        assert.equal((await reader.example(2))?.addedAtMs, null);
        const stored = (await reader.bytes(1))!;
        assert.deepEqual([...stored.embedding], [1, 2, 3, 250, 0]);
        assert.ok(Buffer.from(crop).equals(stored.crop!));
        assert.equal((await reader.bytes(2))!.crop, null);
        assert.deepEqual(
          [
            await reader.person('b'),
            await reader.personNamed('b'),
            await reader.example(3),
            await reader.bytes(3),
          ],
          [undefined, undefined, undefined, undefined],
        );
      });
    await check(store);
    if (again === undefined) return;
    await store.close();
    await using reopened = await again();
    await check(reopened);
  });

  contract('finds people by name, whom they were merged into, and whose examples are', async ({ store }) => {
    await store.write(async (writer) => {
      for (const id of ['a', 'b', 'c', 'd']) await writer.putPerson(person(id));
      for (const [mark, id] of ['b', 'a', 'b', 'c'].entries()) await addExample(writer, id, mark + 1);
      await writer.putPerson(person('b', 'b', 'a'));
      // A merged person's name is free again.
      await writer.putPerson(person('e', 'B'));
    });
    await store.read(async (reader) => {
      assert.equal((await reader.personNamed('b'))?.id, 'e');
      assert.deepEqual(
        (await reader.mergedInto('a')).map(({ id }) => id),
        ['b'],
      );
      assert.deepEqual(
        (await reader.examplesOf(['b', 'a'])).map(({ id }) => id),
        [1, 2, 3],
      );
      assert.deepEqual(await reader.examplesOf([]), []);
      assert.deepEqual(Object.fromEntries(await reader.exampleCounts()), { a: 1, b: 2, c: 1 });
    });
    await assert.rejects(store.write((writer) => writer.putPerson(person('f', 'B'))));
    assert.equal(await store.read(async (reader) => (await reader.people()).length), 5);
  });

  contract('counts versions and tells what is newer than one', async ({ store }) => {
    const version = () => store.read((reader) => reader.version());
    await store.write(async (writer) => {
      await writer.putPerson(person('a'));
      await writer.putPerson(person('b'));
      for (const mark of [1, 2, 3]) await addExample(writer, 'a', mark);
    });
    assert.equal(await version(), 1);
    await store.write(async (writer) => void (await writer.people()));
    assert.equal(await version(), 1, 'looking is no change');
    await store.write((writer) => writer.moveExample(2, 'b'));
    await store.write(async (writer) => {
      await writer.removeExample(3);
      await writer.putPerson(person('c'));
      await addExample(writer, 'c', 4);
    });
    assert.equal(await version(), 3);
    await store.write(async (writer) => {
      await writer.removeExample(4);
      await writer.removePerson('c');
    });
    await store.read(async (reader) => {
      const ids = async (after: number, afterId = 0, limit = 9) =>
        (await reader.examples(after, afterId, limit)).map(({ example }) => example.id);
      assert.deepEqual(await ids(0), [1, 2]);
      assert.deepEqual(await ids(0, 1), [2]);
      assert.deepEqual(await ids(0, 0, 1), [1]);
      assert.deepEqual(await ids(1), [2]);
      assert.deepEqual(await ids(2), []);
      assert.deepEqual(
        (await reader.people(1)).map(({ id }) => id),
        [],
      );
      assert.deepEqual(await reader.removed(2), { people: ['c'], examples: [3, 4] });
      assert.deepEqual(await reader.removed(3), { people: ['c'], examples: [4] });
      assert.deepEqual(await reader.removed(4), { people: [], examples: [] });
    });
  });

  contract('never uses the id of an example again', async ({ store, again }) => {
    await store.write(async (writer) => {
      await writer.putPerson(person('a'));
      await addExample(writer, 'a', 1);
      await writer.removeExample(1);
    });
    assert.equal(await addAnother(store), 2);
    if (again === undefined) return;
    await store.write((writer) => writer.removeExample(2));
    await store.close();
    await using reopened = await again();
    assert.equal(await addAnother(reopened), 3);
  });

  contract('takes back everything of a transaction that throws', async ({ store }) => {
    await store.write(async (writer) => {
      await writer.putPerson(person('a', 'Anna'));
      await writer.putPerson(person('b'));
      for (const mark of [1, 2]) await addExample(writer, 'a', mark, {}, bytes(0xff, mark));
      await addExample(writer, 'b', 3);
      await writer.removeExample(3);
    });
    const before = await store.read(everything);
    const failure = new Error('on purpose');
    await assert.rejects(
      store.write(async (writer) => {
        await writer.setMetadata({ galleryId: 'g', pack: 'p', dimension: 1, encryption: null });
        await writer.putPerson(person('a', 'Berta'));
        await writer.putPerson(person('c', 'anna'));
        await addExample(writer, 'c', 4);
        await writer.moveExample(1, 'c');
        await writer.removeExample(2);
        await writer.removePerson('b');
        throw failure;
      }),
      failure,
    );
    assert.deepEqual(await store.read(everything), before);
    assert.equal((await store.read((reader) => reader.personNamed('anna')))?.id, 'a');
    assert.equal(await store.read((reader) => reader.personNamed('berta')), undefined);
  });

  contract('refuses what would leave loose ends', async ({ store }) => {
    await store.write(async (writer) => {
      for (const id of ['a', 'b', 'c']) await writer.putPerson(person(id));
      await writer.putPerson(person('b', 'b', 'a'));
      await addExample(writer, 'c', 1);
    });
    const before = await store.read(everything);
    const attempts: ((writer: StoreWriter) => Promise<unknown>)[] = [
      (writer) => writer.removePerson('a'),
      (writer) => writer.removePerson('c'),
      (writer) => writer.removePerson('nobody'),
      (writer) => writer.removeExample(9),
      (writer) => writer.moveExample(9, 'a'),
      (writer) => writer.moveExample(1, 'nobody'),
      (writer) => addExample(writer, 'nobody', 2),
      (writer) => addExample(writer, 'a', 2, { id: 1 }),
    ];
    for (const attempt of attempts) await assert.rejects(store.write(attempt), String(attempt));
    assert.deepEqual(await store.read(everything), before);
  });

  contract(
    'lets writers wait for each other, and readers see no half of a change',
    async ({ store, again }) => {
      const other = (await again?.()) ?? store;
      await store.write((writer) => writer.putPerson(person('a')));
      let running = 0;
      const pair = (from: GalleryStore, mark: number) =>
        from.write(async (writer) => {
          assert.equal(++running, 1, 'one writer at a time');
          await addExample(writer, 'a', mark);
          await sleep(1);
          await addExample(writer, 'a', mark);
          await sleep(1);
          running--;
        });
      const writing = Array.from({ length: 20 }, (_, i) => pair(i % 2 === 0 ? store : other, i + 1));
      let count = 0;
      const versions: number[] = [];
      for (let reads = 0; count < 40 && reads < 5000; reads++) {
        count = await (reads % 2 === 0 ? store : other).read(async (reader) => {
          const seen = (await reader.examples(0, 0, 1000)).length;
          await sleep(0);
          assert.equal(seen % 2, 0, 'both or none');
          assert.equal((await reader.examples(0, 0, 1000)).length, seen, 'a read sees one state');
          versions.push(await reader.version());
          return seen;
        });
      }
      await Promise.all(writing);
      assert.deepEqual(
        versions,
        versions.toSorted((a, b) => a - b),
      );
      assert.equal((await other.read((reader) => reader.examples(0, 0, 1000))).length, 40);
      await other.close();
    },
  );

  contract('keeps a reader on its state while others commit', async ({ store }) => {
    await store.write((writer) => writer.putPerson(person('a')));
    const gate = new EventEmitter();
    const mayGoOn = once(gate, 'open');
    const reading = store.read(async (reader) => {
      const before = await everything(reader);
      await mayGoOn;
      assert.deepEqual(await everything(reader), before);
    });
    const writing = store.write((writer) => writer.putPerson(person('b')));
    await sleep(5);
    gate.emit('open');
    await Promise.all([reading, writing]);
    assert.equal((await store.read((reader) => reader.people())).length, 2);
  });

  contract('goes on after a read that throws', async ({ store }) => {
    const failure = new Error('on purpose');
    for (let i = 0; i < 10; i++) {
      await assert.rejects(
        store.read(async () => Promise.reject(failure)),
        failure,
      );
    }
    await store.write((writer) => writer.putPerson(person('a')));
    assert.equal(await store.erase(), true);
  });

  contract('is closed for good', async ({ store }) => {
    const last = store.write((writer) => writer.putPerson(person('a')));
    await Promise.all([store.close(), store.close()]);
    await last;
    const closed = { code: 'RUNTIME_CLOSED' };
    await assert.rejects(async () => store.read(everything), closed);
    await assert.rejects(async () => store.write(everything), closed);
  });
}
