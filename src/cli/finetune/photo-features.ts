import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import {
  type DatasetPhoto,
  type FaceChoice,
  fingerprint,
  Journal,
  mainFace,
  middleFace,
  readPhoto,
  type SkippedFile,
} from '../../dataset/index.ts';
import { systemReason } from '../../formats/index.ts';
import {
  type ErrorCode,
  mapInOrder,
  type ProgressListener,
  Random,
  toVisageError,
  visageError,
} from '../../kernel/index.ts';
import { cacheFolder } from '../../packs/index.ts';
import type { Recognizer } from '../../recognizer.ts';
import { type FaceFeatures, fineTuneAugmentation, trainingFace, type Trunk } from '../../train/index.ts';

export interface PhotoFeatures {
  readonly faces: readonly FaceFeatures[];
  readonly unusable: readonly SkippedFile[];
  /** Photos looked at now, and those whose outcome was kept. */
  readonly work: { readonly looked: number; readonly reused: number };
  /** Changes whenever a face does. */
  readonly fingerprint: string;
}

export interface PhotoFeaturesOptions {
  readonly folder: string;
  readonly face: FaceChoice;
  readonly variations: number;
  readonly progress: ProgressListener;
  readonly signal: AbortSignal;
}

/** What the journal keeps of a photo; rows of the trunk, if there are some, are the payload. */
interface FeatureRecord {
  readonly print: string;
  /** Why there are none. */
  readonly failure?: SkippedFile;
}

/** Changes whenever the same photo would give other rows. */
const recipeVersion = 1;

type Outcome = { readonly print: string; readonly known: boolean } & (
  | { readonly rows: Float32Array }
  | { readonly failure: SkippedFile; readonly lasting: boolean }
);

/** The folder of what fine-tuning keeps between runs. @throws VisageError `CACHE_UNWRITABLE` */
export async function keptFolder(): Promise<string> {
  const folder = join(cacheFolder(), 'finetune');
  await mkdir(folder, { recursive: true }).catch((thrown: unknown) => {
    throw visageError('CACHE_UNWRITABLE', { path: folder, reason: systemReason(thrown) }, thrown);
  });
  return folder;
}

/**
 * What the trunk says about the face of each photo, and about variations of it. Finished photos are kept in the cache
 * folder, known by their bytes; work that was interrupted goes on where it stopped.
 * @throws VisageError `CACHE_UNWRITABLE`, `FILE_UNWRITABLE`, `INFERENCE_FAILED`, `RUNTIME_CLOSED`, the reason of `signal`
 */
export async function photoFeatures(
  photos: readonly DatasetPhoto[],
  recognizer: Recognizer,
  trunk: Trunk,
  options: PhotoFeaturesOptions,
): Promise<PhotoFeatures> {
  const { folder, face, variations, progress, signal } = options;
  const { name, detector, alignment, selection, models } = recognizer.pack;
  const networks = Object.entries(models).map(([part, { id }]) => [part, id]);
  const recipe = JSON.stringify({
    version: recipeVersion,
    pack: name,
    detector,
    alignment,
    selection,
    networks,
    face,
    variations,
    augmentation: fineTuneAugmentation,
  });
  const key = createHash('sha256').update(recipe).update(resolve(folder)).digest('hex').slice(0, 20);
  const journal = await Journal.open<FeatureRecord>(join(await keptFolder(), `${key}.journal`), recipe);
  try {
    const kept = new Map<string, Float32Array | SkippedFile>();
    for (const { meta, place } of journal.earlier) {
      if (meta.failure !== undefined) kept.set(`${meta.print} ${meta.failure.file}`, meta.failure);
      else kept.set(meta.print, new Float32Array(Uint8Array.from(await journal.read(place)).buffer));
    }
    // Variations follow from the photo alone: another seed of the training finds them here.
    const random = new Random(0);
    const look = (photo: DatasetPhoto): Promise<Outcome | undefined> =>
      lookAt(photo, recognizer, trunk, { face, variations, random, kept, signal });
    const faces: FaceFeatures[] = [];
    const unusable: SkippedFile[] = [];
    const hash = createHash('sha256');
    let [looked, reused] = [0, 0];
    for await (const outcome of mapInOrder(photos, recognizer.concurrency, look)) {
      if (outcome === undefined) continue;
      const { person, file } = photos[faces.length + unusable.length]!;
      const { print, known } = outcome;
      if (known) reused++;
      else looked++;
      if ('rows' in outcome) {
        const { rows } = outcome;
        const bytes = new Uint8Array(rows.buffer, rows.byteOffset, rows.byteLength);
        if (!known) await journal.append({ print }, bytes);
        hash.update(JSON.stringify([person, print]));
        faces.push({ person, rows });
      } else {
        const { failure } = outcome;
        if (!known && outcome.lasting) await journal.append({ print, failure }, new Uint8Array(0));
        unusable.push(failure);
      }
      progress({
        stage: 'looking at photos',
        done: faces.length + unusable.length,
        total: photos.length,
        item: file,
      });
    }
    signal.throwIfAborted();
    return { faces, unusable, work: { looked, reused }, fingerprint: hash.digest('hex').slice(0, 20) };
  } finally {
    await journal.close();
  }
}

interface LookOptions {
  readonly face: FaceChoice;
  readonly variations: number;
  readonly random: Random;
  readonly kept: ReadonlyMap<string, Float32Array | SkippedFile>;
  readonly signal: AbortSignal;
}

/** Failures that the bytes of the photo decide. */
const lastingFailures: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['NO_FACE', 'IMAGE_UNREADABLE']);

/** Undefined where the work was interrupted. */
async function lookAt(
  { file, path, person }: DatasetPhoto,
  recognizer: Recognizer,
  trunk: Trunk,
  { face: choice, variations, random, kept, signal }: LookOptions,
): Promise<Outcome | undefined> {
  if (signal.aborted) return undefined;
  let print = '';
  try {
    const bytes = await readPhoto(path);
    print = fingerprint(bytes);
    const known = kept.get(print) ?? kept.get(`${print} ${file}`);
    if (known instanceof Float32Array) return { print, known: true, rows: known };
    if (known !== undefined) return { print, known: true, failure: known, lasting: true };
    const located = await recognizer.locate({ name: file, bytes }, signal);
    const { width, height } = located.photo;
    const { alignment, selection } = recognizer.pack;
    const chosen =
      selection?.face === 'first'
        ? located.faces[0]
        : (choice === 'middle' ? middleFace : mainFace)(located.faces, width, height);
    if (chosen === undefined) throw visageError('NO_FACE', { path: file });
    const face = trainingFace(located.photo, chosen, alignment, person);
    // By the photo, not by its place: another photo in the folder changes nothing about this one.
    const rows = await trunk.rowsOf(face, variations, random.fork(`photo ${print}`));
    return { print, known: false, rows };
  } catch (thrown) {
    if (signal.aborted) return undefined;
    const error = toVisageError(thrown);
    if (error.code === 'RUNTIME_CLOSED' || error.code === 'INFERENCE_FAILED') throw error;
    const { code, message } = error;
    return { print, known: false, failure: { file, code, message }, lasting: lastingFailures.has(code) };
  }
}
