import { NpzFile } from '../formats/index.ts';
import { isFiniteVector } from '../kernel/index.ts';
import { ArrayReader, arrayNames, type SplitLabels } from './dataset-file.ts';
import type { SplitName } from './layout.ts';

/** The embeddings of a split with their names. */
export interface EmbeddedSplit extends SplitLabels {
  /** As the network gave them: not of unit length. All of one dimension; they share memory. */
  readonly embeddings: readonly Float32Array[];
}

/** What a `faces-embeddings.npz` holds. */
export interface Embeddings {
  /** Name of the pack that made them; undefined where the file does not say. */
  readonly pack: string | undefined;
  /** Numbers per embedding. */
  readonly dimension: number;
  readonly train: EmbeddedSplit;
  readonly val: EmbeddedSplit;
}

async function readSplit(
  npz: NpzFile,
  reader: ArrayReader,
  split: SplitName,
): Promise<EmbeddedSplit & { dimension: number }> {
  const name = arrayNames[split].rows;
  const empty = npz.has(name) && (await npz.header(name)).count === 0;
  if (empty) return { embeddings: [], dimension: 0, ...(await reader.labels(split, 0)) };
  const { dims, data } = await reader.read(name, ['float32', 'float64'], 2);
  const [rows, dimension] = dims as [number, number];
  const numbers = data instanceof Float32Array ? data : Float32Array.from(data);
  const embeddings = Array.from({ length: rows }, (_, row) =>
    numbers.subarray(row * dimension, (row + 1) * dimension),
  );
  const broken = embeddings.findIndex((embedding) => !isFiniteVector(embedding));
  if (broken >= 0) throw reader.fault(`row ${broken} of ${name} holds numbers that are not finite`);
  return { embeddings, dimension, ...(await reader.labels(split, rows)) };
}

/**
 * Reads a `faces-embeddings.npz`, also one of the original system: `arr_0` train embeddings
 * `float32 [N, D]`, `arr_1` train names, `arr_2` and `arr_3` the same for val, which may be empty.
 * @throws VisageError `FILE_NOT_FOUND`, `FILE_UNREADABLE`, `FORMAT_INVALID`, `FORMAT_UNSUPPORTED`,
 *   `DATASET_ARRAYS` when arrays are missing, do not fit together or hold numbers that are not finite
 */
export async function readEmbeddings(path: string): Promise<Embeddings> {
  const npz = await NpzFile.open(path);
  try {
    const reader = new ArrayReader(npz, 'embed');
    const { dimension, ...train } = await readSplit(npz, reader, 'train');
    const { dimension: valDimension, ...val } = await readSplit(npz, reader, 'val');
    if (train.embeddings.length === 0) throw reader.fault('it holds no training embedding');
    if (val.embeddings.length > 0 && valDimension !== dimension) {
      throw reader.fault(`arr_0 has ${dimension} numbers a row and arr_2 has ${valDimension}`);
    }
    return { pack: await reader.text('pack'), dimension, train, val };
  } finally {
    await npz.close();
  }
}
