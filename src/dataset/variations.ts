import { createHash } from 'node:crypto';
import { access, mkdir, readFile, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { systemReason, writeFileAtomically } from '../formats/index.ts';
import { cameraVariation, encodePicture, type Raster } from '../image/index.ts';
import { mapInOrder, type ProgressListener, Random, visageError } from '../kernel/index.ts';

/** A picture of a person to make variations of. */
export interface VariationSource {
  /** The person; becomes a folder name. */
  readonly name: string;
  /** What the files are called before their number; unique for each source of a person. */
  readonly stem: string;
  readonly raster: Raster;
}

export interface VariationOptions {
  /** Variations of each source for training. */
  readonly train: number;
  /** Variations of each source for testing. */
  readonly val: number;
  readonly seed: number;
  /** Whether a variation can be used; where it cannot, another one is taken, up to 12 times. Default: always. */
  readonly accept?: (picture: Uint8Array, file: string) => Promise<boolean>;
  readonly progress?: ProgressListener;
  readonly signal?: AbortSignal;
}

export interface Variations {
  readonly train: number;
  readonly val: number;
  /** How many of the files were made now; the others were there already. */
  readonly made: number;
}

const recordName = 'variations.json';
/** Pictures under way at once: while one waits for the disk others are encoded. */
const atOnce = 8;
const mostAttempts = 12;
/** Goes up when the same seed would give other pictures. */
const recipe = 1;

interface Task {
  readonly file: string;
  readonly source: VariationSource;
}

/** What a folder of variations was made from: the same record, the same files. */
interface VariationRecord {
  readonly what: string;
  readonly recipe: number;
  readonly seed: number;
  readonly sources: readonly { readonly stem: string; readonly sha256: string }[];
  readonly files: readonly string[];
}

const note =
  'Camera-like variations of a few photos, made by visage demo. They show the pipeline working; they measure no accuracy.';

function planFiles(sources: readonly VariationSource[], { train, val }: VariationOptions): Task[] {
  return sources.flatMap((source) =>
    Array.from({ length: train + val }, (_, i) => {
      const split = i < train ? 'train' : 'val';
      const number = String((i < train ? i : i - train) + 1).padStart(2, '0');
      return { file: `${split}/${source.name}/${source.stem}-${number}.jpg`, source };
    }),
  );
}

/** Whether `name` is a name inside a folder, not a path that leads elsewhere. */
const isPlainName = (name: string): boolean => name !== '' && !/[/\\\0]/.test(name) && !/^\.\.?$/.test(name);

function requirePlainNames(sources: readonly VariationSource[]): void {
  for (const source of sources) {
    for (const option of ['name', 'stem'] as const) {
      if (isPlainName(source[option])) continue;
      const got = JSON.stringify(source[option]);
      throw visageError('OPTION_INVALID', { owner: 'makeVariations', option, got, allowed: 'a file name' });
    }
  }
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

async function readRecord(path: string): Promise<VariationRecord | undefined> {
  try {
    const record = JSON.parse(await readFile(path, 'utf8')) as VariationRecord;
    return record.what === note && Array.isArray(record.files) ? record : undefined;
  } catch {
    return undefined;
  }
}

/** Removes what another seed or other photos gave; a `train` or `val` that is not ours is not touched. */
async function clearFolder(folder: string, old: VariationRecord | undefined): Promise<void> {
  for (const file of old?.files ?? []) {
    // Only names of the form that we write: a record that somebody edited deletes nothing else.
    const [, name, picture] = /^(?:train|val)\/([^/]+)\/([^/]+-\d+\.jpg)$/.exec(file) ?? [];
    if (name === undefined || picture === undefined || !isPlainName(name)) continue;
    const path = join(folder, file);
    await rm(path, { force: true });
    // Goes with its last picture; a folder that holds anything else stays.
    await rmdir(dirname(path)).catch(() => {});
  }
}

/**
 * Makes `folder/train/<name>/` and `folder/val/<name>/` with camera-like variations of a picture of
 * each person (see `cameraVariation`), as JPEG. The same seed and sources give the same bytes. Files
 * that are there already are kept, so an interrupted run goes on; files of another seed are replaced.
 *
 * Variations of one photo show that a pipeline works and are no measure of its accuracy.
 * @throws VisageError `OPTION_INVALID` for a name that is none; `FILE_UNWRITABLE`, also where `folder` holds a `train` or `val` that was not made here;
 *   the reason of `signal`
 */
export async function makeVariations(
  folder: string,
  sources: readonly VariationSource[],
  options: VariationOptions,
): Promise<Variations> {
  const { train, val, seed, progress, signal } = options;
  requirePlainNames(sources);
  const tasks = planFiles(sources, options);
  const record: VariationRecord = {
    what: note,
    recipe,
    seed,
    sources: sources.map(({ name, stem, raster }) => ({
      stem: `${name}/${stem}`,
      sha256: createHash('sha256').update(`${raster.width}×`).update(raster.data).digest('hex'),
    })),
    files: tasks.map(({ file }) => file),
  };
  const recordPath = join(folder, recordName);
  const old = await readRecord(recordPath);
  if (JSON.stringify(old) !== JSON.stringify(record)) {
    if (old === undefined) await refuseForeign(folder);
    await clearFolder(folder, old);
    await makeFolder(folder);
    // Before the pictures: whatever happens then, the next run knows them as its own.
    await writeFileAtomically(recordPath, `${JSON.stringify(record, null, 2)}\n`, signal);
  }

  const random = new Random(seed);
  const make = async ({ file, source }: Task): Promise<boolean> => {
    signal?.throwIfAborted();
    const path = join(folder, file);
    if (await exists(path)) return false;
    await makeFolder(dirname(path));
    await writeFileAtomically(
      path,
      await takePicture(source.raster, file, random.fork(file), options),
      signal,
    );
    return true;
  };
  let [done, made] = [0, 0];
  for await (const isNew of mapInOrder(tasks, atOnce, make)) {
    if (isNew) made++;
    progress?.({
      stage: 'making variations',
      done: done + 1,
      total: tasks.length,
      item: tasks[done++]!.file,
    });
  }
  return { train: train * sources.length, val: val * sources.length, made };
}

/** A variation as JPEG: the first that is accepted, or the last. */
async function takePicture(
  raster: Raster,
  file: string,
  random: Random,
  { accept, signal }: VariationOptions,
): Promise<Uint8Array> {
  for (let attempt = 1; ; attempt++) {
    signal?.throwIfAborted();
    const varied = await cameraVariation(raster, random);
    const picture = await encodePicture(varied, { format: 'jpeg', quality: 92 });
    if (attempt === mostAttempts || accept === undefined || (await accept(picture, file))) return picture;
  }
}

async function refuseForeign(folder: string): Promise<void> {
  for (const split of ['train', 'val']) {
    if (await exists(join(folder, split))) {
      const reason = `it holds a folder ${split} that the demo did not make`;
      throw visageError('FILE_UNWRITABLE', { path: folder, reason });
    }
  }
}

async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (thrown) {
    throw visageError('FILE_UNWRITABLE', { path, reason: systemReason(thrown) }, thrown);
  }
}
