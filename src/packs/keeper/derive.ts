import { readFile } from 'node:fs/promises';
import { systemReason } from '../../formats/index.ts';
import { visageError } from '../../kernel/index.ts';
import { describePack, openPack, type OpenPackOptions } from '../open.ts';
import { splitPackName } from '../reference.ts';
import { packParts, type PackPart, type PackRecord } from '../record/pack-record.ts';
import { packs } from '../registry.ts';
import { requirePackName } from './import.ts';
import { installPack, type NewNetwork } from './install.ts';
import { modelsFolder } from './models-folder.ts';
import { readInstalledRecord } from './pack-folder.ts';
import { lockPack, type PackLockOptions } from './pack-lock.ts';

/** What is new about a pack that comes from another. */
export interface DerivedPack {
  readonly name: string;
  readonly description: string;
  /** The embedder's ONNX file: the one it takes the place of with another head, its last matrix. */
  readonly embedder: Uint8Array;
  readonly maxDistance: number;
  /** How that number was measured. */
  readonly maxDistanceSource: string;
  /** What to know about it, as sentences. */
  readonly notes?: readonly string[];
}

async function networkOf(path: string, name: string): Promise<NewNetwork> {
  try {
    const bytes = await readFile(path);
    return { name, bytes: () => bytes };
  } catch (thrown) {
    throw visageError('FILE_UNREADABLE', { path, reason: systemReason(thrown) }, thrown);
  }
}

/**
 * Installs a pack that differs from `base` in its embedder, as after fine-tuning: detector, landmarks, alignment
 * and licence are the same. `base` is only read.
 * @returns what its `pack.json` says
 * @throws VisageError as `openPack` for `base`; `OPTION_INVALID` for the name; `PACK_EXISTS`, `PACK_BUSY`,
 *   `FILE_UNREADABLE`, `FILE_UNWRITABLE`
 */
export async function derivePack(
  base: string,
  { name, description, embedder, maxDistance, maxDistanceSource, notes = [] }: DerivedPack,
  options: OpenPackOptions & PackLockOptions = {},
): Promise<PackRecord> {
  requirePackName(name);
  const folder = options.modelsFolder ?? modelsFolder();
  const pack = await describePack(base, options);
  const { models } = await openPack(base, options);
  const isBundled = packs.some((bundled) => bundled.name === splitPackName(base).base);
  const record = isBundled ? undefined : await readInstalledRecord(folder, splitPackName(base).base);
  const earlier = record?.networks.embedder;
  const onBundled = isBundled || (earlier !== undefined && 'file' in earlier && earlier.trunk === 'bundled');
  const networks: Partial<Record<PackPart, NewNetwork>> = {
    embedder: {
      name: `${name}-embedder`,
      bytes: () => embedder,
      ...(onBundled && { trunk: 'bundled' as const }),
    },
  };
  for (const part of packParts) {
    const model = models[part];
    if (part === 'embedder' || model === undefined) continue;
    const known = record?.networks[part];
    if (isBundled && part !== 'refine') networks[part] = { bundled: part };
    else if (known !== undefined && 'bundled' in known) networks[part] = known;
    else networks[part] = await networkOf(model.path, `${name}-${part}`);
  }
  await using _ = await lockPack(folder, name, options);
  return await installPack(folder, {
    pack: {
      ...pack,
      name,
      description,
      embedder: { ...pack.embedder, maxDistance, maxDistanceSource },
    },
    networks,
    origins: record?.origins ?? [],
    notes: [...(record?.notes ?? []), ...notes],
  });
}
