import { randomUUID } from 'node:crypto';
import { visageError } from '../kernel/index.ts';
import { ExampleCodec } from './example.ts';
import { requireFile } from './require-file.ts';
import { Gallery } from './gallery.ts';
import { checkKey, createSeal, openSeal, type GalleryKey, type Seal } from './key.ts';
import { MemoryStore } from './memory-store.ts';
import type { FaceIndex } from './search/face-index.ts';
import { SqliteStore } from './sqlite/sqlite-store.ts';
import type { GalleryMetadata, GalleryStore } from './store.ts';

export interface OpenGalleryOptions {
  /** Name of the pack that the embeddings are of. */
  readonly pack: string;
  /** Numbers per embedding. */
  readonly dimension: number;
  /**
   * Encrypts embeddings and crops where they lie (AES-256-GCM); names, file names and quality stay
   * readable. A new gallery is encrypted by it; an encrypted one cannot be opened without it.
   */
  readonly key?: GalleryKey;
  /** How faces are searched; default `exact`. Approximate search needs the package usearch. */
  readonly index?: FaceIndex['kind'];
}

/**
 * Opens a gallery, which is made where it is not there.
 * @param place the path of its file (SQLite; needs the package libsql), `:memory:`, or a store, which
 *   the gallery closes when it is closed
 * @throws VisageError `PACK_MISMATCH`, `OPTION_INVALID`, `GALLERY_KEY_WRONG`, `GALLERY_KEY_NEEDED`,
 *   `GALLERY_NOT_ENCRYPTED`, `GALLERY_INVALID`, `GALLERY_BUSY`, `FILE_UNWRITABLE`, `PACKAGE_MISSING`
 */
export async function openGallery(
  place: string | GalleryStore,
  options: OpenGalleryOptions,
): Promise<Gallery> {
  const { pack, dimension, index = 'exact' } = options;
  if (!Number.isInteger(dimension) || dimension < 1 || dimension > 2 ** 16) {
    const got = String(dimension);
    throw visageError('OPTION_INVALID', {
      owner: 'The gallery',
      option: 'dimension',
      got,
      allowed: 'a whole number from 1 to 65536',
    });
  }
  const key = options.key && checkKey(options.key);
  const store = typeof place === 'string' ? await openStore(place) : place;
  try {
    let metadata = await store.read((reader) => reader.metadata());
    let seal: Seal | undefined;
    if (metadata === undefined) ({ metadata, seal } = await found(store, pack, dimension, key));
    requireSame(metadata, pack, dimension, store.path);
    seal ??= await unlock(metadata, key, store.path);
    return new Gallery(store, metadata, new ExampleCodec(dimension, seal, store.path), index);
  } catch (thrown) {
    await store.close();
    throw thrown;
  }
}

/** What a gallery says about itself to anybody, without its key. */
export interface GalleryDescription {
  /** Name of the pack that the embeddings are of. */
  readonly pack: string;
  /** Numbers per embedding. */
  readonly dimension: number;
  readonly encrypted: boolean;
}

/**
 * What the gallery at `path` is of: which pack to open before it is opened.
 * @returns undefined where the file is empty or nobody has ever opened it with a pack
 * @throws VisageError `FILE_NOT_FOUND`, `FILE_UNREADABLE`, `GALLERY_INVALID`, `GALLERY_BUSY`,
 *   `FILE_UNWRITABLE`, `PACKAGE_MISSING`
 */
export async function describeGallery(path: string): Promise<GalleryDescription | undefined> {
  await requireFile(path);
  await using store = await openStore(path);
  const metadata = await store.read((reader) => reader.metadata());
  if (metadata === undefined) return undefined;
  const { pack, dimension, encryption } = metadata;
  return { pack, dimension, encrypted: encryption !== null };
}

/**
 * Opens a gallery that is there, of whichever pack it is.
 * @throws VisageError as {@link openGallery} and {@link describeGallery}
 */
export async function openExistingGallery(
  place: string | GalleryStore,
  options: Pick<OpenGalleryOptions, 'key' | 'index'> = {},
): Promise<Gallery> {
  if (typeof place === 'string') await requireFile(place);
  const store = typeof place === 'string' ? await openStore(place) : place;
  let metadata: GalleryMetadata;
  try {
    metadata = await requireMetadata(store);
  } catch (thrown) {
    await store.close();
    throw thrown;
  }
  const { pack, dimension } = metadata;
  return openGallery(store, { ...options, pack, dimension });
}

async function requireMetadata(store: GalleryStore): Promise<GalleryMetadata> {
  const metadata = await store.read((reader) => reader.metadata());
  if (metadata !== undefined) return metadata;
  throw visageError('GALLERY_INVALID', { path: store.path, reason: 'nobody was ever enrolled in it' });
}

const openStore = async (place: string): Promise<GalleryStore> =>
  place === ':memory:' ? new MemoryStore() : SqliteStore.open(place);

/** Writes down what the gallery is, unless another process has just done so. */
async function found(
  store: GalleryStore,
  pack: string,
  dimension: number,
  key: GalleryKey | undefined,
): Promise<{ metadata: GalleryMetadata; seal: Seal | undefined }> {
  const galleryId = randomUUID();
  const created = key && (await createSeal(key, galleryId));
  const own = { galleryId, pack, dimension, encryption: created?.json ?? null };
  return store.write(async (writer) => {
    const metadata = await writer.metadata();
    if (metadata !== undefined) return { metadata, seal: undefined };
    await writer.setMetadata(own);
    return { metadata: own, seal: created?.seal };
  });
}

function requireSame(metadata: GalleryMetadata, pack: string, dimension: number, path: string): void {
  const what = `The gallery ${path}`;
  if (metadata.pack !== pack) {
    throw visageError('PACK_MISMATCH', { what, got: metadata.pack, allowed: pack });
  }
  if (metadata.dimension !== dimension) {
    const numbers = (count: number): string => `${pack} with ${count} numbers`;
    throw visageError('PACK_MISMATCH', {
      what,
      got: numbers(metadata.dimension),
      allowed: numbers(dimension),
    });
  }
}

async function unlock(
  { encryption, galleryId }: GalleryMetadata,
  key: GalleryKey | undefined,
  path: string,
): Promise<Seal | undefined> {
  if (encryption === null) {
    if (key !== undefined) throw visageError('GALLERY_NOT_ENCRYPTED', { path });
    return undefined;
  }
  if (key === undefined) throw visageError('GALLERY_KEY_NEEDED', { path });
  return openSeal(key, galleryId, encryption, path);
}
