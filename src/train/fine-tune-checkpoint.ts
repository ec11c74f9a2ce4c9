import { readNpz, writeNpz, type NpyArray } from '../formats/index.ts';
import { visageError, type Tensor } from '../kernel/index.ts';
import { checkpointArrays, stateOfArrays } from './checkpoint.ts';
import type { FineTuneProgress, TrainingMoment } from './fine-tune.ts';

/** Columns of the array `history`; what is unknown is NaN. */
const columns = [
  'step',
  'steps',
  'loss',
  'activeShare',
  'learningRate',
  'score',
  'best',
  'photosPerSecond',
  'secondsLeft',
] as const satisfies readonly (keyof TrainingMoment)[];
const perhapsUnknown: ReadonlySet<string> = new Set(['loss', 'activeShare', 'learningRate']);

/**
 * Writes what a fine-tuning needs to go on: the arrays of `writeCheckpoint`, and `best/<name>`, `best` (score,
 * step), `first` (loss of the first step), `history` and `details` (a row a look). Atomically.
 * @param label anything that settings and data follow from; reading asks for the same
 * @throws VisageError `FILE_UNWRITABLE`
 */
export async function writeFineTuneCheckpoint(
  path: string,
  { state, best, history, firstLoss }: FineTuneProgress,
  label: string,
): Promise<void> {
  const rows = history.flatMap((moment) => columns.map((column) => moment[column] ?? Number.NaN));
  const arrays: Record<string, NpyArray> = {
    ...checkpointArrays(state, label),
    best: { type: 'float64', dims: [2], data: Float64Array.of(best.score, best.step) },
    first: { type: 'float64', dims: [1], data: Float64Array.of(firstLoss ?? Number.NaN) },
    history: { type: 'float64', dims: [history.length, columns.length], data: Float64Array.from(rows) },
    details: {
      type: 'float64',
      dims: [history.length, history[0]?.details.length ?? 0],
      data: Float64Array.from(history.flatMap(({ details }) => details)),
    },
  };
  for (const [name, tensor] of best.weights) arrays[`best/${name}`] = tensor;
  await writeNpz(path, arrays, { compress: false });
}

/**
 * Reads what {@link writeFineTuneCheckpoint} wrote.
 * @throws VisageError `CHECKPOINT_INVALID`, and as `readNpz` does
 */
export async function readFineTuneCheckpoint(path: string, label: string): Promise<FineTuneProgress> {
  const arrays = await readNpz(path);
  const state = stateOfArrays(path, arrays, label);
  const numbers = (name: string): Float64Array => {
    const array = arrays.get(name);
    if (array?.type === 'float64') return array.data;
    throw visageError('CHECKPOINT_INVALID', { path, reason: `it has no ${name}` });
  };
  const weights = new Map<string, Tensor<'float32'>>();
  for (const [key, array] of arrays) {
    if (!key.startsWith('best/') || array.type !== 'float32') continue;
    weights.set(key.slice('best/'.length), { type: 'float32', dims: array.dims, data: array.data });
  }
  const [score, step] = numbers('best');
  const [rows, details] = [numbers('history'), numbers('details')];
  const looks = rows.length / columns.length;
  const history = Array.from({ length: looks }, (_, look) => {
    const entries = columns.map((column, i) => {
      const value = rows[look * columns.length + i]!;
      return [column, perhapsUnknown.has(column) && Number.isNaN(value) ? undefined : value] as const;
    });
    const width = details.length / looks;
    const own = Array.from(details.subarray(look * width, (look + 1) * width));
    return { ...Object.fromEntries(entries), details: own } as unknown as TrainingMoment;
  });
  const first = numbers('first')[0]!;
  return {
    state,
    best: { score: score!, step: step!, weights },
    history,
    firstLoss: Number.isNaN(first) ? undefined : first,
  };
}
