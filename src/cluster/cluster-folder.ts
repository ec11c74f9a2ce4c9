import { relative, resolve, sep } from 'node:path';
import { Journal, journalPath, listPhotos, requireOutputPlace, type SkippedFile } from '../dataset/index.ts';
import {
  checkOptions,
  type OptionSchema,
  type ProgressListener,
  VisageError,
  visageError,
} from '../kernel/index.ts';
import type { Recognizer } from '../recognizer.ts';
import type { Album, AlbumPhoto, ClusterName, UnusablePhoto } from './album.ts';
import { type AlbumChanges, albumChanges } from './album-changes.ts';
import { readAlbum, writeAlbum } from './album-file.ts';
import { clusterFaces, type Clustering } from './cluster-faces.ts';
import type { Correction } from './corrections.ts';
import {
  type KnownPhotos,
  lookAtPhotos,
  type LookRecord,
  type PhotoPlace,
  readJournal,
  type SeenPhoto,
  unusableKey,
} from './look-at-photos.ts';
import { emptyTree } from './merge-tree.ts';
import { correct, namesOf } from './said.ts';

export interface ClusterFolderOptions {
  /** Path of the album, a `.npz` file: read where it is there, and written. */
  readonly state: string;
  /** Default: that of the pack. See `clusterFaces`. */
  readonly maxDistance?: number;
  /**
   * Faces of less quality (see `faceQuality`) stay alone unless a correction says whose they are; default 0.06.
   * In the training photos of the reference data set six boxes that are no face have 0.05 or less, and all faces more.
   */
  readonly minQuality?: number;
  /**
   * Pairs that are of one person: each is the number of a cluster in the album as it was, or a photo below
   * the folder, with `#2` for its second face from the left. A cluster stands for its most typical face.
   */
  readonly same?: readonly (readonly [string, string])[];
  /** Pairs that are of two people. */
  readonly notSame?: readonly (readonly [string, string])[];
  /** Pairs of which everything that was said between them is taken back, before `same` and `notSame`. */
  readonly forget?: readonly (readonly [string, string])[];
  /** Files that are no photos of the folder although they lie in it, such as a contact sheet. */
  readonly exclude?: readonly string[];
  /** Names for clusters, by their numbers in the album as it was. */
  readonly names?: readonly ClusterName[];
  readonly progress?: ProgressListener;
  readonly signal?: AbortSignal;
}

/** What {@link clusterFolder} found and did. */
export interface FolderClusters {
  readonly album: Album;
  /** Files of the folder that are no photos, and why. */
  readonly skipped: readonly SkippedFile[];
  readonly work: AlbumChanges & {
    /** Photos that were decoded, and their faces embedded, in this run. */
    readonly looked: number;
    /** Photos that were known. */
    readonly reused: number;
    /** How often a face or a group was compared with all others. */
    readonly searches: number;
  };
  /** Corrections that were taken back by `forget`. */
  readonly forgotten: number;
}

export const clusterFolderSchema = {
  minQuality: {
    type: 'number',
    min: 0,
    max: 1,
    default: 0.06,
    description: 'Faces of less quality stay alone: too small or blurred to tell, or no faces.',
  },
} as const satisfies OptionSchema;

/** Changes whenever the same photo would give other faces. */
const recipeVersion = 1;

function recipeOf({ pack }: Recognizer): string {
  const { name, detector, alignment, models } = pack;
  // Which distance counts as another person does not change an embedding.
  const { maxDistance: _, maxDistanceSource: __, ...embedder } = pack.embedder;
  const networks = Object.entries(models).map(([part, { id }]) => [part, id]);
  return JSON.stringify({ version: recipeVersion, pack: name, detector, alignment, embedder, networks });
}

/**
 * Groups the faces of all photos below a folder by person (see `clusterFaces`) and keeps what was found out
 * in an album, a file: a later run decodes only photos that are new or changed, works out only what
 * changes by them, and gives clusters the numbers they had. Photos that are gone leave the album with
 * everything that was kept of them, except corrections, which name faces by hashes alone. Copies of a photo are one photo.
 *
 * A photo that cannot be used stands in `album.unusable`; where none can be used, nothing is written. Interrupted work goes on where it stopped: finished
 * photos are in a journal beside the album until it is written, which happens at once or not at all.
 * @throws VisageError `NO_PHOTO`, `FILE_NOT_FOUND`, `FILE_UNREADABLE`, `FILE_UNWRITABLE`; `PACK_MISMATCH`, `FORMAT_INVALID`,
 *   `FORMAT_UNSUPPORTED` and `DATASET_ARRAYS` for an album that is there; `CLUSTER_UNKNOWN`, `CLUSTER_CONTRADICTION`; `RUNTIME_CLOSED`, `INTERRUPTED`
 */
export async function clusterFolder(
  folder: string,
  recognizer: Recognizer,
  options: ClusterFolderOptions,
): Promise<FolderClusters> {
  const { state, progress, signal } = options;
  const { minQuality } = checkOptions('clusterFolder', clusterFolderSchema, {
    minQuality: options.minQuality,
  });
  await requireOutputPlace(state);
  const { pack } = recognizer;
  const earlier = await earlierAlbum(state);
  if (earlier !== undefined && earlier.pack !== pack.name) {
    throw visageError('PACK_MISMATCH', { what: state, got: earlier.pack, allowed: pack.name });
  }
  const skipped: SkippedFile[] = [];
  const ours = [state, journalPath(state), ...(options.exclude ?? [])];
  const places = await photosBelow(folder, ours, (file) => skipped.push(file));
  const recipe = recipeOf(recognizer);
  const journal = await Journal.open<LookRecord>(journalPath(state), recipe);
  let over = false;
  let done = 0;
  try {
    const kept = await readJournal(journal, pack.embedder.dimension);
    const known = withAlbum(kept, earlier?.recipe === recipe ? earlier : undefined);
    const looked = await lookAtPhotos(places, recognizer, known, journal, progress, signal);
    done = looked.outcomes.length;
    signal?.throwIfAborted();
    const found = { pack: pack.name, recipe, ...sorted(places, looked.outcomes) };
    const said = correct(found, earlier, options);
    const clustering = await clusterAlbum(found.photos, {
      minQuality,
      maxDistance: options.maxDistance ?? pack.embedder.maxDistance,
      corrections: said.corrections,
      earlier: earlier?.recipe === recipe ? earlier.clustering : forNumbersOnly(earlier?.clustering),
      progress,
      signal,
    });
    const names = namesOf(clustering, earlier, options);
    const album = { ...found, clustering, names };
    // A folder of which nothing can be read today must not cost the album.
    if (album.photos.length > 0) await writeAlbum(state, album, signal);
    over = true;
    const { fresh, reused } = looked;
    const work = { looked: fresh, reused, searches: clustering.searches };
    return { album, skipped, work: { ...work, ...albumChanges(earlier, album) }, forgotten: said.forgotten };
  } catch (thrown) {
    if (!signal?.aborted || (thrown instanceof VisageError && thrown !== signal.reason)) throw thrown;
    const { path } = journal;
    throw visageError(
      'INTERRUPTED',
      { kept: `the work on ${done} of ${places.length} photos is kept in ${path}` },
      thrown,
    );
  } finally {
    await journal.close();
    if (over) await journal.remove();
  }
}

async function earlierAlbum(state: string): Promise<Album | undefined> {
  try {
    return await readAlbum(state);
  } catch (thrown) {
    if (thrown instanceof VisageError && thrown.code === 'FILE_NOT_FOUND') return undefined;
    throw thrown;
  }
}

async function photosBelow(
  folder: string,
  exclude: readonly string[],
  onSkipped: (file: SkippedFile) => void,
): Promise<PhotoPlace[]> {
  const below = (path: string): string => relative(folder, path).split(sep).join('/');
  const excluded = new Set(exclude.map((path) => resolve(path)));
  const paths = await listPhotos([folder], (file) => {
    if (!excluded.has(resolve(file.file))) onSkipped({ ...file, file: below(file.file) });
  });
  const photos = paths.filter((path) => !excluded.has(resolve(path)));
  if (photos.length === 0) throw visageError('NO_PHOTO', { path: folder });
  return photos.map((path) => ({ path, file: below(path) || path }));
}

/** The journal's photos and those of an album. */
function withAlbum(kept: KnownPhotos, album: Album | undefined): KnownPhotos {
  const photos = new Map<string, SeenPhoto>(kept.photos);
  const unusable = new Map(kept.unusable);
  for (const { files: _, ...photo } of album?.photos ?? []) photos.set(photo.fingerprint, photo);
  for (const photo of album?.unusable ?? []) {
    if (photo.fingerprint !== '') unusable.set(unusableKey(photo), photo);
  }
  return { photos, unusable };
}

function sorted(
  places: readonly PhotoPlace[],
  outcomes: readonly (SeenPhoto | UnusablePhoto)[],
): { readonly photos: AlbumPhoto[]; readonly unusable: UnusablePhoto[] } {
  const photos = new Map<string, SeenPhoto & { readonly files: string[] }>();
  const unusable: UnusablePhoto[] = [];
  for (const [i, outcome] of outcomes.entries()) {
    const { file } = places[i]!;
    if ('code' in outcome) {
      unusable.push(outcome);
      continue;
    }
    const copy = photos.get(outcome.fingerprint);
    if (copy === undefined) photos.set(outcome.fingerprint, { ...outcome, files: [file] });
    else copy.files.push(file);
  }
  return { photos: [...photos.values()], unusable };
}

/** Clusters whose numbers count, while how they grew does not: the embeddings are others. */
const forNumbersOnly = (clustering: Clustering | undefined): Clustering | undefined =>
  clustering && { ...clustering, tree: emptyTree };

function clusterAlbum(
  photos: readonly AlbumPhoto[],
  options: {
    readonly minQuality: number;
    readonly maxDistance: number;
    readonly corrections: readonly Correction[];
    readonly earlier: Clustering | undefined;
    readonly progress: ProgressListener | undefined;
    readonly signal: AbortSignal | undefined;
  },
): Promise<Clustering> {
  const { minQuality, maxDistance, corrections, earlier, progress, signal } = options;
  const faces = photos.flatMap(({ fingerprint, faces: list }) =>
    list.map(({ id, embedding, quality }) => ({
      id,
      embedding,
      photo: fingerprint,
      unclear: quality < minQuality,
    })),
  );
  return clusterFaces(faces, {
    maxDistance,
    corrections,
    ...(earlier === undefined ? {} : { earlier }),
    ...(progress === undefined ? {} : { progress }),
    ...(signal === undefined ? {} : { signal }),
  });
}
