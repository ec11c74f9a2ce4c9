import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { systemReason, writeFileAtomically } from '../../formats/index.ts';
import { visageError, VisageError } from '../../kernel/index.ts';
import { sha256 } from '../definition.ts';
import type { Pack } from '../pack.ts';
import {
  packFile,
  writePackRecord,
  type NetworkRecord,
  type OriginRecord,
  type PackPart,
  type PackRecord,
} from '../record/pack-record.ts';
import { isPackName } from '../record/pack-fields.ts';
import { lockPack, type PackLockOptions } from './pack-lock.ts';
import { readInstalledRecord } from './pack-folder.ts';

/** A network that becomes a file of a pack, or one that comes with Visage. */
export type NewNetwork =
  | { readonly name: string; readonly bytes: () => Uint8Array; readonly trunk?: 'bundled' }
  | { readonly bundled: 'detector' | 'landmarks' };

/** A pack about to be installed. */
export interface NewPack {
  readonly pack: Pack;
  readonly networks: Readonly<Partial<Record<PackPart, NewNetwork>>>;
  readonly origins: readonly OriginRecord[];
  readonly notes: readonly string[];
}

let nextFolder = 0;

/**
 * Puts a pack into the models folder: written to a folder of another name, flushed, and renamed, so it
 * appears whole or not at all. The caller holds the lock of the pack (see `lockPack`).
 * @throws VisageError `PACK_EXISTS`, `FILE_UNWRITABLE`
 */
export async function installPack(
  folder: string,
  { pack, networks, origins, notes }: NewPack,
): Promise<PackRecord> {
  const { name } = pack;
  if ((await readdir(join(folder, name)).catch(() => undefined)) !== undefined) {
    throw visageError('PACK_EXISTS', { pack: name });
  }
  await removeUnfinished(folder, name);
  const home = join(folder, `${unfinishedPrefix(name)}${process.pid}-${nextFolder++}`);
  try {
    await mkdir(home, { recursive: true });
    const records: Partial<Record<PackPart, NetworkRecord>> = {};
    for (const [part, network] of Object.entries(networks) as [PackPart, NewNetwork][]) {
      if ('bundled' in network) {
        records[part] = network;
        continue;
      }
      const bytes = network.bytes();
      const file = `${network.name}.onnx`;
      await writeFileAtomically(join(home, file), bytes);
      const { trunk } = network;
      records[part] = { file, sha256: sha256(bytes), sizeBytes: bytes.length, ...(trunk && { trunk }) };
    }
    const record: PackRecord = { pack, networks: records, origins, notes };
    await writeFileAtomically(join(home, packFile), writePackRecord(record));
    await rename(home, join(folder, name));
    await flushFolder(folder);
    return record;
  } catch (thrown) {
    await rm(home, { recursive: true, force: true }).catch(() => {});
    if (thrown instanceof VisageError) throw thrown;
    const code = (thrown as NodeJS.ErrnoException).code;
    if (code === 'ENOTEMPTY' || code === 'EEXIST') throw visageError('PACK_EXISTS', { pack: name }, thrown);
    throw visageError('FILE_UNWRITABLE', { path: join(folder, name), reason: systemReason(thrown) }, thrown);
  }
}

const unfinishedPrefix = (name: string): string => `.${name}.new-`;

/** What processes left that were killed while they installed the pack; none is at it now, as we hold the lock. */
async function removeUnfinished(folder: string, name: string): Promise<void> {
  for (const entry of await readdir(folder).catch(() => [])) {
    if (!entry.startsWith(unfinishedPrefix(name))) continue;
    await rm(join(folder, entry), { recursive: true, force: true }).catch(() => {});
  }
}

/** The rename survives a power cut only when the folder is flushed too; not every system can. */
async function flushFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  await handle?.sync().catch(() => {});
  await handle?.close();
}

/**
 * Removes an installed pack, whole: first renamed, so that nobody meets a half of it.
 * @returns what its `pack.json` said, where it could be read
 * @throws VisageError `PACK_NOT_INSTALLED`, `PACK_BUSY`, `FILE_UNWRITABLE`
 */
export async function removePack(
  folder: string,
  name: string,
  options: PackLockOptions = {},
): Promise<PackRecord | undefined> {
  if (!isPackName(name) || (await readdir(join(folder, name)).catch(() => undefined)) === undefined) {
    throw visageError('PACK_NOT_INSTALLED', { pack: name });
  }
  await using _ = await lockPack(folder, name, options);
  const record = await readInstalledRecord(folder, name).catch(() => undefined);
  const aside = join(folder, `${unfinishedPrefix(name)}${process.pid}-${nextFolder++}`);
  try {
    await rename(join(folder, name), aside);
    await rm(aside, { recursive: true, force: true });
  } catch (thrown) {
    throw visageError('FILE_UNWRITABLE', { path: join(folder, name), reason: systemReason(thrown) }, thrown);
  }
  return record;
}
