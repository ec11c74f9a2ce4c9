import type { Hdf5File } from '../../formats/index.ts';
import type { NamedWeights, Tensor } from '../../kernel/index.ts';

/** Keras splits lists of names that exceed 64512 bytes into `<name>0`, `<name>1`, … */
const maxParts = 1000;

/** A list of names in an attribute, also one that Keras had to split; `undefined` where there is none. */
function names(file: Hdf5File, path: string, attribute: string): string[] | undefined {
  const whole = file.texts(path, attribute);
  if (whole !== undefined) return whole;
  const joined: string[] = [];
  for (let part = 0; part < maxParts; part++) {
    const more = file.texts(path, `${attribute}${part}`);
    if (more === undefined) return part === 0 ? undefined : joined;
    joined.push(...more);
  }
  return joined;
}

/**
 * The weights in a group that Keras wrote with `save_weights`, as `<layer>/<weight>`: the data set
 * `/<layer>/<layer>/kernel:0` becomes `<layer>/kernel`. `undefined` where the group names no layers.
 *
 * @param group `/model_weights` of a full model, `/` of a file with weights only
 * @param wanted which layers to read; others may hold what Visage has no use for
 * @throws VisageError `FORMAT_INVALID`, `FORMAT_UNSUPPORTED`
 */
export function readKerasWeights(
  file: Hdf5File,
  group: string,
  wanted: (layer: string) => boolean = () => true,
): NamedWeights | undefined {
  const layers = names(file, group, 'layer_names');
  if (layers === undefined) return undefined;
  const weights = new Map<string, Tensor<'float32'>>();
  for (const layer of new Set(layers)) {
    if (!wanted(layer)) continue;
    const path = `${group}/${layer}`;
    for (const weight of new Set(names(file, path, 'weight_names') ?? [])) {
      const part = weight.slice(weight.lastIndexOf('/') + 1).replace(/:\d+$/, '');
      weights.set(`${layer}/${part}`, file.floats(`${path}/${weight}`));
    }
  }
  return weights;
}
