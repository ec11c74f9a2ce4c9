import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { VisageError, visageError } from '../kernel/index.ts';
import { bytesWithHead } from './bytes-with-head.ts';
import { requestedCacheFolder, userCacheFolder } from './cache-folder.ts';
import {
  type BundledPart,
  buildNetwork,
  type BytesPart,
  type NetworkDefinition,
  networkKey,
  type PackDefinition,
  sha256,
} from './definition.ts';
import { fittingFilterBytes } from './filter-bytes.ts';
import { cachedModel } from './model-cache.ts';
import { checkedModels, readInstalledRecord } from './keeper/pack-folder.ts';
import { installedNames, modelsFolder } from './keeper/models-folder.ts';
import type { OpenPack, Pack, PackModels } from './pack.ts';
import { publishedPack, publishedPacks } from './published-packs.ts';
import { isPackName } from './record/pack-fields.ts';
import { packParts, type PackPart, type PackRecord } from './record/pack-record.ts';
import { referencePack, splitPackName } from './reference.ts';
import { defaultPack, packDefinition, packs } from './registry.ts';
import { type ModelFile, multipliesBytesExactly } from '../runtime/index.ts';

export interface OpenPackOptions {
  /** Where built networks are kept; default `VISAGE_CACHE` or the user's cache folder. */
  readonly cacheFolder?: string;
  /** Where installed packs lie; default `VISAGE_MODELS` or `packs` in the cache folder. */
  readonly modelsFolder?: string;
}

function weightsFolder({ pack, package: packageName }: PackDefinition): string {
  try {
    return dirname(createRequire(import.meta.url).resolve(`${packageName}/package.json`));
  } catch (cause) {
    const path = `node_modules/${packageName}`;
    throw visageError('WEIGHTS_MISSING', { pack: pack.name, path, package: packageName }, cause);
  }
}

/**
 * Makes the networks of a pack ready in `cacheFolder`.
 * @param weightsHome the folder of the npm package that holds the weights
 */
export async function openModels(
  definition: PackDefinition,
  cacheFolder: string,
  weightsHome: () => string = () => weightsFolder(definition),
): Promise<Required<Pick<PackModels, BundledPart>>> {
  const folder = join(cacheFolder, definition.pack.name);
  const { networks } = definition;
  const open = (network: NetworkDefinition): Promise<ModelFile> =>
    cachedModel(folder, {
      name: network.name,
      key: networkKey(network),
      build: () => buildNetwork(definition, network, join(weightsHome(), network.manifest)),
    });
  const filters = fittingFilterBytes(folder, multipliesBytesExactly);
  const openFitting = async (part: BytesPart): Promise<ModelFile> => open(networks[part][await filters]);
  const opening = [
    open(networks.detector),
    openFitting('detectorBytes'),
    open(networks.landmarks),
    open(networks.embedder),
    openFitting('embedderBytes'),
  ] as const;
  // Not Promise.all alone: after a failure nothing may go on writing in the background.
  await Promise.allSettled(opening);
  const [detector, detectorBytes, landmarks, embedder, embedderBytes] = await Promise.all(opening);
  return { detector, detectorBytes, landmarks, embedder, embedderBytes };
}

let temporaryFolder: Promise<string> | undefined;

/** A folder for this process alone, removed when it ends: a shared one could be filled by somebody else. */
function ownTemporaryFolder(): Promise<string> {
  temporaryFolder ??= mkdtemp(join(tmpdir(), 'visage-')).then((folder) => {
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
    return folder;
  });
  return temporaryFolder;
}

/** The networks that come with Visage. */
async function openBundled(
  definition: PackDefinition,
  options: OpenPackOptions,
): Promise<Required<Pick<PackModels, BundledPart>>> {
  const requested = options.cacheFolder ?? requestedCacheFolder();
  try {
    return await openModels(definition, requested ?? userCacheFolder());
  } catch (thrown) {
    const replaceable = thrown instanceof VisageError && thrown.code === 'CACHE_UNWRITABLE';
    if (!replaceable || requested !== undefined) throw thrown;
    const folder = await ownTemporaryFolder().catch(() => {
      throw thrown;
    });
    return openModels(definition, folder);
  }
}

/** The networks of an installed pack: its own, checked, and those that come with Visage. */
async function openInstalled(
  folder: string,
  record: PackRecord,
  options: OpenPackOptions,
): Promise<PackModels> {
  const own = await checkedModels(folder, record);
  const models: Partial<Record<PackPart, ModelFile>> = { ...own };
  const borrowed = packParts.flatMap((part) => {
    const network = record.networks[part];
    return network !== undefined && 'bundled' in network ? [[part, network.bundled] as const] : [];
  });
  const { embedder } = record.networks;
  const isTuned = embedder !== undefined && 'file' in embedder && embedder.trunk === 'bundled';
  if (borrowed.length === 0 && !isTuned) return models as PackModels;
  const bundled = await openBundled(packDefinition(defaultPack), options);
  for (const [part, name] of borrowed) models[part] = bundled[name];
  return {
    ...(models as PackModels),
    ...(models.detector === bundled.detector && { detectorBytes: bundled.detectorBytes }),
    ...(isTuned && { embedderBytes: await tunedBytes(models.embedder!, bundled) }),
  };
}

/** A fine-tuned embedder in 8-bit arithmetic, kept beside the one it comes from. */
function tunedBytes(
  tuned: ModelFile,
  { embedder, embedderBytes }: Required<Pick<PackModels, BundledPart>>,
): Promise<ModelFile> {
  return cachedModel(dirname(embedderBytes.path), {
    name: `${basename(tuned.path, '.onnx')}-bytes`,
    key: sha256(Buffer.from(`${tuned.id}\n${embedderBytes.id}`)).slice(0, 16),
    build: () => bytesWithHead(tuned, embedder, embedderBytes),
  });
}

async function recordOf(name: string, folder: string): Promise<PackRecord> {
  const record = isPackName(name) ? await readInstalledRecord(folder, name) : undefined;
  if (record !== undefined) return record;
  if (publishedPack(name) !== undefined) throw visageError('PACK_NOT_INSTALLED', { pack: name });
  const known = [...packs.map((pack) => pack.name), ...(await installedNames(folder))];
  const published = publishedPacks.map((pack) => pack.name).filter((pack) => !known.includes(pack));
  const allowed = [
    known.join(', '),
    ...(published.length > 0 ? [`to be pulled: ${published.join(', ')}`] : []),
  ];
  throw visageError('PACK_UNKNOWN', { got: name, allowed: allowed.join('; ') });
}

/**
 * What a pack is, without its networks: of a bundled pack, or of an installed one by its `pack.json`.
 * `name` may end in `+reference`, see `referencePack`.
 * @throws VisageError `PACK_UNKNOWN`, `PACK_NOT_INSTALLED`, `PACK_INVALID`, `OPTION_INVALID`
 */
export async function describePack(name: string, options: OpenPackOptions = {}): Promise<Pack> {
  const { base, reference } = splitPackName(name);
  const bundled = packs.find((pack) => pack.name === base);
  const pack = bundled ?? (await recordOf(base, options.modelsFolder ?? modelsFolder())).pack;
  return reference === undefined ? pack : referencePack(pack, reference);
}

/**
 * Opens a pack. The networks of a bundled one are built from the installed weights the first time
 * (about a second) and then taken from the cache; those of an installed one lie in its folder and are
 * checked: hashed the first time, and when a file was touched. Runs no inference.
 *
 * Where the user's cache folder cannot be written (a read-only home), built networks go to a temporary
 * folder of this process instead, so everything works but every start builds anew. A folder that was
 * asked for, by `cacheFolder` or `VISAGE_CACHE`, is used or refused, never replaced in silence.
 *
 * @param name of a bundled or installed pack; with `+reference` behind it, that pack as the original
 *   system uses it (see `referencePack`)
 * @throws VisageError `PACK_UNKNOWN`, `PACK_NOT_INSTALLED`, `PACK_INVALID`, `PACK_DAMAGED`,
 *   `WEIGHTS_MISSING`, `WEIGHTS_INVALID`, `CACHE_UNWRITABLE`, `OPTION_INVALID`
 */
export async function openPack(name: string, options: OpenPackOptions = {}): Promise<OpenPack> {
  const pack = await describePack(name, options);
  const { base } = splitPackName(name);
  if (packs.some((bundled) => bundled.name === base)) {
    return { ...pack, models: await openBundled(packDefinition(base), options) };
  }
  const folder = options.modelsFolder ?? modelsFolder();
  return { ...pack, models: await openInstalled(folder, await recordOf(base, folder), options) };
}
