import { checkOptions, VisageError, visageError, type ProgressListener } from '../kernel/index.ts';
import type { Recognizer } from '../recognizer.ts';
import { arrayNames } from './dataset-file.ts';
import { EarlierWork, type PrepareRecord } from './earlier-work.ts';
import { findFaces, type FoundFaces, type PlacedFace } from './find-faces.ts';
import { Journal, journalPath } from './journal.ts';
import {
  layoutOptions,
  readLayout,
  splitNames,
  type DatasetLayout,
  type LayoutOptions,
  type SplitName,
} from './layout.ts';
import { requireOutputPlace } from './output-place.ts';
import type { SkippedFile } from './skipped-file.ts';
import { countPeople, untrainedPeople, type PersonCount } from './summary.ts';
import { writeDataset } from './write-dataset.ts';

export interface PrepareOptions extends LayoutOptions {
  /** Path of the `faces-dataset.npz` to write. */
  readonly out: string;
  readonly progress?: ProgressListener;
  readonly signal?: AbortSignal;
}

/** What came of one part of a data set. */
export interface PreparedSplit {
  readonly photos: number;
  readonly faces: number;
  readonly people: readonly PersonCount[];
}

/** What `prepareDataset` did. Plain data. */
export interface PrepareSummary {
  /** Path of the data set. */
  readonly dataset: string;
  readonly pack: string;
  /** Shapes of the first four arrays. */
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  readonly splitBy: DatasetLayout['splitBy'];
  readonly train: PreparedSplit;
  readonly val: PreparedSplit;
  /** Files that gave no face. */
  readonly skipped: readonly SkippedFile[];
  /** Photos with more than one face; the main one was taken. */
  readonly severalFaces: readonly { readonly file: string; readonly faces: number }[];
  /** What a person should know about this data set. */
  readonly notes: readonly string[];
  /** Photos that were looked at in this run, and photos whose outcome was known from earlier ones. */
  readonly work: { readonly detected: number; readonly reused: number };
}

/** Changes whenever the same photo would give another crop or another choice of face. */
const recipeVersion = 2;

/** Everything that decides what comes out of a photo: with another recipe nothing is reused. */
function recipeOf({ pack }: Recognizer): string {
  const networks = Object.entries(pack.models)
    .filter(([part]) => part !== 'embedder')
    .map(([part, { id }]) => [part, id]);
  const { name, detector, alignment, selection } = pack;
  return JSON.stringify({ version: recipeVersion, pack: name, detector, alignment, networks, selection });
}

/**
 * Makes a data set of faces from a folder of photos: finds the main face of each photo (see
 * `mainFace`), cuts it out and writes `faces-dataset.npz`, which NumPy opens: `arr_0` train crops
 * `uint8 [N, S, S, 3]`, `arr_1` train names, `arr_2` and `arr_3` the same for val, by person and file
 * in code point order; then `pack`, `recipe`, `split`, and for both splits `files_…`, `boxes_…`
 * (x, y, width, height in pixels of the upright photo), `scores_…`, `face_counts_…` and
 * `fingerprints_…`; then the photos without a face. For the folder's layout see `readLayout`.
 *
 * A photo that cannot be used is skipped and reported. Finished photos are kept in a journal beside
 * the output until this is whole, so interrupted work goes on where it stopped; photos of an earlier
 * run whose bytes have not changed are not looked at again. The same photos give the same bytes.
 * Memory holds no more than the photos under way.
 * @throws VisageError as `readLayout`; `DATASET_EMPTY`, `FILE_UNWRITABLE`, `RUNTIME_CLOSED`, `INTERRUPTED`
 */
export async function prepareDataset(
  folder: string,
  recognizer: Recognizer,
  options: PrepareOptions,
): Promise<PrepareSummary> {
  const { out, progress, signal, ...division } = options;
  const { valShare, seed } = checkOptions('prepare', layoutOptions, division);
  await requireOutputPlace(out);
  const layout = await readLayout(folder, { valShare, seed });
  const total = layout.train.length + layout.val.length;
  const { pack } = recognizer;
  const origin = {
    pack: pack.name,
    recipe: recipeOf(recognizer),
    split: layout.splitBy === 'folders' ? 'folders' : JSON.stringify({ valShare, seed }),
  };

  const journal = await Journal.open<PrepareRecord>(journalPath(out), origin.recipe);
  let earlier: EarlierWork | undefined;
  // What the journal keeps is of use to the next run unless this one ends as it should.
  let over = false;
  let done = 0;
  try {
    earlier = await EarlierWork.gather(out, origin.recipe, journal, signal);
    const found = await findFaces(layout, recognizer, earlier, journal, progress, signal);
    done = found.done;
    signal?.throwIfAborted();
    if (found.faces.train.length === 0) {
      over = true;
      throw nothingLeft(folder, layout, found);
    }
    const { cropSizePx } = pack.alignment;
    await writeDataset(out, found, origin, cropSizePx, earlier, journal, progress, signal);
    over = true;
    return summarise(out, pack.name, cropSizePx, layout, found);
  } catch (thrown) {
    if (!signal?.aborted || (thrown instanceof VisageError && thrown !== signal.reason)) throw thrown;
    const kept = `the work on ${done} of ${total} photos is kept in ${journal.path}`;
    throw visageError('INTERRUPTED', { kept }, thrown);
  } finally {
    await earlier?.close();
    await journal.close();
    if (over) await journal.remove();
  }
}

function nothingLeft(folder: string, layout: DatasetLayout, { skipped }: FoundFaces): VisageError {
  const codes = countPeople(skipped.map(({ code }) => code));
  const counts = codes.map(({ name, count }) => `${count} × ${name}`).join(', ');
  const reason = `none of the ${layout.train.length} training photos gave one (all photos: ${counts})`;
  return visageError('DATASET_EMPTY', { path: folder, reason });
}

function summarise(
  out: string,
  pack: string,
  cropSizePx: number,
  layout: DatasetLayout,
  { faces, skipped, detected, reused }: FoundFaces,
): PrepareSummary {
  const split = (name: SplitName): PreparedSplit => ({
    photos: layout[name].length,
    faces: faces[name].length,
    people: countPeople(faces[name].map(({ person }) => person)),
  });
  const shapes = splitNames.flatMap((name): [string, number[]][] => [
    [arrayNames[name].rows, [faces[name].length, cropSizePx, cropSizePx, 3]],
    [arrayNames[name].names, [faces[name].length]],
  ]);
  return {
    dataset: out,
    pack,
    shapes: Object.fromEntries(shapes),
    splitBy: layout.splitBy,
    train: split('train'),
    val: split('val'),
    skipped: [...layout.skipped, ...skipped],
    severalFaces: [...faces.train, ...faces.val]
      .filter(({ faceCount }) => faceCount > 1)
      .map(({ file, faceCount }) => ({ file, faces: faceCount })),
    notes: notesOn(faces),
    work: { detected, reused },
  };
}

function notesOn(faces: FoundFaces['faces']): string[] {
  const notes: string[] = [];
  if (faces.val.length === 0) notes.push('There is no validation photo, so no accuracy can be measured.');
  const people = (split: SplitName): string[] => faces[split].map(({ person }) => person);
  for (const person of untrainedPeople(people('train'), people('val'))) {
    notes.push(`${person} has validation photos but no training photo.`);
  }
  const first = new Map<string, PlacedFace & { readonly split: SplitName }>();
  for (const split of splitNames) {
    for (const face of faces[split]) {
      const same = first.get(face.fingerprint);
      if (same === undefined) first.set(face.fingerprint, { ...face, split });
      else if (same.person !== face.person || same.split !== split) {
        notes.push(`${same.file} and ${face.file} are the same photo.`);
      }
    }
  }
  return notes;
}
