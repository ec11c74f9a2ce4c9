import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { VisageError, visageError } from '../kernel/index.ts';
import { requestedCacheFolder, userCacheFolder } from './cache-folder.ts';
import { type BundledPart, buildNetwork, networkKey, type PackDefinition } from './definition.ts';
import { cachedModel } from './model-cache.ts';
import type { OpenPack, PackModels } from './pack.ts';
import { packDefinition } from './registry.ts';

export interface OpenPackOptions {
  /** Where built networks are kept; default `VISAGE_CACHE` or the user's cache folder. */
  readonly cacheFolder?: string;
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
): Promise<PackModels> {
  const folder = join(cacheFolder, definition.pack.name);
  const open = (part: BundledPart) => {
    const network = definition.networks[part];
    return cachedModel(folder, {
      name: network.name,
      key: networkKey(network),
      build: () => buildNetwork(definition, network, join(weightsHome(), network.manifest)),
    });
  };
  const opening = [open('detector'), open('landmarks'), open('embedder')] as const;
  // Not Promise.all alone: after a failure nothing may go on writing in the background.
  await Promise.allSettled(opening);
  const [detector, landmarks, embedder] = await Promise.all(opening);
  return { detector, landmarks, embedder };
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

/**
 * Opens a pack: its networks are built from the installed weights the first time (about a second) and
 * then taken from the cache. Runs no inference.
 *
 * Where the user's cache folder cannot be written (a read-only home), the networks go to a temporary
 * folder of this process instead, so everything works but every start builds anew. A folder that was
 * asked for, by `cacheFolder` or `VISAGE_CACHE`, is used or refused, never replaced in silence.
 *
 * @param name of a pack in the registry
 * @throws VisageError `PACK_UNKNOWN`, `WEIGHTS_MISSING`, `WEIGHTS_INVALID`, `CACHE_UNWRITABLE`
 */
export async function openPack(name: string, options: OpenPackOptions = {}): Promise<OpenPack> {
  const definition = packDefinition(name);
  const requested = options.cacheFolder ?? requestedCacheFolder();
  try {
    return { ...definition.pack, models: await openModels(definition, requested ?? userCacheFolder()) };
  } catch (thrown) {
    const replaceable = thrown instanceof VisageError && thrown.code === 'CACHE_UNWRITABLE';
    if (!replaceable || requested !== undefined) throw thrown;
    const folder = await ownTemporaryFolder().catch(() => {
      throw thrown;
    });
    return { ...definition.pack, models: await openModels(definition, folder) };
  }
}
