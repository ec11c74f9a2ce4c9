import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import * as fc from 'fast-check';
import { Journal, journalPath } from '../../src/dataset/journal.ts';

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'visage-journal-'));
});
after(() => rm(folder, { recursive: true }));

interface Meta {
  readonly name: string;
}
const payload = (length: number, value: number): Uint8Array => new Uint8Array(length).fill(value);

async function written(name: string, lengths: readonly number[]): Promise<string> {
  const path = journalPath(join(folder, name));
  const journal = await Journal.open<Meta>(path, 'key');
  for (const [i, length] of lengths.entries()) await journal.append({ name: `${i}` }, payload(length, i));
  await journal.close();
  return path;
}
async function found(path: string, key = 'key'): Promise<[string, number][]> {
  const journal = await Journal.open<Meta>(path, key);
  const records: [string, number][] = [];
  for (const { meta, place } of journal.earlier) {
    const bytes = await journal.read(place);
    assert.deepEqual(new Uint8Array(bytes), payload(bytes.length, Number(meta.name)));
    records.push([meta.name, bytes.length]);
  }
  await journal.close();
  return records;
}

test('what was appended is found again, and more can follow', async () => {
  const path = await written('plain.npz', [10, 0, 5000]);
  assert.match(path, /\.plain\.npz\.journal$/);
  assert.deepEqual(await found(path), [
    ['0', 10],
    ['1', 0],
    ['2', 5000],
  ]);
  const journal = await Journal.open<Meta>(path, 'key');
  const place = await journal.append({ name: '7' }, payload(3, 7));
  assert.deepEqual(new Uint8Array(await journal.read(place)), payload(3, 7));
  await journal.close();
  assert.equal((await found(path)).length, 4);
  await journal.remove();
  await assert.rejects(stat(path), { code: 'ENOENT' });
});

test('a journal of other work starts afresh', async () => {
  const path = await written('other.npz', [10]);
  assert.deepEqual(await found(path, 'other key'), []);
  assert.deepEqual(await found(path), []);
});

test('whatever a crash leaves, the whole records before it are kept', async () => {
  const path = await written('crash.npz', [20, 20, 20]);
  const whole = await readFile(path);
  const ends: number[] = [];
  await fc.assert(
    fc.asyncProperty(fc.nat(whole.length), fc.boolean(), async (at, cut) => {
      await writeFile(path, whole);
      if (cut) await truncate(path, at);
      else {
        const damaged = Buffer.from(whole);
        damaged[Math.min(at, whole.length - 1)]! ^= 0x40;
        await writeFile(path, damaged);
      }
      const records = await found(path);
      assert.deepEqual(
        records,
        records.map((_, i) => [`${i}`, 20]),
      );
      ends.push(records.length);
      // What was kept can be built upon.
      const journal = await Journal.open<Meta>(path, 'key');
      await journal.append({ name: '9' }, payload(1, 9));
      await journal.close();
      assert.equal((await found(path)).length, records.length + 1);
    }),
    { numRuns: 60 },
  );
  assert.ok(new Set(ends).size > 1, 'damage in different places leaves different numbers of records');
});

test('a record that changes while the journal is open is noticed', async () => {
  const path = journalPath(join(folder, 'changing.npz'));
  const journal = await Journal.open<Meta>(path, 'key');
  const place = await journal.append({ name: '1' }, payload(100, 1));
  const bytes = await readFile(path);
  bytes[bytes.length - 5]! ^= 1;
  await writeFile(path, bytes);
  await assert.rejects(journal.read(place), { code: 'FORMAT_INVALID', message: /running twice/ });
  await journal.close();
});

test('a journal that cannot be written is refused at the start', async () => {
  await assert.rejects(Journal.open(join(folder, 'no', 'journal'), 'key'), { code: 'FILE_UNWRITABLE' });
});
