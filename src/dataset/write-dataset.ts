import { isDeepStrictEqual } from 'node:util';
import { writeNpz, type NpyArray, type NpyStream } from '../formats/index.ts';
import type { ProgressListener } from '../kernel/index.ts';
import { arrayNames, type DatasetFile } from './dataset-file.ts';
import { gatherCrops, type EarlierWork, type PrepareRecord } from './earlier-work.ts';
import { faceArrays, hopelessArrays } from './face-arrays.ts';
import type { FoundFaces } from './find-faces.ts';
import type { Journal, JournalPlace } from './journal.ts';
import type { SplitName } from './layout.ts';

/** What a data set says about itself as a whole. */
export interface DatasetOrigin {
  readonly pack: string;
  /** Everything that decides what comes out of a photo. */
  readonly recipe: string;
  /** How the photos were divided into train and val. */
  readonly split: string;
}

const scalar = (text: string): NpyArray => ({ type: 'string', dims: [], data: [text] });

/** The arrays of a data set in the order of the file, without its crops. */
function smallArrays({ faces, hopeless }: FoundFaces, origin: DatasetOrigin): Record<string, NpyArray> {
  const names = (split: SplitName): NpyArray => {
    const people = faces[split].map(({ person }) => person);
    return { type: 'string', dims: [people.length], data: people };
  };
  return {
    [arrayNames.train.names]: names('train'),
    [arrayNames.val.names]: names('val'),
    pack: scalar(origin.pack),
    recipe: scalar(origin.recipe),
    split: scalar(origin.split),
    ...faceArrays('train', faces.train),
    ...faceArrays('val', faces.val),
    ...hopelessArrays(hopeless),
  };
}

/** Whether `dataset` has just these arrays, besides its crops. */
async function holdsExactly(
  dataset: DatasetFile,
  arrays: Readonly<Record<string, NpyArray>>,
): Promise<boolean> {
  const { npz } = dataset;
  const names = new Set([...Object.keys(arrays), arrayNames.train.rows, arrayNames.val.rows]);
  if (names.size !== npz.names.length || !npz.names.every((name) => names.has(name))) return false;
  for (const [name, array] of Object.entries(arrays)) {
    if (!isDeepStrictEqual(await npz.read(name), array)) return false;
  }
  return true;
}

/**
 * Writes the data set to `out`, crop by crop from the journal. Does nothing where the file that is
 * there holds just that already: fingerprints equal in the same order mean equal crops.
 * @throws VisageError `FILE_UNWRITABLE`; the reason of `signal`
 */
export async function writeDataset(
  out: string,
  found: FoundFaces,
  origin: DatasetOrigin,
  cropSizePx: number,
  earlier: EarlierWork,
  journal: Journal<PrepareRecord>,
  progress: ProgressListener | undefined,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { [arrayNames.train.names]: trainNames, ...others } = smallArrays(found, origin);
  const unchanged =
    earlier.dataset !== undefined &&
    (await holdsExactly(earlier.dataset, { ...others, [arrayNames.train.names]: trainNames! }));
  if (unchanged) return;

  const places = await gatherCrops(found.faces, earlier, journal, signal);
  const total = places.train.length + places.val.length;
  let done = 0;
  const read = async function* (wanted: readonly JournalPlace[]): AsyncGenerator<Uint8Array> {
    for (const place of wanted) {
      yield await journal.read(place);
      progress?.({ stage: 'writing the data set', done: ++done, total });
    }
  };
  const crops = (split: SplitName): NpyStream => ({
    type: 'uint8',
    dims: [places[split].length, cropSizePx, cropSizePx, 3],
    chunks: read(places[split]),
  });
  const arrays = {
    [arrayNames.train.rows]: crops('train'),
    [arrayNames.train.names]: trainNames!,
    [arrayNames.val.rows]: crops('val'),
    ...others,
  };
  await writeNpz(out, arrays, signal === undefined ? {} : { signal });
}
