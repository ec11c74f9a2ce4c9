import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { File, ready, type Group } from 'h5wasm/node';
import type { NamedWeights } from '../../src/kernel/index.ts';

export interface KerasFileOptions {
  /** `model_config`; a file without one holds weights only. */
  readonly config?: unknown;
  /** Layers without weights that get their group as well. */
  readonly otherLayers?: readonly string[];
  /** `fixed`: null-padded, as h5py 2 wrote lists; `varying`: as h5py 3. */
  readonly texts?: 'fixed' | 'varying';
}

/**
 * An HDF5 file as Keras writes it, made by the HDF5 library itself (h5wasm): superblock 0, groups with
 * symbol tables, data sets under `<layer>/<layer>/`.
 */
export async function kerasFile(weights: NamedWeights, options: KerasFileOptions = {}): Promise<Uint8Array> {
  const { config, otherLayers = [], texts = 'fixed' } = options;
  await ready;
  // The library writes to the real file system.
  const folder = await mkdtemp(join(tmpdir(), 'visage-keras-'));
  const name = join(folder, 'keras.h5');
  const file = new File(name, 'w', { libver: ['earliest', 'latest'] });
  const list = (group: Group, attribute: string, values: readonly string[]): void => {
    // Keras writes an empty list as an empty array of float64.
    if (values.length === 0) group.create_attribute(attribute, new Float64Array(), [0], '<d');
    else if (texts === 'varying') group.create_attribute(attribute, [...values], [values.length], 'S');
    else {
      const size = Math.max(...values.map((value) => value.length));
      group.create_attribute(attribute, [...values], [values.length], `S${size}`);
    }
  };
  try {
    const root: Group = config === undefined ? file : file.create_group('model_weights');
    if (config !== undefined) file.create_attribute('model_config', JSON.stringify(config), [], 'S');
    file.create_attribute('keras_version', '2.1.2', [], 'S');
    file.create_attribute('backend', 'tensorflow', [], 'S');
    const layers = new Map<string, string[]>(otherLayers.map((layer) => [layer, []]));
    for (const key of weights.keys()) {
      const layer = key.slice(0, key.lastIndexOf('/'));
      const parts = layers.get(layer) ?? [];
      parts.push(key.slice(key.lastIndexOf('/') + 1));
      layers.set(layer, parts);
    }
    list(root, 'layer_names', [...layers.keys()]);
    for (const [layer, parts] of layers) {
      const group = root.create_group(layer);
      list(
        group,
        'weight_names',
        parts.map((part) => `${layer}/${part}:0`),
      );
      if (parts.length === 0) continue;
      const inner = group.create_group(layer);
      for (const part of parts) {
        const { dims, data } = weights.get(`${layer}/${part}`)!;
        inner.create_dataset({ name: `${part}:0`, data, shape: [...dims], dtype: '<f' });
      }
    }
    file.close();
    return await readFile(name);
  } finally {
    await rm(folder, { recursive: true });
  }
}
