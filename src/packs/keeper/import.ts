import type { FileSource as WeightFile } from '../../formats/index.ts';
import { visageError } from '../../kernel/index.ts';
import type { AssembleOptions } from '../import/assemble-options.ts';
import { assemblePack } from '../import/assemble-pack.ts';
import { isPackName, packNameRule } from '../record/pack-fields.ts';
import type { PackRecord } from '../record/pack-record.ts';
import { packs } from '../registry.ts';
import { installPack } from './install.ts';
import { downloadsName, modelsFolder } from './models-folder.ts';
import { lockPack, type PackLockOptions } from './pack-lock.ts';

export interface ImportPackOptions extends AssembleOptions, PackLockOptions {
  /** Default `VISAGE_MODELS` or `packs` in the cache folder. */
  readonly folder?: string | undefined;
}

/** @throws VisageError `OPTION_INVALID` for what is no name, or is the name of something else */
export function requirePackName(name: string): void {
  const got = JSON.stringify(name);
  if (!isPackName(name)) {
    throw visageError('OPTION_INVALID', { owner: 'models', option: 'name', got, allowed: packNameRule });
  }
  if (name !== downloadsName && packs.every((pack) => pack.name !== name)) return;
  const allowed = `any other name than ${[downloadsName, ...packs.map((pack) => pack.name)].join(', ')}`;
  throw visageError('OPTION_INVALID', { owner: 'models', option: 'name', got, allowed });
}

/**
 * Makes a pack of weight files and installs it; see `assemblePack`.
 * @returns what its `pack.json` says
 * @throws VisageError as `assemblePack`; `OPTION_INVALID`, `PACK_EXISTS`, `PACK_BUSY`, `FILE_UNWRITABLE`
 */
export async function importPack(
  files: readonly WeightFile[],
  options: ImportPackOptions = {},
): Promise<PackRecord> {
  const { folder = modelsFolder(), signal } = options;
  if (options.name !== undefined) requirePackName(options.name);
  const made = await assemblePack(files, options);
  requirePackName(made.pack.name);
  signal?.throwIfAborted();
  await using _ = await lockPack(folder, made.pack.name, options);
  // Awaited here: the lock must last as long.
  return await installPack(folder, made);
}
