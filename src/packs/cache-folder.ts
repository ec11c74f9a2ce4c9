import { homedir } from 'node:os';
import { join } from 'node:path';

export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  readonly home: string;
}

const given = (value: string | undefined): string | undefined => (value === '' ? undefined : value);

/** The cache folder that the user asked for by `VISAGE_CACHE`, if any. */
export const requestedCacheFolder = (env: Surroundings['env'] = process.env): string | undefined =>
  given(env['VISAGE_CACHE']);

/**
 * Where built networks are kept unless somebody asks for another place: `visage` in `XDG_CACHE_HOME` or
 * `~/.cache` (XDG Base Directory Specification), `~/Library/Caches/visage` on macOS,
 * `%LOCALAPPDATA%\visage\Cache` on Windows.
 */
export function userCacheFolder(
  { env, platform, home }: Surroundings = { env: process.env, platform: process.platform, home: homedir() },
): string {
  if (platform === 'darwin') return join(home, 'Library', 'Caches', 'visage');
  if (platform === 'win32') {
    return join(given(env['LOCALAPPDATA']) ?? join(home, 'AppData', 'Local'), 'visage', 'Cache');
  }
  const base = given(env['XDG_CACHE_HOME']);
  // The specification tells to ignore relative paths.
  return join(base?.startsWith('/') ? base : join(home, '.cache'), 'visage');
}

/** Where things are kept that can be made again: what `VISAGE_CACHE` says, otherwise {@link userCacheFolder}. */
export const cacheFolder = (): string => requestedCacheFolder() ?? userCacheFolder();
