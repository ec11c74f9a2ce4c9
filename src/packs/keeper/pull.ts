import { mkdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { systemReason, ZipArchive } from '../../formats/index.ts';
import { visageError, type ProgressListener } from '../../kernel/index.ts';
import { sha256 } from '../definition.ts';
import { downloadFrom } from '../download/download-file.ts';
import { PartFile } from '../download/part-file.ts';
import { Transport } from '../download/transport.ts';
import { assemblePack } from '../import/assemble-pack.ts';
import {
  publishedPack,
  publishedPacks,
  type FileSource,
  type PublishedFile,
  type PublishedPack,
} from '../published-packs.ts';
import type { PackRecord } from '../record/pack-record.ts';
import { hashFile } from './file-hash.ts';
import { installPack } from './install.ts';
import { downloadsName, modelsFolder } from './models-folder.ts';
import { lockPack, type PackLock, type PackLockOptions } from './pack-lock.ts';
import { readInstalledRecord } from './pack-folder.ts';

export interface PullPackOptions extends PackLockOptions {
  /** Default `VISAGE_MODELS` or `packs` in the cache folder. */
  readonly folder?: string | undefined;
  /** Whether the licence was read and accepted. */
  readonly acceptLicence?: boolean | undefined;
  /** Whether servers may redirect from https to http; the hash is checked all the same. */
  readonly allowHttp?: boolean | undefined;
  readonly progress?: ProgressListener | undefined;
  /** What can be pulled; default {@link publishedPacks}. */
  readonly registry?: readonly PublishedPack[] | undefined;
  /** Pause before the second attempt at a source, in milliseconds. */
  readonly retryMs?: number | undefined;
}

export interface PulledPack {
  readonly record: PackRecord;
  /** Whether it was there already, and nothing was done. */
  readonly wasThere: boolean;
}

interface Fetched {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/**
 * Downloads a published pack and installs it. Nothing is visible before all of its files have their
 * hashes; what was downloaded when it broke off is kept, and the next pull goes on there. A file that
 * somebody put into the folder `downloads` by hand is taken instead of being downloaded. Processes that
 * pull the same pack at once wait for one another.
 * @throws VisageError `PACK_UNKNOWN`, `LICENCE_NOT_ACCEPTED`, `DOWNLOAD_FAILED`, `FILE_UNWRITABLE`,
 *   `PACK_BUSY`, `PACK_INVALID`, `PACK_EXISTS`, `PACKAGE_MISSING`; the reason of `signal`
 */
export async function pullPack(name: string, options: PullPackOptions = {}): Promise<PulledPack> {
  const { folder = modelsFolder(), acceptLicence = false, registry = publishedPacks } = options;
  const published = publishedPack(name, registry);
  if (published === undefined) {
    const allowed = `to be pulled: ${registry.map((pack) => pack.name).join(', ')}`;
    throw visageError('PACK_UNKNOWN', { got: name, allowed });
  }
  const there = async (): Promise<PulledPack | undefined> => {
    const record = await readInstalledRecord(folder, name);
    return record && { record, wasThere: true };
  };
  const known = await there();
  if (known !== undefined) return known;
  if (published.needsAcceptance && !acceptLicence) {
    throw visageError('LICENCE_NOT_ACCEPTED', { pack: name, licence: published.licence });
  }
  await using _ = await lockPack(folder, name, options);
  // Another process may have pulled it while this one waited.
  const now = await there();
  if (now !== undefined) return now;
  await using downloads = await Downloads.open(join(folder, downloadsName), name, options);
  const files: Fetched[] = [];
  for (const file of published.files) files.push(await downloads.fetch(file));
  const { onnx } = published;
  const made = await assemblePack(files, { name, registry, ...(onnx && { description: onnx }) });
  options.signal?.throwIfAborted();
  const record = await installPack(folder, made);
  await downloads.forget();
  return { record, wasThere: false };
}

/** The files of one pull. Each part is locked until the pull is over: packs share files. */
class Downloads implements AsyncDisposable {
  readonly #folder: string;
  readonly #pack: string;
  readonly #options: PullPackOptions;
  readonly #parts = new Map<string, { readonly part: PartFile; readonly lock: PackLock }>();
  #transport: Transport | undefined;

  private constructor(folder: string, pack: string, options: PullPackOptions) {
    this.#folder = folder;
    this.#pack = pack;
    this.#options = options;
  }

  static async open(folder: string, pack: string, options: PullPackOptions): Promise<Downloads> {
    try {
      await mkdir(folder, { recursive: true });
    } catch (thrown) {
      throw visageError('FILE_UNWRITABLE', { path: folder, reason: systemReason(thrown) }, thrown);
    }
    return new Downloads(folder, pack, options);
  }

  /** The bytes of one file, from the first source that gives the right ones. */
  async fetch({ what, sources }: PublishedFile): Promise<Fetched> {
    const failures: string[] = [];
    for (const source of sources) {
      const failure = await this.#byHand(source);
      if (typeof failure !== 'string') return failure;
      if (failure !== '') failures.push(failure);
    }
    for (const source of sources) {
      const found = await this.#fromServer(source);
      if (typeof found !== 'string') return found;
      failures.push(`${source.url}: ${found}`);
    }
    const { url } = sources[0]!;
    const others = sources.slice(1).map((source) => `${source.url} (as ${fileOf(source)})`);
    const advice =
      `Fetch ${url} with a browser, put it as ${fileOf(sources[0]!)} into ${this.#folder}, and run visage models pull ${this.#pack} again.` +
      (others.length === 0 ? '' : ` Or fetch ${others.join(' or ')}.`);
    throw visageError('DOWNLOAD_FAILED', { file: what, reason: failures.join('; '), advice });
  }

  /** @returns the file; or why it cannot be taken, empty where there is none */
  async #byHand(source: FileSource): Promise<Fetched | string> {
    const path = join(this.#folder, fileOf(source));
    const found = await stat(path).catch(() => undefined);
    if (!found?.isFile()) return '';
    if (source.sizeBytes !== undefined && found.size !== source.sizeBytes) {
      return `${path} has ${found.size} bytes, not ${source.sizeBytes}`;
    }
    const got = (await hashFile(path)).digest('hex');
    if (got !== source.sha256) return `${path} has the SHA-256 ${got}, not ${source.sha256}`;
    return this.#unpack(source, path);
  }

  async #fromServer(source: FileSource): Promise<Fetched | string> {
    const { part } = await this.#partOf(source);
    if (part.digest() !== source.sha256) {
      this.#transport ??= await Transport.open({ allowHttp: this.#options.allowHttp });
      const { progress, signal, retryMs } = this.#options;
      const name = fileOf(source);
      const failure = await downloadFrom(source, part, {
        transport: this.#transport,
        name,
        progress,
        signal,
        retryMs,
      });
      if (failure !== undefined) return failure;
    }
    return this.#unpack(source, part.path);
  }

  async #partOf(source: FileSource): Promise<{ part: PartFile }> {
    const known = this.#parts.get(source.sha256);
    if (known !== undefined) return known;
    const lock = await lockPack(this.#folder, source.sha256, this.#options);
    try {
      const part = await PartFile.open(join(this.#folder, `${source.sha256}.part`), this.#options.signal);
      const opened = { part, lock };
      this.#parts.set(source.sha256, opened);
      return opened;
    } catch (thrown) {
      await lock.release();
      throw thrown;
    }
  }

  async #unpack(source: FileSource, path: string): Promise<Fetched | string> {
    if (source.member === undefined) return { name: fileOf(source), bytes: await readFile(path) };
    const { path: wanted, sha256: hash } = source.member;
    const archive = await ZipArchive.open(path);
    try {
      // Some archives hold a folder, some do not.
      const entry = [...archive.entries.values()].find(
        ({ name }) => name === wanted || name.endsWith(`/${wanted}`),
      );
      if (entry === undefined) return `the archive holds no ${wanted}`;
      const bytes = await archive.read(entry);
      const got = sha256(bytes);
      return got === hash ? { name: wanted, bytes } : `${wanted} in it has the SHA-256 ${got}, not ${hash}`;
    } finally {
      await archive.close();
    }
  }

  /** Removes what was downloaded; what was put there by hand stays. */
  async forget(): Promise<void> {
    for (const { part } of this.#parts.values()) await part.remove();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { part, lock } of this.#parts.values()) {
      await part.close();
      await lock.release();
    }
    await this.#transport?.[Symbol.asyncDispose]();
  }
}

/** What a file is called in the folder of downloads. */
export const fileOf = ({ url }: FileSource): string => decodeURIComponent(basename(new URL(url).pathname));
