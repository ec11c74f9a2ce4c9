import { readdir, realpath, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { systemReason } from '../formats/index.ts';
import { compareCodePoints } from '../kernel/index.ts';
import { isHiddenName } from './photo-name.ts';

/** A regular file below a folder, or something there that cannot be used. */
export interface WalkedEntry {
  readonly path: string;
  /** Path below the folder that the walk started in, with `/`. */
  readonly below: string;
  /** Why it cannot be used; undefined for a regular file. */
  readonly problem?: string;
}

/** What `path` is once links are followed: a kind, or the reason why nobody can say. */
export async function kindOf(path: string): Promise<'file' | 'folder' | { readonly problem: string }> {
  try {
    const status = await stat(path);
    if (status.isFile()) return 'file';
    return status.isDirectory() ? 'folder' : { problem: 'it is neither a file nor a folder' };
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    // The name was listed, yet it leads nowhere.
    if (code === 'ENOENT') return { problem: 'it is a broken link, or its name is not valid UTF-8' };
    return { problem: systemReason(thrown) };
  }
}

/** Names in a folder by code point, the order of Python's `sorted`. */
export async function sortedNames(folder: string): Promise<string[]> {
  return (await readdir(folder)).sort(compareCodePoints);
}

/**
 * Everything below `folder` at any depth, names sorted by code point. Hidden entries and those that
 * cannot be used are yielded with their problem. Links are followed, but not back to a folder that
 * `folder` lies in, and no folder is entered twice, so links that run in a circle end.
 */
export async function* walk(folder: string): AsyncGenerator<WalkedEntry, void, undefined> {
  const start = await realpath(folder).catch(() => folder);
  const around: string[] = [];
  for (let parent = dirname(start); parent !== around.at(-1); parent = dirname(parent)) around.push(parent);
  yield* walkInto(folder, '', new Set(around));
}

async function* walkInto(
  folder: string,
  below: string,
  entered: Set<string>,
): AsyncGenerator<WalkedEntry, void, undefined> {
  let names: string[];
  try {
    const real = await realpath(folder);
    if (entered.has(real)) {
      yield { path: folder, below, problem: 'this folder was entered already; the link may run in a circle' };
      return;
    }
    entered.add(real);
    names = await sortedNames(folder);
  } catch (thrown) {
    yield { path: folder, below, problem: systemReason(thrown) };
    return;
  }
  for (const name of names) {
    const path = join(folder, name);
    const inside = below === '' ? name : `${below}/${name}`;
    if (isHiddenName(name)) {
      yield { path, below: inside, problem: 'it is hidden' };
      continue;
    }
    const kind = await kindOf(path);
    if (kind === 'folder') yield* walkInto(path, inside, entered);
    else if (kind === 'file') yield { path, below: inside };
    else yield { path, below: inside, problem: kind.problem };
  }
}
