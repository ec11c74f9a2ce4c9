import { link, mkdir, open, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { systemReason } from '../../formats/index.ts';
import { visageError } from '../../kernel/index.ts';

export interface PackLockOptions {
  readonly signal?: AbortSignal | undefined;
  /** Told once when another process holds the lock. */
  readonly onWait?: ((owner: string) => void) | undefined;
  /** How long to wait for another process; default half an hour. */
  readonly waitMs?: number | undefined;
}

/** The owner sets the file's time so often, */
const beatMs = 2000;
/** and one that has not for so long is gone: a process on another machine, or one whose id another has now. */
const staleMs = 60_000;
const lookMs = 200;

interface Owner {
  readonly processId: number;
  readonly machine: string;
}

function ownerOf(text: string): Owner | undefined {
  try {
    const { processId, machine } = JSON.parse(text) as Partial<Owner>;
    return typeof processId === 'number' && typeof machine === 'string' ? { processId, machine } : undefined;
  } catch {
    return undefined;
  }
}

function isRunning(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** Whether the process that wrote `text` into the lock at `path` is gone. */
async function isStale(path: string, text: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return false;
  if (Date.now() - found.mtimeMs > staleMs) return true;
  const owner = ownerOf(text);
  return owner !== undefined && owner.machine === hostname() && !isRunning(owner.processId);
}

let nextLock = 0;

/**
 * Takes a stale lock away. Two processes may find it stale at once and the quicker one have a new lock
 * there already: what was moved away is looked at again, and put back unless it is the stale one.
 */
async function breakLock(path: string, staleText: string): Promise<void> {
  const aside = `${path}.${process.pid}-${nextLock++}`;
  await rename(path, aside).catch(() => {});
  const moved = await readFile(aside, 'utf8').catch(() => undefined);
  if (moved !== undefined && moved !== staleText) await link(aside, path).catch(() => {});
  await rm(aside, { force: true });
}

/** What {@link lockPack} gives; ends with `release` or `using`. */
export interface PackLock extends AsyncDisposable {
  release(): Promise<void>;
}

/**
 * Makes this process the only one that changes the pack `name`. Waits while another one does.
 * @throws VisageError `PACK_BUSY`, `FILE_UNWRITABLE`; the reason of `signal`
 */
export async function lockPack(
  folder: string,
  name: string,
  options: PackLockOptions = {},
): Promise<PackLock> {
  const { signal, onWait, waitMs = 30 * 60_000 } = options;
  const path = join(folder, `.${name}.lock`);
  const text = JSON.stringify({ processId: process.pid, machine: hostname(), number: nextLock++ });
  let waitedMs = 0;
  let told = false;
  for (;;) {
    signal?.throwIfAborted();
    if (await create(folder, path, text)) return held(path, text);
    const found = await readFile(path, 'utf8').catch(() => undefined);
    if (found === undefined) continue;
    if (await isStale(path, found)) {
      await breakLock(path, found);
      continue;
    }
    const owner = ownerOf(found);
    const got = owner === undefined ? 'unknown' : `process ${owner.processId} on ${owner.machine}`;
    if (waitedMs >= waitMs) throw visageError('PACK_BUSY', { pack: name, got, path });
    if (!told) onWait?.(got);
    told = true;
    await pause(lookMs, undefined, signal ? { signal } : {}).catch(() => signal?.throwIfAborted());
    waitedMs += lookMs;
  }
}

async function create(folder: string, path: string, text: string): Promise<boolean> {
  try {
    await mkdir(folder, { recursive: true });
    const handle = await open(path, 'wx');
    try {
      await handle.writeFile(text);
    } finally {
      await handle.close();
    }
    return true;
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'EEXIST') {
      // The folder itself may be a file, which is no lock.
      const isFolder = (await stat(folder).catch(() => undefined))?.isDirectory() ?? false;
      if (isFolder) return false;
    }
    throw visageError('FILE_UNWRITABLE', { path, reason: systemReason(thrown) }, thrown);
  }
}

function held(path: string, text: string): PackLock {
  const beat = setInterval(() => {
    const now = new Date();
    void utimes(path, now, now).catch(() => {});
  }, beatMs);
  beat.unref();
  let released = false;
  const release = async (): Promise<void> => {
    if (released) return;
    released = true;
    clearInterval(beat);
    // Only our own: somebody may have taken this process for dead.
    if ((await readFile(path, 'utf8').catch(() => undefined)) === text) await rm(path, { force: true });
  };
  return { release, [Symbol.asyncDispose]: release };
}
