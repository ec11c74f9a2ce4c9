import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { LocatedFace } from '../detect/index.ts';
import { systemReason } from '../formats/index.ts';
import {
  type ErrorCode,
  isFiniteVector,
  mapInOrder,
  type ProgressListener,
  toVisageError,
  visageError,
} from '../kernel/index.ts';
import { cacheFolder } from '../packs/index.ts';
import { faceQuality } from '../quality/index.ts';
import type { Recognizer } from '../recognizer.ts';
import { fingerprint } from './fingerprint.ts';
import { Journal } from './journal.ts';
import { mainFace } from './main-face.ts';
import { middleFace } from './middle-face.ts';
import { lasting, readPhoto } from './prepare-photo.ts';

/** Which face of a photo counts: `main`, see {@link mainFace}, or `middle`, see {@link middleFace}. */
export type FaceChoice = 'main' | 'middle';

/** A photo to embed. */
export interface PhotoFile {
  /** As it is reported. */
  readonly file: string;
  readonly path: string;
}

/** The one face of a photo that counts. */
export interface EmbeddedFace {
  /** As the network gave it: not of unit length. */
  readonly embedding: Float32Array;
  /** Where it is, in pixels of the photo as it was decoded. */
  readonly face: LocatedFace;
  /** How many faces the photo has. */
  readonly faceCount: number;
  /** How well it can be recognised, in [0, 1]; see `faceQuality`. */
  readonly quality: number;
}

/** Why a photo has no embedding. */
export interface PhotoFailure {
  readonly code: ErrorCode;
  readonly message: string;
}

/** What came of one photo. */
export type EmbeddedPhoto = EmbeddedFace | PhotoFailure;

export const hasFace = (photo: EmbeddedPhoto): photo is EmbeddedFace => 'embedding' in photo;

export interface EmbedPhotosOptions {
  /** What the photos have in common, e.g. the path of their folder: names the cache. */
  readonly about: string;
  /** Default `main`. A pack that takes the first face, as the original system does, takes it all the same. */
  readonly choice?: FaceChoice;
  /** Where finished photos are kept for the next run; default `faces/` in the cache folder. */
  readonly folder?: string;
  readonly progress?: ProgressListener;
  readonly signal?: AbortSignal;
}

/** What {@link embedPhotos} did. */
export interface EmbeddedPhotos {
  /** One a photo, in their order. */
  readonly photos: readonly EmbeddedPhoto[];
  /** Photos that were looked at now, and those whose outcome was kept. */
  readonly work: { readonly embedded: number; readonly reused: number };
}

/** Changes whenever the same photo would give other numbers or another choice of face. */
const recipeVersion = 2;

function recipeOf({ pack }: Recognizer, choice: FaceChoice): string {
  const networks = Object.entries(pack.models).map(([part, { id }]) => [part, id]);
  const { name, detector, alignment, selection } = pack;
  // Which distance counts as another person does not change an embedding.
  const { maxDistance: _, maxDistanceSource: __, ...embedder } = pack.embedder;
  return JSON.stringify({
    version: recipeVersion,
    pack: name,
    detector,
    alignment,
    selection,
    embedder,
    networks,
    choice,
  });
}

/** What the journal keeps of a photo; the embedding, if there is one, is the payload. */
interface PhotoRecord {
  readonly print: string;
  readonly face?: LocatedFace;
  readonly faceCount?: number;
  readonly quality?: number;
  readonly failure?: { readonly file: string } & PhotoFailure;
}

/**
 * The embedding of the one face that counts in each photo. Finished photos are kept in the user's cache folder,
 * known by their bytes: work that was interrupted goes on where it stopped, and the next run on the same photos
 * takes seconds. A photo without a usable face is an entry with its reason, never left out.
 * @throws VisageError `CACHE_UNWRITABLE`, `FILE_UNWRITABLE`, `INFERENCE_FAILED`, `RUNTIME_CLOSED`, `INTERRUPTED`
 */
export async function embedPhotos(
  files: readonly PhotoFile[],
  recognizer: Recognizer,
  options: EmbedPhotosOptions,
): Promise<EmbeddedPhotos> {
  const { about, choice = 'main', progress, signal } = options;
  const folder = options.folder ?? join(cacheFolder(), 'faces');
  const recipe = recipeOf(recognizer, choice);
  await mkdir(folder, { recursive: true }).catch((thrown: unknown) => {
    throw visageError('CACHE_UNWRITABLE', { path: folder, reason: systemReason(thrown) }, thrown);
  });
  const name = createHash('sha256')
    .update(JSON.stringify([recipe, about]))
    .digest('hex')
    .slice(0, 20);
  const journal = await Journal.open<PhotoRecord>(join(folder, `${name}.journal`), recipe);
  const kept = new Map<string, EmbeddedPhoto>();
  try {
    for (const { meta, place } of journal.earlier) {
      const { failure, face, faceCount = 1, quality = 0 } = meta;
      if (failure !== undefined) kept.set(keyOf(meta.print, failure.file), failure);
      else if (face !== undefined) {
        const bytes = Uint8Array.from(await journal.read(place));
        kept.set(meta.print, { embedding: new Float32Array(bytes.buffer), face, faceCount, quality });
      }
    }
    const photos: EmbeddedPhoto[] = [];
    let [embedded, reused] = [0, 0];
    const outcomes = mapInOrder(files, recognizer.concurrency, (photo) =>
      embedPhoto(photo, recognizer, choice, kept, signal),
    );
    const stage = `looking at photos with ${recognizer.pack.name}`;
    for await (const outcome of outcomes) {
      if (outcome === undefined) continue;
      const { photo, print, known } = outcome;
      const { file } = files[photos.length]!;
      if (known) reused++;
      else {
        await keep(journal, print, file, photo);
        embedded++;
      }
      photos.push(photo);
      progress?.({ stage, done: photos.length, total: files.length, item: file });
    }
    if (photos.length < files.length) {
      const done = `${photos.length} of ${files.length} photos are kept in ${folder}`;
      throw visageError('INTERRUPTED', { kept: done }, signal?.reason);
    }
    return { photos, work: { embedded, reused } };
  } finally {
    await journal.close();
  }
}

/** A photo without a face is known only under its own name, which stands in its message. */
const keyOf = (print: string, file: string): string => `${print} ${file}`;

async function keep(
  journal: Journal<PhotoRecord>,
  print: string,
  file: string,
  photo: EmbeddedPhoto,
): Promise<void> {
  if (hasFace(photo)) {
    const { embedding, face, faceCount, quality } = photo;
    const { box, score, landmarks } = face;
    const bytes = new Uint8Array(embedding.buffer, embedding.byteOffset, embedding.byteLength);
    await journal.append({ print, face: { box, score, landmarks }, faceCount, quality }, bytes);
  } else if (print !== '' && lasting.has(photo.code)) {
    await journal.append({ print, failure: { file, ...photo } }, new Uint8Array(0));
  }
}

interface PhotoOutcome {
  readonly photo: EmbeddedPhoto;
  /** Of the photo's bytes; empty where they could not be read. */
  readonly print: string;
  readonly known: boolean;
}

/** Undefined where the work was interrupted. */
async function embedPhoto(
  { file, path }: PhotoFile,
  recognizer: Recognizer,
  choice: FaceChoice,
  kept: ReadonlyMap<string, EmbeddedPhoto>,
  signal: AbortSignal | undefined,
): Promise<PhotoOutcome | undefined> {
  if (signal?.aborted) return undefined;
  let print = '';
  try {
    const bytes = await readPhoto(path);
    print = fingerprint(bytes);
    const known = kept.get(print) ?? kept.get(keyOf(print, file));
    if (known !== undefined) return { photo: known, print, known: true };
    const located = await recognizer.locate({ name: file, bytes }, signal);
    const { width, height } = located.photo;
    const chosen =
      recognizer.pack.selection?.face === 'first'
        ? located.faces[0]
        : (choice === 'middle' ? middleFace : mainFace)(located.faces, width, height);
    if (chosen === undefined) throw visageError('NO_FACE', { path: file });
    const [embedding] = await recognizer.embed([recognizer.crop(located, chosen)], signal);
    const { name: network, embedder } = recognizer.pack;
    if (embedding?.length !== embedder.dimension || !isFiniteVector(embedding)) {
      const reason = `${embedder.dimension} finite numbers were expected`;
      throw visageError('INFERENCE_FAILED', { network, reason });
    }
    const { overall: quality } = faceQuality(located.photo, chosen);
    return {
      photo: { embedding, face: chosen, faceCount: located.faces.length, quality },
      print,
      known: false,
    };
  } catch (thrown) {
    if (signal?.aborted) return undefined;
    const error = toVisageError(thrown);
    if (error.code === 'RUNTIME_CLOSED' || error.code === 'INFERENCE_FAILED') throw error;
    return { photo: { code: error.code, message: error.message }, print, known: false };
  }
}
