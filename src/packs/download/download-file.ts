import { open } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { systemReason } from '../../formats/index.ts';
import { VisageError, type ProgressListener } from '../../kernel/index.ts';
import { sniffedBytes, sniffWeights } from '../import/sniff.ts';
import type { FileSource } from '../published-packs.ts';
import type { PartFile } from './part-file.ts';
import { type Answer, Refusal, type Transport } from './transport.ts';

export interface DownloadOptions {
  readonly transport: Transport;
  /** What the progress calls the file. */
  readonly name: string;
  readonly progress?: ProgressListener | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Before the second attempt; doubled before each further one. Default a second. */
  readonly retryMs?: number | undefined;
}

/** Attempts at one source that bring nothing; one that brings bytes starts the count anew. */
const maxAttempts = 4;

/** A failure that may pass: the same request is made again. */
class Passing extends Error {
  override readonly name = 'Passing';
}

/** No network, or none of that name in it: waiting a moment changes nothing. */
const unreachable = new Set(['ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED', 'ENETUNREACH', 'EHOSTUNREACH']);

/**
 * Downloads one file into `part`, going on where that ends, until its hash is that of `source`.
 * @returns why it could not be had, or `undefined` when it is whole
 * @throws VisageError `FILE_UNWRITABLE`; the reason of `signal`
 */
export async function downloadFrom(
  source: FileSource,
  part: PartFile,
  options: DownloadOptions,
): Promise<string | undefined> {
  const { signal, retryMs = 1000 } = options;
  for (let failed = 0; ; ) {
    const before = part.sizeBytes;
    try {
      await attempt(source, part, options);
      return undefined;
    } catch (thrown) {
      signal?.throwIfAborted();
      if (thrown instanceof VisageError) throw thrown;
      const reason = reasonOf(thrown);
      if (thrown instanceof Refusal || unreachable.has(codeOf(thrown))) return reason;
      failed = part.sizeBytes > before ? 1 : failed + 1;
      if (failed >= maxAttempts) return reason;
      await pause(retryMs * 2 ** (failed - 1), undefined, signal ? { signal } : {}).catch(() => {});
      signal?.throwIfAborted();
    } finally {
      await part.close();
    }
  }
}

const codeOf = (thrown: unknown): string => {
  const { code, cause } = thrown as { code?: string; cause?: { code?: string } };
  return code ?? cause?.code ?? '';
};

function reasonOf(thrown: unknown): string {
  const code = codeOf(thrown);
  if (code === 'UND_ERR_CONNECT_TIMEOUT') return 'the server does not answer';
  if (code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT') return 'the server fell silent';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return 'the name of the server cannot be looked up (no network?)';
  if (code === 'ECONNREFUSED') return 'the server refuses the connection';
  if (code === 'UND_ERR_SOCKET' || code === 'ECONNRESET') return 'the connection broke off';
  return thrown instanceof Error && thrown.message !== ''
    ? thrown.message.replace(/\.$/, '')
    : systemReason(thrown);
}

const header = ({ headers }: Answer, name: string): string | undefined => {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
};

async function attempt(source: FileSource, part: PartFile, options: DownloadOptions): Promise<void> {
  const { url, sizeBytes } = source;
  const { transport, signal } = options;
  if (sizeBytes !== undefined && part.sizeBytes > sizeBytes) await part.remove();
  const resumed = part.sizeBytes > 0;
  if (resumed && part.digest() === source.sha256) return;
  if (resumed && part.sizeBytes === sizeBytes) await part.remove();
  if (sizeBytes !== undefined) await part.requireSpace(sizeBytes);
  const start = part.sizeBytes;
  const tag = start > 0 ? await part.tagOf(url) : undefined;
  const answer = await transport.get(
    url,
    {
      'user-agent': 'visage',
      // Ranges and hashes are of the bytes themselves.
      'accept-encoding': 'identity',
      ...(start > 0 && { range: `bytes=${start}-` }),
      ...(tag !== undefined && { 'if-range': tag }),
    },
    signal,
  );
  try {
    const total = await accept(answer, source, part);
    await receive(answer, part, total, options);
  } finally {
    answer.body.destroy();
  }
  await requireHash(source, part, start > 0);
}

/** Decides by the head of an answer whether its body is wanted. @returns bytes of the whole file, where known */
async function accept(answer: Answer, source: FileSource, part: PartFile): Promise<number | undefined> {
  const { status } = answer;
  if (status === 416) {
    await part.remove();
    throw new Passing('the server cannot go on where the download broke off');
  }
  if (status === 408 || status === 429 || status >= 500) throw new Passing(`the server answers ${status}`);
  if (status !== 200 && status !== 206) throw new Refusal(`the server answers ${status}`);
  if (/^text\/html\b/i.test(header(answer, 'content-type') ?? '')) {
    throw new Refusal('a web page came instead of the file');
  }
  const length = Number(header(answer, 'content-length') ?? Number.NaN);
  let total = Number.isInteger(length) ? length : undefined;
  if (status === 206) {
    const [, from, whole] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(header(answer, 'content-range') ?? '') ?? [];
    if (Number(from) !== part.sizeBytes) {
      await part.remove();
      throw new Passing('the server sent another part than was asked for');
    }
    total = whole === undefined || whole === '*' ? undefined : Number(whole);
  } else if (source.sizeBytes !== undefined && total !== undefined && total !== source.sizeBytes) {
    throw new Refusal(`the server offers ${total} bytes, and the file has ${source.sizeBytes}`);
  } else await part.restart(source.url, header(answer, 'etag'));
  if (total !== undefined) await part.requireSpace(total);
  return source.sizeBytes ?? total;
}

async function receive(
  answer: Answer,
  part: PartFile,
  total: number | undefined,
  { progress, name, signal }: DownloadOptions,
): Promise<void> {
  const [unit, bytesEach] = (total ?? 0) >= 10e6 ? (['MB', 1e6] as const) : (['kB', 1e3] as const);
  const report = (): void => {
    const whole = total === undefined ? undefined : Math.ceil(total / bytesEach);
    const done = part.sizeBytes === total ? whole! : Math.floor(part.sizeBytes / bytesEach);
    progress?.({ stage: `downloading ${name} (${unit})`, done, total: whole });
  };
  report();
  for await (const chunk of answer.body) {
    signal?.throwIfAborted();
    await part.append(chunk);
    if (total !== undefined && part.sizeBytes > total) {
      await part.remove();
      throw new Refusal(`more than ${total} bytes came`);
    }
    report();
  }
  if (total !== undefined && part.sizeBytes < total) {
    throw new Passing(`only ${part.sizeBytes} of ${total} bytes came`);
  }
}

async function requireHash({ sha256 }: FileSource, part: PartFile, resumed: boolean): Promise<void> {
  const got = part.digest();
  if (got === sha256) return;
  const reason = (await impostor(part)) ?? `its SHA-256 is ${got}, not ${sha256}`;
  await part.remove();
  // The first bytes may be those of another file: once more, from the start.
  throw resumed ? new Passing(reason) : new Refusal(reason);
}

/** What came instead of a model, where it is something that people know. */
async function impostor({ path, sizeBytes }: PartFile): Promise<string | undefined> {
  const handle = await open(path, 'r').catch(() => undefined);
  if (handle === undefined) return undefined;
  try {
    const start = new Uint8Array(Math.min(sizeBytes, sniffedBytes));
    await handle.read(start, 0, start.length, 0);
    sniffWeights(start, sizeBytes, path);
    return undefined;
  } catch (thrown) {
    if (!(thrown instanceof VisageError)) return undefined;
    const found = String(thrown.slots['found']);
    // Of bytes that nobody knows the hash says more.
    return found.startsWith('its first bytes') ? undefined : found;
  } finally {
    await handle.close();
  }
}
