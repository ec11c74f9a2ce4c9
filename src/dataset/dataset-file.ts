import { NpzFile, type NpyArray, type NpyType } from '../formats/index.ts';
import type { Raster } from '../image/index.ts';
import { visageError, type VisageError } from '../kernel/index.ts';
import type { SplitName } from './layout.ts';

/** The crops and labels of a split stand under the names that NumPy gives positional arrays. */
export const arrayNames = {
  train: { rows: 'arr_0', names: 'arr_1' },
  val: { rows: 'arr_2', names: 'arr_3' },
} as const satisfies Record<SplitName, { readonly rows: string; readonly names: string }>;

/** What a split of a data set says about its rows, in their order. */
export interface SplitLabels {
  /** Who is on the crop. */
  readonly names: readonly string[];
  /** The photo that the crop comes from, below the data set's folder; absent in files of other makers. */
  readonly files?: readonly string[];
}

/** Reads arrays of a `.npz` file and checks their type and shape. */
export class ArrayReader {
  readonly #npz: NpzFile;
  /** The verb that makes such files, for the hint. */
  readonly #verb: string;

  constructor(npz: NpzFile, verb: string) {
    this.#npz = npz;
    this.#verb = verb;
  }

  fault(reason: string): VisageError {
    return visageError('DATASET_ARRAYS', { path: this.#npz.path, reason, verb: this.#verb });
  }

  async read<Type extends NpyType>(
    name: string,
    types: readonly Type[],
    dimensions: number,
  ): Promise<NpyArray<Type>> {
    if (!this.#npz.has(name)) {
      throw this.fault(`there is no array ${name}; there are ${this.#npz.names.join(', ') || 'none'}`);
    }
    const { type, dims } = await this.#npz.header(name);
    if (!(types as readonly NpyType[]).includes(type) || dims.length !== dimensions) {
      const wanted = `${types.join(' or ')} with ${dimensions} dimensions`;
      throw this.fault(`${name} is ${type} with shape (${dims.join(', ')}), expected ${wanted}`);
    }
    return (await this.#npz.read(name)) as NpyArray<Type>;
  }

  /** A text on its own, or undefined where it is missing. */
  async text(name: string): Promise<string | undefined> {
    if (!this.#npz.has(name)) return undefined;
    return (await this.read(name, ['string'], 0)).data[0];
  }

  /** The labels of `rowCount` rows. */
  async labels(split: SplitName, rowCount: number): Promise<SplitLabels> {
    const label = arrayNames[split].names;
    const { data: names } = await this.read(label, ['string'], 1);
    this.#requireRows(label, names.length, rowCount);
    if (names.includes('')) throw this.fault(`${label} holds an empty name`);
    const fileArray = `files_${split}`;
    if (!this.#npz.has(fileArray)) return { names };
    const { data: files } = await this.read(fileArray, ['string'], 1);
    this.#requireRows(fileArray, files.length, rowCount);
    return { names, files };
  }

  #requireRows(name: string, got: number, rowCount: number): void {
    if (got !== rowCount) throw this.fault(`${name} has ${got} entries for ${rowCount} rows`);
  }
}

/** A `faces-dataset.npz` open for reading: labels in memory, crops row by row. */
export class DatasetFile implements AsyncDisposable {
  readonly path: string;
  /** Name of the pack that cut the crops; undefined where the file does not say. */
  readonly pack: string | undefined;
  /** Side of the square crops in pixels. */
  readonly cropSizePx: number;
  readonly splits: Readonly<Record<SplitName, SplitLabels>>;
  readonly npz: NpzFile;

  private constructor(
    npz: NpzFile,
    pack: string | undefined,
    cropSizePx: number,
    splits: Record<SplitName, SplitLabels>,
  ) {
    this.npz = npz;
    this.path = npz.path;
    this.pack = pack;
    this.cropSizePx = cropSizePx;
    this.splits = splits;
  }

  /**
   * Opens a file of `prepareDataset`, or one of the original system: `arr_0` train crops `uint8
   * [N, S, S, 3]`, `arr_1` train names, `arr_2` and `arr_3` the same for val.
   * @throws VisageError `FILE_NOT_FOUND`, `FILE_UNREADABLE`, `FORMAT_INVALID`, `FORMAT_UNSUPPORTED`, `DATASET_ARRAYS`
   */
  static async open(path: string): Promise<DatasetFile> {
    const npz = await NpzFile.open(path);
    try {
      const reader = new ArrayReader(npz, 'prepare');
      const sides = new Set<number>();
      const labelsOf = async (split: SplitName): Promise<SplitLabels> => {
        const name = arrayNames[split].rows;
        if (!npz.has(name))
          throw reader.fault(`there is no array ${name}; there are ${npz.names.join(', ') || 'none'}`);
        const { type, dims } = await npz.header(name);
        const [count = 0, height, width, channels] = dims;
        const crops = type === 'uint8' && dims.length === 4 && channels === 3 && height === width;
        // NumPy makes an array of no crops without their shape.
        const nothing = count === 0;
        if (!crops && !nothing) {
          throw reader.fault(
            `${name} is ${type} with shape (${dims.join(', ')}), expected uint8 (N, S, S, 3)`,
          );
        }
        if (crops && count > 0) sides.add(height!);
        return reader.labels(split, count);
      };
      const splits = { train: await labelsOf('train'), val: await labelsOf('val') };
      const [side, ...others] = sides;
      if (side === undefined || side === 0) throw reader.fault('it holds no crop');
      if (others.length > 0) throw reader.fault(`its crops are ${[...sides].join(' and ')} pixels wide`);
      return new DatasetFile(npz, await reader.text('pack'), side, splits);
    } catch (thrown) {
      await npz.close();
      throw thrown;
    }
  }

  /**
   * The crops of a split one by one, in order; they count only once the sequence has ended without an
   * error, since the checksum stands at the end of the file.
   * @throws VisageError `FORMAT_INVALID`, `FORMAT_UNSUPPORTED`, `FILE_UNREADABLE`
   */
  async *crops(split: SplitName): AsyncGenerator<Raster, void, undefined> {
    if (this.splits[split].names.length === 0) return;
    const side = this.cropSizePx;
    for await (const data of this.npz.rows(arrayNames[split].rows)) yield { data, width: side, height: side };
  }

  close(): Promise<void> {
    return this.npz.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** A whole data set in memory. */
export interface Dataset {
  readonly pack: string | undefined;
  readonly cropSizePx: number;
  readonly train: SplitLabels & { readonly crops: readonly Raster[] };
  readonly val: SplitLabels & { readonly crops: readonly Raster[] };
}

/** Reads a whole `faces-dataset.npz`; for large ones see {@link DatasetFile}. Throws as {@link DatasetFile.open} does. */
export async function readDataset(path: string): Promise<Dataset> {
  const file = await DatasetFile.open(path);
  try {
    const whole = async (split: SplitName): Promise<Dataset[SplitName]> => {
      const crops: Raster[] = [];
      for await (const crop of file.crops(split)) crops.push(crop);
      return { ...file.splits[split], crops };
    };
    const { pack, cropSizePx } = file;
    return { pack, cropSizePx, train: await whole('train'), val: await whole('val') };
  } finally {
    await file.close();
  }
}

/** One crop of a `faces-dataset.npz`. Throws as {@link DatasetFile.open} does; `DATASET_ARRAYS` without row `index`. */
export async function readCrop(path: string, split: SplitName, index: number): Promise<Raster> {
  const file = await DatasetFile.open(path);
  try {
    let row = 0;
    for await (const crop of file.crops(split)) if (row++ === index) return crop;
    const reason = `${split} has ${row} crops, number ${index} was asked for`;
    throw visageError('DATASET_ARRAYS', { path, reason, verb: 'prepare' });
  } finally {
    await file.close();
  }
}
