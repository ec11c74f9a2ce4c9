import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { userCacheFolder } from '../cache-folder.ts';
import { isPackName } from '../record/pack-fields.ts';

/** Where installed packs lie: `VISAGE_MODELS`, or `packs` in the user's cache folder. */
export function modelsFolder(env: Readonly<Record<string, string | undefined>> = process.env): string {
  const { VISAGE_MODELS: requested, VISAGE_CACHE: cache } = env;
  if (requested !== undefined && requested !== '') return requested;
  return join(cache !== undefined && cache !== '' ? cache : userCacheFolder(), 'packs');
}

/** Names of the folders that may be packs, sorted. A folder that is not there holds none. */
export async function installedNames(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries
    .filter(
      (entry) =>
        (entry.isDirectory() || entry.isSymbolicLink()) &&
        isPackName(entry.name) &&
        entry.name !== downloadsName,
    )
    .map(({ name }) => name)
    .sort();
}

/** The folder inside the models folder for files under way, and for those fetched by hand. */
export const downloadsName = 'downloads';
