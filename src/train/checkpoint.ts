import { readNpz, writeNpz, type NpyArray } from '../formats/index.ts';
import { visageError, type Tensor } from '../kernel/index.ts';
import type { TrainerState } from './trainer.ts';

const formatVersion = 1;

/**
 * Writes what a training needs to go on, as a `.npz` file: `checkpoint` (version, step), `weight/<name>`, and
 * `moment<i>/<name>` of the optimiser. Atomically: after a crash the file is the old or the new one.
 * @param label anything that settings follow from; reading asks for the same
 * @throws VisageError `FILE_UNWRITABLE`
 */
export async function writeCheckpoint(path: string, state: TrainerState, label = ''): Promise<void> {
  // Weights hardly compress.
  await writeNpz(path, checkpointArrays(state, label), { compress: false });
}

/** The arrays of {@link writeCheckpoint}, to which others may be added. */
export function checkpointArrays(state: TrainerState, label: string): Record<string, NpyArray> {
  const arrays: Record<string, NpyArray> = {
    checkpoint: { type: 'float64', dims: [2], data: Float64Array.of(formatVersion, state.optimiser.step) },
    label: { type: 'string', dims: [1], data: [label] },
  };
  for (const [name, tensor] of state.weights) arrays[`weight/${name}`] = tensor;
  for (const [name, lists] of state.optimiser.moments) {
    for (const [i, data] of lists.entries()) {
      arrays[`moment${i}/${name}`] = { type: 'float32', dims: [data.length], data };
    }
  }
  return arrays;
}

/**
 * Reads what {@link writeCheckpoint} wrote.
 * @throws VisageError `CHECKPOINT_INVALID`, and as `readNpz` does
 */
export async function readCheckpoint(path: string, label = ''): Promise<TrainerState> {
  return stateOfArrays(path, await readNpz(path), label);
}

/** What {@link checkpointArrays} gave. @throws VisageError `CHECKPOINT_INVALID` */
export function stateOfArrays(
  path: string,
  arrays: ReadonlyMap<string, NpyArray>,
  label: string,
): TrainerState {
  const invalid = (reason: string) => visageError('CHECKPOINT_INVALID', { path, reason });
  const head = arrays.get('checkpoint');
  if (head?.type !== 'float64' || head.data[0] !== formatVersion) throw invalid('it is of another kind');
  const written = arrays.get('label');
  if (written?.type !== 'string' || written.data[0] !== label) throw invalid('its settings are others');
  const weights = new Map<string, Tensor<'float32'>>();
  const moments = new Map<string, Float32Array[]>();
  for (const [key, array] of arrays) {
    const [, part, number, name] = /^(weight|moment(\d))\/(.+)$/.exec(key) ?? [];
    if (part === undefined || name === undefined) continue;
    if (array.type !== 'float32') throw invalid(`${key} is ${array.type}`);
    if (number === undefined) {
      weights.set(name, { type: 'float32', dims: array.dims, data: array.data });
      continue;
    }
    const lists = moments.get(name) ?? [];
    lists[Number(number)] = array.data;
    moments.set(name, lists);
  }
  return { weights, optimiser: { step: head.data[1]!, moments } };
}
