import assert from 'node:assert/strict';
import { chmod, copyFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { MemoryStore, SqliteStore } from '../../src/gallery/index.ts';
import { Connection, loadLibsql } from '../../src/gallery/sqlite/connection.ts';
import { applicationId, migrations } from '../../src/gallery/sqlite/schema.ts';
import { migrate } from '../../src/gallery/sqlite/sqlite-store.ts';
import { Random } from '../../src/kernel/index.ts';
import { storeContract } from './store-contract.ts';

const folder = await mkdtemp(join(tmpdir(), 'visage-stores-'));
after(() => rm(folder, { recursive: true, force: true }));
let files = 0;
const freshPath = (): string => join(folder, `${++files}.gallery`);

/** Where to look for a part of it. */
const probes = (blob: Buffer) =>
  [0, 0.3, 0.6].map((at) => Math.floor(at * blob.length)).concat(blob.length - 16);

storeContract({ name: 'memory', open: async () => ({ store: new MemoryStore() }) });
storeContract({
  name: 'SQLite',
  open: async () => {
    const path = freshPath();
    return { store: await SqliteStore.open(path), again: () => SqliteStore.open(path) };
  },
});

test('SQLite: what is deleted is nowhere in the files', async () => {
  const path = freshPath();
  await using store = await SqliteStore.open(path);
  const random = new Random(7);
  const noise = (length: number) => Buffer.from(Array.from({ length }, () => random.integer(256)));
  const marks = new Map<number, Buffer[]>();
  const deleted: Buffer[][] = [];
  await store.write((writer) =>
    writer.putPerson({ id: 'a', name: 'SECRETNAME', nameKey: 'secretname', mergedInto: null }),
  );
  await store.write((writer) => writer.putPerson({ id: 'b', name: 'b', nameKey: 'b', mergedInto: null }));
  // Enough of a coming and going that pages are split, filled and joined again.
  for (let round = 0; round < 40; round++) {
    await store.write(async (writer) => {
      for (let i = 0; i < 25; i++) {
        const id = await writer.nextExampleId();
        const [embedding, crop] = [
          noise(512),
          random.next() < 0.5 ? noise(500 + random.integer(8000)) : null,
        ];
        const source = `SECRETPHOTO${'x'.repeat(random.integer(90))}`;
        const row = { id, personId: 'a', source, quality: {}, addedAtMs: null, hasCrop: crop !== null };
        await writer.addExample(row, { embedding, crop });
        marks.set(id, crop === null ? [embedding] : [embedding, crop]);
      }
      for (const id of marks.keys()) {
        if (random.next() < 0.02) await writer.moveExample(id, random.choice(['a', 'b']));
        if (random.next() > 0.03) continue;
        await writer.removeExample(id);
        deleted.push(marks.get(id)!);
        marks.delete(id);
      }
    });
  }
  const holds = async (part: Buffer): Promise<boolean> => {
    const contents = await Promise.all(
      [path, `${path}-wal`].map((file) => readFile(file).catch(() => Buffer.alloc(0))),
    );
    return contents.some((content) => content.includes(part));
  };
  assert.ok(deleted.length > 150 && marks.size > 300);
  assert.equal(
    await holds([...marks.values()][0]![0]!.subarray(0, 16)),
    true,
    'what is there is found by this search',
  );
  assert.equal(await store.erase(), true);
  const left: number[] = [];
  const file = await readFile(path);
  assert.equal((await stat(`${path}-wal`)).size, 0);
  for (const [which, blobs] of deleted.entries()) {
    for (const blob of blobs) {
      if (probes(blob).some((at) => file.includes(blob.subarray(at, at + 16)))) left.push(which);
    }
  }
  assert.deepEqual(left, []);
  await store.write(async (writer) => {
    for (const id of marks.keys()) await writer.removeExample(id);
    await writer.removePerson('a');
  });
  await store.erase();
  for (const text of ['SECRETPHOTO', 'SECRETNAME', 'secretname'])
    assert.equal(await holds(Buffer.from(text)), false, text);
});

test('SQLite: a log with deleted pages left by a killed process is emptied when the file is opened', async () => {
  const path = freshPath();
  const secret = Buffer.from('the embedding of somebody who wants to be forgotten');
  await using store = await SqliteStore.open(path);
  await store.write(async (writer) => {
    await writer.putPerson({ id: 'a', name: 'a', nameKey: 'a', mergedInto: null });
    const row = { id: 1, personId: 'a', source: '', quality: {}, addedAtMs: null, hasCrop: false };
    await writer.addExample(row, { embedding: secret, crop: null });
  });
  await store.write((writer) => writer.removeExample(1));
  assert.ok((await readFile(`${path}-wal`)).includes(secret));
  await (await SqliteStore.open(path)).close();
  const log = await readFile(`${path}-wal`).catch(() => Buffer.alloc(0));
  assert.equal(log.includes(secret) || (await readFile(path)).includes(secret), false);
});

test('SQLite: erasing says so when a reader keeps it from being done', async () => {
  const path = freshPath();
  await using store = await SqliteStore.open(path, { busyMs: 20 });
  await using other = await SqliteStore.open(path);
  await store.write((writer) => writer.putPerson({ id: 'a', name: 'a', nameKey: 'a', mergedInto: null }));
  await other.read(async (reader) => {
    await reader.version();
    await store.write((writer) => writer.removePerson('a'));
    assert.equal(await store.erase(), false);
  });
  assert.equal(await store.erase(), true);
});

test('SQLite: waits for another writer, but not for ever', async () => {
  const path = freshPath();
  await using store = await SqliteStore.open(path, { busyMs: 20 });
  await using other = await SqliteStore.open(path);
  await other.write(async (writer) => {
    await writer.people();
    await assert.rejects(
      store.write((mine) => mine.people()),
      { code: 'GALLERY_BUSY' },
    );
    assert.deepEqual(await store.read((reader) => reader.people()), [], 'readers do not wait');
  });
  assert.deepEqual(await store.write((writer) => writer.people()), []);
});

test('SQLite: only its owner may read a new file', { skip: process.platform === 'win32' }, async () => {
  const path = freshPath();
  await using store = await SqliteStore.open(path);
  await store.write((writer) => writer.putPerson({ id: 'a', name: 'a', nameKey: 'a', mergedInto: null }));
  for (const file of [path, `${path}-wal`]) assert.equal((await stat(file)).mode & 0o777, 0o600, file);
  await store.close();
  await chmod(path, 0o640);
  await (await SqliteStore.open(path)).close();
  assert.equal((await stat(path)).mode & 0o777, 0o640, 'the permissions of an existing file stay');
});

test('SQLite: files that are no galleries are refused and left as they are', async () => {
  const libsql = loadLibsql();
  const text = freshPath();
  await writeFile(text, 'Dear diary, this is not a database. '.repeat(300));
  const foreign = freshPath();
  const program = new Connection(libsql, foreign);
  program.exec('CREATE TABLE songs (title TEXT); PRAGMA user_version = 1');
  program.close();
  const today = freshPath();
  await (await SqliteStore.open(today)).close();
  const newer = freshPath();
  await copyFile(today, newer);
  const later = new Connection(libsql, newer);
  later.exec('PRAGMA user_version = 99; PRAGMA journal_mode = DELETE');
  later.close();
  const cut = freshPath();
  const whole = await readFile(newer);
  await writeFile(cut, whole.subarray(0, whole.length / 2));
  for (const path of [text, foreign, newer]) {
    const before = await readFile(path);
    await assert.rejects(SqliteStore.open(path), { code: 'GALLERY_INVALID' }, path);
    assert.ok(before.equals(await readFile(path)), path);
  }
  await assert.rejects(SqliteStore.open(cut), { code: 'GALLERY_INVALID' });
  await assert.rejects(SqliteStore.open(folder), { code: 'GALLERY_INVALID' });
  await assert.rejects(SqliteStore.open(join(folder, 'nowhere', 'x.gallery')), { code: 'FILE_UNWRITABLE' });
  await assert.rejects(SqliteStore.open(freshPath(), { packageName: 'not-installed' }), {
    code: 'PACKAGE_MISSING',
  });
});

test('SQLite: an older file is brought up to date, whole or not at all', async () => {
  const libsql = loadLibsql();
  const path = freshPath();
  await (await SqliteStore.open(path)).close();
  const connection = new Connection(libsql, path);
  const next = 'ALTER TABLE people ADD COLUMN shoe_size INTEGER';
  assert.throws(() => migrate(connection, path, [...migrations, next, 'NOT SQL']));
  assert.equal(connection.get('PRAGMA user_version')![0], migrations.length);
  assert.throws(() => connection.all('SELECT shoe_size FROM people'));
  migrate(connection, path, [...migrations, next]);
  assert.deepEqual(connection.all('SELECT shoe_size FROM people'), []);
  assert.equal(connection.get('PRAGMA application_id')![0], applicationId);
  connection.close();
  await assert.rejects(SqliteStore.open(path), { code: 'GALLERY_INVALID' }, 'it is newer than this program');
});

test('SQLite: several open an empty path at once', async () => {
  const path = freshPath();
  const stores = await Promise.all(Array.from({ length: 6 }, () => SqliteStore.open(path)));
  await Promise.all(
    stores.map((store, i) =>
      store.write((writer) =>
        writer.putPerson({ id: String(i), name: String(i), nameKey: String(i), mergedInto: null }),
      ),
    ),
  );
  assert.equal((await stores[0]!.read((reader) => reader.people())).length, 6);
  await Promise.all(stores.map((store) => store.close()));
});
