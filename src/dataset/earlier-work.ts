import { VisageError } from '../kernel/index.ts';
import { ArrayReader, DatasetFile } from './dataset-file.ts';
import { readFaces, readHopeless, type HopelessPhoto, type PreparedFace } from './face-arrays.ts';
import type { Journal, JournalPlace } from './journal.ts';
import { splitNames, type SplitName } from './layout.ts';

/** What `prepareDataset` keeps in its journal: a face with its crop as payload, or a photo without one. */
export type PrepareRecord = { readonly face: PreparedFace } | { readonly hopeless: HopelessPhoto };

/** Where the crop of a face lies: in the journal, or in the data set of an earlier run. */
export type CropPlace = JournalPlace | { readonly split: SplitName; readonly row: number };

/** A face with its crop still on the disk. */
export interface KeptFace extends PreparedFace {
  readonly place: CropPlace;
}

const hopelessKey = (fingerprint: string, file: string): string => `${fingerprint} ${file}`;

/**
 * What earlier runs found out, by the fingerprint of the photo: from the data set that is to be made
 * again, and from the journal of a run that was interrupted. A photo that was renamed, copied or moved
 * to another split is still known; a photo without a face is known only under its own name, which
 * stands in its message.
 */
export class EarlierWork {
  readonly #faces = new Map<string, KeptFace>();
  readonly #hopeless = new Map<string, HopelessPhoto>();
  /** The data set that is there already, if it can be built upon. */
  readonly dataset: DatasetFile | undefined;

  private constructor(dataset: DatasetFile | undefined) {
    this.dataset = dataset;
  }

  /**
   * @param output where the data set lies if there is one already. Whatever cannot be built upon,
   *   because it is damaged, comes from another maker or another recipe, is ignored: it will be replaced.
   */
  static async gather(
    output: string,
    recipe: string,
    journal: Journal<PrepareRecord>,
    signal: AbortSignal | undefined,
  ): Promise<EarlierWork> {
    const found = await openSound(output, recipe, signal);
    const work = new EarlierWork(found?.dataset);
    for (const face of found?.faces ?? []) work.#faces.set(face.fingerprint, face);
    for (const photo of found?.hopeless ?? []) work.#remember(photo);
    for (const { meta, place } of journal.earlier) {
      if ('hopeless' in meta) work.#remember(meta.hopeless);
      else if (!work.#faces.has(meta.face.fingerprint)) {
        work.#faces.set(meta.face.fingerprint, { ...meta.face, place });
      }
    }
    return work;
  }

  #remember(photo: HopelessPhoto): void {
    this.#hopeless.set(hopelessKey(photo.fingerprint, photo.file), photo);
  }

  face(fingerprint: string): KeptFace | undefined {
    return this.#faces.get(fingerprint);
  }

  hopeless(fingerprint: string, file: string): HopelessPhoto | undefined {
    return this.#hopeless.get(hopelessKey(fingerprint, file));
  }

  async close(): Promise<void> {
    await this.dataset?.close();
  }
}

interface SoundDataset {
  readonly dataset: DatasetFile;
  readonly faces: readonly KeptFace[];
  readonly hopeless: readonly HopelessPhoto[];
}

async function readSound(
  dataset: DatasetFile,
  recipe: string,
  signal: AbortSignal | undefined,
): Promise<SoundDataset | undefined> {
  if ((await new ArrayReader(dataset.npz, 'prepare').text('recipe')) !== recipe) return undefined;
  const faces: KeptFace[] = [];
  for (const split of splitNames) {
    const found = await readFaces(dataset, split);
    // All of it is read once, so that its checksums are known to be right before anything is copied.
    let rows = 0;
    for await (const _ of dataset.crops(split)) {
      signal?.throwIfAborted();
      rows++;
    }
    if (rows !== found.length) return undefined;
    for (const [row, face] of found.entries()) faces.push({ ...face, place: { split, row } });
  }
  return { dataset, faces, hopeless: await readHopeless(dataset) };
}

/** The data set at `path`, if it is there, whole, ours and made by `recipe`. */
async function openSound(
  path: string,
  recipe: string,
  signal: AbortSignal | undefined,
): Promise<SoundDataset | undefined> {
  let dataset: DatasetFile | undefined;
  let sound: SoundDataset | undefined;
  try {
    dataset = await DatasetFile.open(path);
    sound = await readSound(dataset, recipe, signal);
    return sound;
  } catch (thrown) {
    if (thrown instanceof VisageError) return undefined;
    throw thrown;
  } finally {
    if (sound === undefined) await dataset?.close();
  }
}

const rowKey = (split: SplitName, row: number): string => `${split} ${row}`;

/**
 * Brings all crops into the journal, from where the data set can be replaced: those of the earlier
 * data set in one pass over it.
 * @returns the journal's place of each face of `faces`, in order.
 */
export async function gatherCrops(
  faces: Readonly<Record<SplitName, readonly KeptFace[]>>,
  earlier: EarlierWork,
  journal: Journal<PrepareRecord>,
  signal: AbortSignal | undefined,
): Promise<Record<SplitName, JournalPlace[]>> {
  const wanted = new Map<string, PreparedFace>();
  for (const face of [...faces.train, ...faces.val]) {
    if ('row' in face.place) wanted.set(rowKey(face.place.split, face.place.row), face);
  }
  const copied = new Map<string, JournalPlace>();
  for (const split of splitNames) {
    if (earlier.dataset === undefined || wanted.size === copied.size) break;
    let row = 0;
    for await (const crop of earlier.dataset.crops(split)) {
      signal?.throwIfAborted();
      const key = rowKey(split, row++);
      const face = wanted.get(key);
      if (face === undefined) continue;
      const { fingerprint, faceCount, box, score } = face;
      copied.set(key, await journal.append({ face: { fingerprint, faceCount, box, score } }, crop.data));
    }
  }
  const placeOf = ({ place }: KeptFace): JournalPlace =>
    'row' in place ? copied.get(rowKey(place.split, place.row))! : place;
  return { train: faces.train.map(placeOf), val: faces.val.map(placeOf) };
}
