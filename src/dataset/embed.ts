import { embeddingNetwork } from '../embed/index.ts';
import type { Raster } from '../image/index.ts';
import {
  isFiniteVector,
  mapInOrder,
  VisageError,
  visageError,
  type ProgressListener,
} from '../kernel/index.ts';
import type { Recognizer } from '../recognizer.ts';
import { arrayNames, DatasetFile } from './dataset-file.ts';
import { EarlierEmbeddings, type EmbedRecord } from './earlier-embeddings.ts';
import { fingerprint } from './fingerprint.ts';
import { Journal, journalPath } from './journal.ts';
import { splitNames, type SplitName } from './layout.ts';
import { isSameFile, requireOutputPlace } from './output-place.ts';
import { countPeople, untrainedPeople, type PersonCount } from './summary.ts';
import { writeEmbeddings, type EmbeddedRows } from './write-embeddings.ts';

export interface EmbedOptions {
  /** Path of the `faces-embeddings.npz` to write. */
  readonly out: string;
  readonly progress?: ProgressListener;
  readonly signal?: AbortSignal;
}

/** What `embedDataset` did. Plain data. */
export interface EmbedSummary {
  /** Path of the embeddings. */
  readonly embeddings: string;
  readonly dataset: string;
  readonly pack: string;
  /** Numbers per embedding. */
  readonly dimension: number;
  /** Shapes of the first four arrays. */
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  readonly train: { readonly faces: number; readonly people: readonly PersonCount[] };
  readonly val: { readonly faces: number; readonly people: readonly PersonCount[] };
  readonly notes: readonly string[];
  /** Crops that went through the network in this run, and crops whose embedding was known. */
  readonly work: { readonly embedded: number; readonly reused: number };
}

/** Changes whenever the same crop would give other numbers. */
const recipeVersion = 1;

/** Crops that are handed to the recognizer at once; it makes its own batches of them. */
const cropsAtOnce = 16;

function recipeOf({ pack }: Recognizer): string {
  const { name } = pack;
  // Which distance counts as another person does not change an embedding.
  const { maxDistance: _, maxDistanceSource: __, ...embedder } = pack.embedder;
  return JSON.stringify({ version: recipeVersion, pack: name, embedder, network: embeddingNetwork(pack).id });
}

/** A crop with its place in the split. */
interface Row {
  readonly row: number;
  readonly crop: Raster;
  readonly fingerprint: string;
}

async function* rowGroups(dataset: DatasetFile, split: SplitName): AsyncGenerator<Row[], void, undefined> {
  let group: Row[] = [];
  let row = 0;
  for await (const crop of dataset.crops(split)) {
    group.push({ row: row++, crop, fingerprint: fingerprint(crop.data) });
    if (group.length < cropsAtOnce) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}

/**
 * Makes the embedding of every crop of a data set and writes `faces-embeddings.npz`, which NumPy
 * opens: `arr_0` train embeddings `float32 [N, D]` as the network gave them (not of unit length),
 * `arr_1` train names, `arr_2` and `arr_3` the same for val; then `pack`, `recipe`, and for both
 * splits `files_…` and `fingerprints_…`, the SHA-256 of each crop.
 *
 * Crops that have not changed are not embedded again, and interrupted work goes on where it stopped,
 * as in `prepareDataset`. A file of the original system (`arr_0` to `arr_3` alone) is taken if its
 * crops have the pack's size; nobody can tell how they were aligned, which a note says. Crops of
 * another size are refused rather than resized: an embedder is only as good as the alignment it was
 * trained with, and the photos can be prepared again.
 * @throws VisageError `OPTION_INVALID` where `out` is the data set; `PACK_MISMATCH`; `DATASET_ARRAYS` also for crops of another size; `FILE_NOT_FOUND`,
 *   `FILE_UNREADABLE`, `FORMAT_INVALID`, `FILE_UNWRITABLE`, `INFERENCE_FAILED`, `RUNTIME_CLOSED`, `INTERRUPTED`
 */
export async function embedDataset(
  datasetPath: string,
  recognizer: Recognizer,
  options: EmbedOptions,
): Promise<EmbedSummary> {
  const { out, progress, signal } = options;
  await requireOutputPlace(out);
  if (await isSameFile(datasetPath, out)) {
    const allowed = 'another file than the data set';
    throw visageError('OPTION_INVALID', { owner: 'embed', option: 'out', got: out, allowed });
  }
  const dataset = await DatasetFile.open(datasetPath);
  try {
    requireSamePack(dataset, recognizer);
    const { dimension } = recognizer.pack.embedder;
    const recipe = recipeOf(recognizer);
    const journal = await Journal.open<EmbedRecord>(journalPath(out), recipe);
    let over = false;
    try {
      const earlier = await EarlierEmbeddings.gather(out, recipe, dimension, journal);
      const work = await embedRows(dataset, recognizer, earlier, journal, progress, signal);
      await writeEmbeddings(
        out,
        dataset.splits,
        { pack: recognizer.pack.name, recipe, dimension },
        work.embedded,
      );
      over = true;
      return summarise(out, dataset, recognizer.pack.name, dimension, work);
    } finally {
      await journal.close();
      if (over) await journal.remove();
    }
  } finally {
    await dataset.close();
  }
}

function requireSamePack(dataset: DatasetFile, { pack }: Recognizer): void {
  const { path, cropSizePx } = dataset;
  if (dataset.pack !== undefined && dataset.pack !== pack.name) {
    throw visageError('PACK_MISMATCH', { what: path, got: dataset.pack, allowed: pack.name });
  }
  const allowed = pack.alignment.cropSizePx;
  if (cropSizePx !== allowed) {
    const reason = `its crops are ${cropSizePx} pixels wide, pack ${pack.name} takes ${allowed}`;
    throw visageError('DATASET_ARRAYS', { path, reason, verb: 'prepare' });
  }
}

interface EmbedWork {
  readonly embedded: Readonly<Record<SplitName, EmbeddedRows>>;
  readonly fresh: number;
  readonly reused: number;
}

async function embedRows(
  dataset: DatasetFile,
  recognizer: Recognizer,
  earlier: EarlierEmbeddings,
  journal: Journal<EmbedRecord>,
  progress: ProgressListener | undefined,
  signal: AbortSignal | undefined,
): Promise<EmbedWork> {
  const { dimension } = recognizer.pack.embedder;
  const counts = { train: dataset.splits.train.names.length, val: dataset.splits.val.names.length };
  const total = counts.train + counts.val;
  const start = (split: SplitName): EmbeddedRows & { readonly fingerprints: string[] } => ({
    numbers: new Float32Array(counts[split] * dimension),
    fingerprints: [],
  });
  const embedded = { train: start('train'), val: start('val') };
  let [fresh, reused] = [0, 0];
  const interrupted = (cause: unknown): VisageError => {
    const kept = `${fresh + reused} of ${total} embeddings are kept in ${journal.path}`;
    return visageError('INTERRUPTED', { kept }, cause);
  };

  for (const split of splitNames) {
    const { numbers, fingerprints } = embedded[split];
    const embedNew = async (group: readonly Row[]) => {
      const wanted = group.filter((row) => !earlier.has(row.fingerprint));
      if (signal?.aborted) return { group, wanted, vectors: undefined };
      try {
        const crops = wanted.map(({ crop }) => crop);
        return { group, wanted, vectors: crops.length === 0 ? [] : await recognizer.embed(crops, signal) };
      } catch (thrown) {
        if (signal?.aborted) return { group, wanted, vectors: undefined };
        throw thrown;
      }
    };
    const groups = mapInOrder(rowGroups(dataset, split), recognizer.concurrency, embedNew);
    for await (const { group, wanted, vectors } of groups) {
      if (vectors === undefined) continue;
      for (const [i, row] of wanted.entries()) {
        const vector = vectors[i];
        requireEmbedding(vector, dimension, recognizer.pack.name);
        const bytes = new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength);
        await journal.append({ fingerprint: row.fingerprint }, bytes);
        numbers.set(vector, row.row * dimension);
      }
      const asked = new Set(wanted);
      for (const row of group) {
        fingerprints[row.row] = row.fingerprint;
        if (!asked.has(row)) numbers.set(earlier.get(row.fingerprint)!, row.row * dimension);
      }
      fresh += wanted.length;
      reused += group.length - wanted.length;
      const item = dataset.splits[split].files?.[group.at(-1)!.row];
      const event = { stage: 'embedding faces', done: fresh + reused, total };
      progress?.(item === undefined ? event : { ...event, item });
    }
    if (signal?.aborted) throw interrupted(signal.reason);
  }
  return { embedded, fresh, reused };
}

function requireEmbedding(
  vector: Float32Array | undefined,
  dimension: number,
  network: string,
): asserts vector is Float32Array {
  if (vector?.length === dimension && isFiniteVector(vector)) return;
  const reason =
    vector?.length === dimension
      ? 'the embedding holds numbers that are not finite'
      : `${dimension} numbers were expected and ${vector?.length ?? 0} came`;
  throw visageError('INFERENCE_FAILED', { network, reason });
}

function summarise(
  out: string,
  dataset: DatasetFile,
  pack: string,
  dimension: number,
  { fresh, reused }: EmbedWork,
): EmbedSummary {
  const { train, val } = dataset.splits;
  const notes = untrainedPeople(train.names, val.names).map(
    (person) => `${person} has validation faces but no training face.`,
  );
  if (dataset.pack === undefined) {
    notes.unshift(
      `${dataset.path} does not say which pack cut its crops; their alignment is taken on trust.`,
    );
  }
  return {
    embeddings: out,
    dataset: dataset.path,
    pack,
    dimension,
    shapes: {
      [arrayNames.train.rows]: [train.names.length, dimension],
      [arrayNames.train.names]: [train.names.length],
      [arrayNames.val.rows]: [val.names.length, dimension],
      [arrayNames.val.names]: [val.names.length],
    },
    train: { faces: train.names.length, people: countPeople(train.names) },
    val: { faces: val.names.length, people: countPeople(val.names) },
    notes,
    work: { embedded: fresh, reused },
  };
}
