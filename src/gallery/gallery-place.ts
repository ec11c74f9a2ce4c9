import { stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { systemReason } from '../formats/index.ts';
import { visageError } from '../kernel/index.ts';

export interface PlaceSurroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  readonly home: string;
}

const given = (value: string | undefined): string | undefined => (value === '' ? undefined : value);

/**
 * Where a gallery lies unless somebody says otherwise: the file that `VISAGE_GALLERY` names, else
 * `visage/people.gallery` in `XDG_DATA_HOME` or `~/.local/share` (XDG Base Directory Specification),
 * in `~/Library/Application Support` on macOS, in `%LOCALAPPDATA%` on Windows.
 */
export function defaultGalleryPath(
  { env, platform, home }: PlaceSurroundings = {
    env: process.env,
    platform: process.platform,
    home: homedir(),
  },
): string {
  const named = given(env['VISAGE_GALLERY']);
  if (named !== undefined) return named;
  const below = join('visage', 'people.gallery');
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', below);
  if (platform === 'win32') return join(given(env['LOCALAPPDATA']) ?? join(home, 'AppData', 'Local'), below);
  const base = given(env['XDG_DATA_HOME']);
  // The specification tells to ignore relative paths.
  return join(base?.startsWith('/') ? base : join(home, '.local', 'share'), below);
}

/** @throws VisageError `FILE_NOT_FOUND`, `FILE_UNREADABLE` */
export async function requireFile(path: string): Promise<void> {
  try {
    await stat(path);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') throw visageError('FILE_NOT_FOUND', { path });
    throw visageError('FILE_UNREADABLE', { path, reason: systemReason(thrown) }, thrown);
  }
}
