import { open, rm, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';
import { systemReason } from '../formats/index.ts';
import { visageError } from '../kernel/index.ts';

/** Where a record lies in its journal. */
export interface JournalPlace {
  readonly offset: number;
  readonly metaBytes: number;
  readonly payloadBytes: number;
}

/** A record: a small JSON value and bytes that stay on the disk until they are asked for. */
export interface JournalRecord<Meta> {
  readonly meta: Meta;
  readonly place: JournalPlace;
}

// A record is: bytes of meta (u32), bytes of payload (u32), CRC-32 of both (u32), meta as JSON, payload.
const headBytes = 12;
/** Nothing that is written comes near; what claims more is damaged. */
const maxMetaBytes = 1 << 20;
const maxPayloadBytes = 1 << 28;
const format = 'visage-journal-1';

/** The journal of an output file lies beside it, hidden. */
export const journalPath = (output: string): string => join(dirname(output), `.${basename(output)}.journal`);

/**
 * Finished pieces of long work, kept on the disk as they come, so that work that was interrupted — by
 * Ctrl-C, by a kill, by a power cut — goes on where it stopped, and memory stays flat. Append-only;
 * each record has its checksum, and opening cuts off what a crash left half-written.
 */
export class Journal<Meta> {
  readonly path: string;
  /** What earlier runs left, oldest first. */
  readonly earlier: readonly JournalRecord<Meta>[];
  readonly #handle: FileHandle;
  #end: number;

  private constructor(
    path: string,
    handle: FileHandle,
    earlier: readonly JournalRecord<Meta>[],
    end: number,
  ) {
    this.path = path;
    this.#handle = handle;
    this.earlier = earlier;
    this.#end = end;
  }

  /**
   * @param key what the records depend on; a journal with another key is of no use and starts afresh.
   *   It must name the form of `Meta` too: records are trusted to have it.
   * @throws VisageError `FILE_UNWRITABLE`
   */
  static async open<Meta>(path: string, key: string): Promise<Journal<Meta>> {
    try {
      // 'a+' makes the file where there is none; 'r+' then allows reading and writing anywhere.
      await (await open(path, 'a+')).close();
      const handle = await open(path, 'r+');
      const size = (await handle.stat()).size;
      const first = await readRecord(handle, 0, size);
      const mine = isHead(first?.meta, key);
      const earlier: JournalRecord<Meta>[] = [];
      let end = 0;
      for (let record = mine ? first : undefined; record !== undefined; ) {
        if (end > 0) earlier.push({ meta: record.meta as Meta, place: record.place });
        end = endOf(record.place);
        record = await readRecord(handle, end, size);
      }
      await handle.truncate(end);
      const journal = new Journal<Meta>(path, handle, earlier, end);
      if (!mine) await journal.#append({ format, key }, new Uint8Array(0));
      return journal;
    } catch (thrown) {
      throw visageError('FILE_UNWRITABLE', { path, reason: systemReason(thrown) }, thrown);
    }
  }

  /** Keeps a finished piece. @throws VisageError `FILE_UNWRITABLE` */
  async append(meta: Meta, payload: Uint8Array): Promise<JournalPlace> {
    try {
      return await this.#append(meta, payload);
    } catch (thrown) {
      throw visageError('FILE_UNWRITABLE', { path: this.path, reason: systemReason(thrown) }, thrown);
    }
  }

  async #append(meta: unknown, payload: Uint8Array): Promise<JournalPlace> {
    const text = new TextEncoder().encode(JSON.stringify(meta));
    const record = Buffer.alloc(headBytes + text.length + payload.length);
    record.set(text, headBytes);
    record.set(payload, headBytes + text.length);
    record.writeUInt32LE(text.length, 0);
    record.writeUInt32LE(payload.length, 4);
    record.writeUInt32LE(crc32(record.subarray(headBytes)), 8);
    const place = { offset: this.#end, metaBytes: text.length, payloadBytes: payload.length };
    this.#end += record.length;
    for (let done = 0; done < record.length; ) {
      const { bytesWritten } = await this.#handle.write(
        record,
        done,
        record.length - done,
        place.offset + done,
      );
      done += bytesWritten;
    }
    return place;
  }

  /** The payload of a record. @throws VisageError `FORMAT_INVALID` when it was damaged meanwhile */
  async read(place: JournalPlace): Promise<Uint8Array> {
    const record = await readRecord(this.#handle, place.offset, this.#end);
    if (record === undefined || record.place.payloadBytes !== place.payloadBytes) {
      throw visageError('FORMAT_INVALID', {
        path: this.path,
        format: 'journal',
        reason: 'a record has changed; is the same command running twice?',
      });
    }
    return record.payload;
  }

  /** Leaves the file for the next run. */
  close(): Promise<void> {
    return this.#handle.close();
  }

  /** Ends the journal: its work is finished and stored elsewhere. Call after `close`. */
  remove(): Promise<void> {
    return rm(this.path, { force: true });
  }
}

const endOf = ({ offset, metaBytes, payloadBytes }: JournalPlace): number =>
  offset + headBytes + metaBytes + payloadBytes;

function isHead(meta: unknown, key: string): boolean {
  const head = meta as { format?: unknown; key?: unknown } | undefined | null;
  return head?.format === format && head.key === key;
}

async function readAt(handle: FileHandle, offset: number, length: number): Promise<Buffer | undefined> {
  const bytes = Buffer.alloc(length);
  for (let done = 0; done < length; ) {
    const { bytesRead } = await handle.read(bytes, done, length - done, offset + done);
    if (bytesRead === 0) return undefined;
    done += bytesRead;
  }
  return bytes;
}

/** The record at `offset`, or undefined where no whole one lies before `size`. */
async function readRecord(
  handle: FileHandle,
  offset: number,
  size: number,
): Promise<(JournalRecord<unknown> & { readonly payload: Uint8Array }) | undefined> {
  if (offset + headBytes > size) return undefined;
  const head = await readAt(handle, offset, headBytes);
  if (head === undefined) return undefined;
  const place = { offset, metaBytes: head.readUInt32LE(0), payloadBytes: head.readUInt32LE(4) };
  const tooLarge = place.metaBytes > maxMetaBytes || place.payloadBytes > maxPayloadBytes;
  if (tooLarge || endOf(place) > size) return undefined;
  const body = await readAt(handle, offset + headBytes, place.metaBytes + place.payloadBytes);
  if (body === undefined || crc32(body) !== head.readUInt32LE(8)) return undefined;
  try {
    const meta = JSON.parse(body.toString('utf8', 0, place.metaBytes)) as unknown;
    return { meta, place, payload: body.subarray(place.metaBytes) };
  } catch {
    return undefined;
  }
}
