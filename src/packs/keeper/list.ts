import { toVisageError, visageError, type VisageError } from '../../kernel/index.ts';
import type { Pack } from '../pack.ts';
import { publishedPacks, type PublishedPack } from '../published-packs.ts';
import type { PackRecord } from '../record/pack-record.ts';
import { packs } from '../registry.ts';
import { installedNames, modelsFolder } from './models-folder.ts';
import { readInstalledRecord } from './pack-folder.ts';

/** A pack as the keeper knows it. */
export interface KnownPack {
  readonly name: string;
  /** `bundled`: comes with Visage; `installed`: lies in the models folder; `available`: can be pulled. */
  readonly state: 'bundled' | 'installed' | 'available';
  /** Of a bundled or installed pack. */
  readonly pack?: Pack;
  /** Of an installed pack. */
  readonly record?: PackRecord;
  /** Of one that can be pulled, installed or not. */
  readonly published?: PublishedPack;
  /** Why an installed pack cannot be used. */
  readonly error?: VisageError;
}

/** Every pack: those that come with Visage, those installed, and those that can be pulled. */
export async function knownPacks(
  folder: string = modelsFolder(),
  registry: readonly PublishedPack[] = publishedPacks,
): Promise<KnownPack[]> {
  const known: KnownPack[] = packs.map((pack) => ({ name: pack.name, state: 'bundled', pack }));
  const installed = await installedNames(folder);
  for (const name of installed) {
    const published = registry.find((pack) => pack.name === name);
    const common = { name, state: 'installed', ...(published && { published }) } as const;
    try {
      const record = await readInstalledRecord(folder, name);
      // A folder without pack.json is something else.
      if (record !== undefined) known.push({ ...common, pack: record.pack, record });
    } catch (thrown) {
      known.push({ ...common, error: toVisageError(thrown) });
    }
  }
  for (const published of registry) {
    if (known.some(({ name }) => name === published.name)) continue;
    known.push({ name: published.name, state: 'available', published });
  }
  return known;
}

/** @throws VisageError `PACK_UNKNOWN`, `PACK_INVALID` */
export async function knownPack(
  name: string,
  folder: string = modelsFolder(),
  registry: readonly PublishedPack[] = publishedPacks,
): Promise<KnownPack> {
  const all = await knownPacks(folder, registry);
  const found = all.find((pack) => pack.name === name);
  if (found === undefined) {
    throw visageError('PACK_UNKNOWN', { got: name, allowed: all.map((pack) => pack.name).join(', ') });
  }
  if (found.error !== undefined) throw found.error;
  return found;
}
