import { fingerprint, type Journal, readPhoto } from '../dataset/index.ts';
import { encodePicture } from '../image/index.ts';
import {
  type Box,
  isFiniteVector,
  mapInOrder,
  type ProgressListener,
  toVisageError,
  type VisageError,
  visageError,
} from '../kernel/index.ts';
import { faceQuality } from '../quality/index.ts';
import type { Recognizer } from '../recognizer.ts';
import { type AlbumFace, type AlbumPhoto, faceId, type UnusablePhoto } from './album.ts';

/** A photo without the paths it lies at. */
export type SeenPhoto = Omit<AlbumPhoto, 'files'>;

/** What the journal keeps of a photo; the payload holds the embeddings, then the crops, of its faces. */
export type LookRecord =
  | {
      readonly fingerprint: string;
      readonly width: number;
      readonly height: number;
      readonly faces: readonly {
        readonly box: Box;
        readonly score: number;
        readonly quality: number;
        readonly cropBytes: number;
      }[];
    }
  | { readonly unusable: UnusablePhoto };

/** Quality of the crops that are kept: at 150 pixels some 4 kB each. */
const cropQuality = 85;

/** A photo to look at. */
export interface PhotoPlace {
  /** Below the folder, with `/`; as it is reported. */
  readonly file: string;
  readonly path: string;
}

/** What earlier runs know, by fingerprint. */
export interface KnownPhotos {
  readonly photos: ReadonlyMap<string, SeenPhoto>;
  /** By fingerprint and file, which stands in the message. */
  readonly unusable: ReadonlyMap<string, UnusablePhoto>;
}

export const unusableKey = ({
  fingerprint: print,
  file,
}: Pick<UnusablePhoto, 'fingerprint' | 'file'>): string => `${print} ${file}`;

export interface Looked {
  /** What is at each place, in order; places that were not reached are missing at the end. */
  readonly outcomes: readonly (SeenPhoto | UnusablePhoto)[];
  /** Photos that were decoded in this run, and those that were known. */
  readonly fresh: number;
  readonly reused: number;
}

type Outcome =
  | { readonly kind: 'known'; readonly outcome: SeenPhoto | UnusablePhoto }
  | { readonly kind: 'new'; readonly outcome: SeenPhoto }
  | { readonly kind: 'failed'; readonly outcome: UnusablePhoto }
  | { readonly kind: 'interrupted' };

/**
 * Looks at every photo in order, several at once: all its faces, each with embedding and crop. What
 * is known by its bytes is not decoded again. What is new goes into the journal, so interrupted work goes on
 * where it stopped. A photo that fails is an outcome.
 * @throws VisageError `RUNTIME_CLOSED`, `FILE_UNWRITABLE`
 */
export async function lookAtPhotos(
  places: readonly PhotoPlace[],
  recognizer: Recognizer,
  known: KnownPhotos,
  journal: Journal<LookRecord>,
  progress: ProgressListener | undefined,
  signal: AbortSignal | undefined,
): Promise<Looked> {
  const outcomes: (SeenPhoto | UnusablePhoto)[] = [];
  let [fresh, reused] = [0, 0];
  const seenNow = new Map<string, SeenPhoto>();
  const look = (place: PhotoPlace): Promise<Outcome> => lookAt(place, recognizer, known, seenNow, signal);
  for await (const found of mapInOrder(places, recognizer.concurrency, look)) {
    if (found.kind === 'interrupted') continue;
    if (found.kind === 'known') reused++;
    else fresh++;
    if (found.kind === 'new') {
      // Copies under way at the same time are looked at twice and kept once.
      if (!seenNow.has(found.outcome.fingerprint)) await keep(journal, found.outcome);
      seenNow.set(found.outcome.fingerprint, found.outcome);
    } else if (found.kind === 'failed' && lasting.has(found.outcome.code)) {
      await journal.append({ unusable: found.outcome }, new Uint8Array(0));
    }
    outcomes.push(found.outcome);
    const item = places[outcomes.length - 1]!.file;
    progress?.({ stage: 'finding faces', done: outcomes.length, total: places.length, item });
  }
  return { outcomes, fresh, reused };
}

/** Failures that the bytes of the photo alone decide; the others may pass. */
export const lasting: ReadonlySet<string> = new Set(['IMAGE_UNREADABLE']);

async function lookAt(
  { file, path }: PhotoPlace,
  recognizer: Recognizer,
  known: KnownPhotos,
  seenNow: ReadonlyMap<string, SeenPhoto>,
  signal: AbortSignal | undefined,
): Promise<Outcome> {
  if (signal?.aborted) return { kind: 'interrupted' };
  let print = '';
  try {
    const bytes = await readPhoto(path);
    print = fingerprint(bytes);
    const before =
      known.photos.get(print) ??
      seenNow.get(print) ??
      known.unusable.get(unusableKey({ fingerprint: print, file }));
    if (before !== undefined) return { kind: 'known', outcome: before };
    return { kind: 'new', outcome: await seePhoto(file, bytes, print, recognizer, signal) };
  } catch (thrown) {
    if (signal?.aborted) return { kind: 'interrupted' };
    const error: VisageError = toVisageError(thrown);
    const { code, message } = error;
    if (code === 'RUNTIME_CLOSED') throw error;
    return { kind: 'failed', outcome: { file, fingerprint: print, code, message } };
  }
}

/** Its middle line. */
const middle = ({ x, width }: Box): number => x + width / 2;

async function seePhoto(
  file: string,
  bytes: Uint8Array,
  print: string,
  recognizer: Recognizer,
  signal: AbortSignal | undefined,
): Promise<SeenPhoto> {
  const located = await recognizer.locate({ name: file, bytes }, signal);
  const { width, height } = located.photo;
  const ordered = located.faces.toSorted(
    (a, b) => middle(a.box) - middle(b.box) || a.box.y - b.box.y || b.score - a.score,
  );
  const crops = ordered.map((face) => recognizer.crop(located, face));
  const embeddings = crops.length === 0 ? [] : await recognizer.embed(crops, signal);
  const faces: AlbumFace[] = [];
  for (const [i, face] of ordered.entries()) {
    const { box, score } = face;
    const embedding = embeddings[i]!;
    if (!isFiniteVector(embedding)) {
      const reason = 'the embedding holds numbers that are not finite';
      throw visageError('INFERENCE_FAILED', { network: recognizer.pack.name, reason });
    }
    const crop = await encodePicture(crops[i]!, { format: 'webp', quality: cropQuality });
    const { overall: quality } = faceQuality(located.photo, face);
    faces.push({ id: faceId(print, i + 1), box, score, quality, embedding, crop });
  }
  return { fingerprint: print, width, height, faces };
}

async function keep(journal: Journal<LookRecord>, photo: SeenPhoto): Promise<void> {
  const { fingerprint: print, width, height, faces } = photo;
  const parts = faces.flatMap(({ embedding }) => [
    new Uint8Array(embedding.buffer, embedding.byteOffset, embedding.byteLength),
  ]);
  const payload = Buffer.concat([...parts, ...faces.map(({ crop }) => crop)]);
  const records = faces.map(({ box, score, quality, crop }) => ({
    box,
    score,
    quality,
    cropBytes: crop.length,
  }));
  await journal.append({ fingerprint: print, width, height, faces: records }, payload);
}

/**
 * What an interrupted run left in its journal.
 * @param dimension numbers per embedding
 */
export async function readJournal(journal: Journal<LookRecord>, dimension: number): Promise<KnownPhotos> {
  const photos = new Map<string, SeenPhoto>();
  const unusable = new Map<string, UnusablePhoto>();
  for (const { meta, place } of journal.earlier) {
    if ('unusable' in meta) {
      unusable.set(unusableKey(meta.unusable), meta.unusable);
      continue;
    }
    // Copied into memory of its own, which is aligned.
    const payload = new Uint8Array(await journal.read(place));
    const numbers = new Float32Array(payload.buffer, 0, meta.faces.length * dimension);
    let at = numbers.byteLength;
    const faces = meta.faces.map(({ box, score, quality, cropBytes }, i): AlbumFace => {
      const embedding = numbers.slice(i * dimension, (i + 1) * dimension);
      const crop = payload.slice(at, (at += cropBytes));
      return { id: faceId(meta.fingerprint, i + 1), box, score, quality, embedding, crop };
    });
    const { fingerprint: print, width, height } = meta;
    photos.set(print, { fingerprint: print, width, height, faces });
  }
  return { photos, unusable };
}
