import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { systemReason } from '../formats/index.ts';
import type { Gallery, GalleryKey, PersonReference } from '../gallery/index.ts';
import { visageError } from '../kernel/index.ts';
import type { Run } from './run.ts';

/** What {@link addGalleryFlags} added, as commander gives it. */
export interface GalleryFlags {
  readonly gallery?: string;
  readonly key?: string;
  readonly keyFile?: string;
}

/** `--gallery` and the two ways to give its key. */
export function addGalleryFlags(command: Command): Command {
  command.option(
    '--gallery <file>',
    'where the people are kept (default: the file that VISAGE_GALLERY names, else people.gallery)',
  );
  return addGalleryKeyFlags(command);
}

export const addGalleryKeyFlags = (command: Command): Command =>
  command
    .option('--key-file <file>', 'file with the key of an encrypted gallery (default: VISAGE_GALLERY_KEY)')
    .option('--key <text>', 'the key itself; other users of this machine may see it, so prefer --key-file');

/** Where the gallery lies: as the flags say, else as `VISAGE_GALLERY` does, else in the current folder. */
export const galleryPath = ({ env }: Run, { gallery }: GalleryFlags): string =>
  gallery ?? (env['VISAGE_GALLERY'] || 'people.gallery');

/**
 * The key that the flags or `VISAGE_GALLERY_KEY` give, if any.
 * @throws VisageError `USAGE`, `OPTION_INVALID`, `FILE_NOT_FOUND`, `FILE_UNREADABLE`
 */
export async function galleryKey(
  { env, rooms }: Run,
  { key, keyFile }: GalleryFlags,
): Promise<GalleryKey | undefined> {
  if (key !== undefined && keyFile !== undefined) {
    const problem = 'Both --key and --key-file are given; one key is enough.';
    throw visageError('USAGE', { problem, command: 'visage' });
  }
  const { parseGalleryKey } = await rooms.gallery();
  if (keyFile !== undefined) {
    const bytes = await readKeyFile(keyFile);
    // 32 bytes that are no text are the key itself.
    if (bytes.length === 32 && !isText(bytes)) return new Uint8Array(bytes);
    return parseGalleryKey(bytes.toString('utf8').replace(/\r?\n$/, ''));
  }
  const text = key ?? env['VISAGE_GALLERY_KEY'];
  return text === undefined || text === '' ? undefined : parseGalleryKey(text);
}

const isText = (bytes: Buffer): boolean => /^[\x20-\x7e]*$/.test(bytes.toString('latin1'));

async function readKeyFile(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') throw visageError('FILE_NOT_FOUND', { path });
    throw visageError('FILE_UNREADABLE', { path, reason: systemReason(thrown) }, thrown);
  }
}

/** Opens the gallery that is there, of whichever pack. Throws as `openExistingGallery`. */
export async function openKnownGallery(run: Run, flags: GalleryFlags): Promise<Gallery> {
  const { openExistingGallery } = await run.rooms.gallery();
  const key = await galleryKey(run, flags);
  return openExistingGallery(galleryPath(run, flags), key === undefined ? {} : { key });
}

const uuid = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** A person as typed: a name, or an id as `people list --json` prints it. */
export const personTyped = (text: string): PersonReference =>
  uuid.test(text) ? { id: text.toLowerCase() } : text;

/**
 * The number of an example as typed, with or without `#`.
 * @throws VisageError `OPTION_INVALID`
 */
export function exampleTyped(text: string, verb: string): number {
  const number = /^#?[1-9]\d*$/.test(text) ? Number(text.replace('#', '')) : Number.NaN;
  if (Number.isSafeInteger(number)) return number;
  throw visageError('OPTION_INVALID', {
    owner: `visage people ${verb}`,
    option: 'example',
    got: JSON.stringify(text),
    allowed: 'the number of an example, as visage people show prints it',
  });
}
