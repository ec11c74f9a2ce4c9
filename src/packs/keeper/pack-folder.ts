import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemReason, writeFileAtomically } from '../../formats/index.ts';
import { visageError } from '../../kernel/index.ts';
import type { ModelFile } from '../../runtime/index.ts';
import { parseJson } from '../record/field.ts';
import {
  packFile,
  packParts,
  readPackRecord,
  type NetworkRecord,
  type PackPart,
  type PackRecord,
} from '../record/pack-record.ts';
import { hashFile, signatureOf } from './file-hash.ts';

/** Beside `pack.json`: the files as they were when their content was last checked. */
const checkedFile = '.checked.json';

/**
 * Reads `pack.json` of the pack `name`. `undefined` where there is none.
 * @throws VisageError `PACK_INVALID`, `FILE_UNREADABLE`
 */
export async function readInstalledRecord(folder: string, name: string): Promise<PackRecord | undefined> {
  const path = join(folder, name, packFile);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (thrown) {
    const code = (thrown as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw visageError('FILE_UNREADABLE', { path, reason: systemReason(thrown) }, thrown);
  }
  const json = parseJson(text, path);
  const record = readPackRecord(json);
  if (record.pack.name !== name) json.at('name').fail(`${name}, the name of its folder`);
  return record;
}

type FileRecord = Extract<NetworkRecord, { file: string }>;

/** The networks of a pack that are files of its own. */
export const ownFiles = ({ networks }: PackRecord): (readonly [PackPart, FileRecord])[] =>
  packParts.flatMap((part) => {
    const network = networks[part];
    return network !== undefined && 'file' in network ? [[part, network] as const] : [];
  });

async function readChecked(path: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    const record: unknown = JSON.parse(await readFile(path, 'utf8'));
    return typeof record === 'object' && record !== null ? (record as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/**
 * The networks of an installed pack that are files of its own, checked: a file that nothing touched
 * since its hash was last found right is taken as it is, others are hashed.
 * @throws VisageError `PACK_DAMAGED`
 */
export async function checkedModels(
  folder: string,
  record: PackRecord,
): Promise<Partial<Record<PackPart, ModelFile>>> {
  const { name: pack } = record.pack;
  const home = join(folder, pack);
  const checkedPath = join(home, checkedFile);
  const checked = await readChecked(checkedPath);
  const seen: Record<string, string> = {};
  const models: Partial<Record<PackPart, ModelFile>> = {};
  for (const [part, { file, sha256, sizeBytes }] of ownFiles(record)) {
    const path = join(home, file);
    const signature = await signatureOf(path);
    if (signature === undefined) throw visageError('PACK_DAMAGED', { pack, path, reason: 'is missing' });
    const stamp = `${sha256} ${signature}`;
    if (checked[file] !== stamp) await requireContent(pack, path, sha256, sizeBytes);
    seen[file] = stamp;
    const name = file.replace(/\.onnx$/, '');
    models[part] = { name: `${pack}/${name}`, id: `${pack}/${name}-${sha256.slice(0, 16)}`, path };
  }
  if (Object.entries(seen).some(([file, stamp]) => checked[file] !== stamp)) {
    // Only saves the next hashing; a folder that cannot be written is no reason to fail.
    await writeFileAtomically(checkedPath, `${JSON.stringify(seen)}\n`).catch(() => {});
  }
  return models;
}

async function requireContent(pack: string, path: string, sha256: string, sizeBytes: number): Promise<void> {
  let got: string;
  try {
    got = (await hashFile(path)).digest('hex');
  } catch (thrown) {
    throw visageError(
      'PACK_DAMAGED',
      { pack, path, reason: `cannot be read: ${systemReason(thrown)}` },
      thrown,
    );
  }
  if (got === sha256) return;
  const reason = `has the SHA-256 ${got}, not ${sha256} (${sizeBytes} bytes)`;
  throw visageError('PACK_DAMAGED', { pack, path, reason });
}
