import { visageError } from '../../kernel/index.ts';
import { PickleFault, unpickle } from '../pickle/index.ts';
import { torchGlobals, TorchStorageType } from './globals.ts';
import { TorchStorage } from './tensor.ts';

/** What a pickle of PyTorch holds. */
export interface TorchPickle {
  readonly value: unknown;
  /** Storages that its tensors refer to, by their keys. */
  readonly storages: ReadonlyMap<string, TorchStorage>;
  /** Where the pickle ends. */
  readonly end: number;
}

/** A whole network as a Python object, not its weights alone. */
export const savedModule = (path: string, what: string): Error =>
  visageError('WEIGHTS_UNSUPPORTED', {
    path,
    reason: `it is a whole pickled module (${what}), which only its own Python code can open`,
    advice:
      'Open it with PyTorch where it comes from, and save its weights alone: torch.save(model.state_dict(), FILE).',
  });

/** Whether the pickle names classes of layers, as only whole modules do. */
const namesLayers = ({ buffer, byteOffset, byteLength }: Uint8Array): boolean =>
  Buffer.from(buffer, byteOffset, byteLength).includes('torch.nn.modules');

/**
 * Reads a pickle in which tensors refer to storages outside of it.
 * @throws VisageError `FORMAT_INVALID`; `FORMAT_UNSUPPORTED` naming whatever is not a tensor or a plain
 *   container; `WEIGHTS_UNSUPPORTED` for whole modules
 */
export function unpickleTorch(bytes: Uint8Array, path: string, start = 0): TorchPickle {
  const storages = new Map<string, TorchStorage>();
  const load = (id: unknown): TorchStorage => {
    if (!Array.isArray(id)) throw new PickleFault('it refers to something outside in an unknown way');
    const [kind, type, key, , count, view = null] = id as unknown[];
    if (kind === 'module') throw savedModule(path, 'its layers are Python objects');
    const known = kind === 'storage' && type instanceof TorchStorageType && typeof key === 'string';
    if (!known || typeof count !== 'number' || !Number.isSafeInteger(count) || count < 0) {
      throw new PickleFault('it refers to a storage in an unknown way');
    }
    if (view !== null) throw new PickleFault('it refers to a part of a storage, as PyTorch before 0.4 did');
    const before = storages.get(key);
    if (before === undefined) {
      const storage = new TorchStorage(key, type.type, count);
      storages.set(key, storage);
      return storage;
    }
    if (before.type !== type.type || before.count !== count) {
      throw new PickleFault(`it describes the storage ${key} in two ways`);
    }
    return before;
  };
  const refuse = (name: string): Error => {
    if (namesLayers(bytes.subarray(start, start + maxScannedBytes))) return savedModule(path, name);
    return visageError('FORMAT_UNSUPPORTED', {
      path,
      feature: `the global ${JSON.stringify(name.slice(0, 200))}`,
      format: 'PyTorch',
      allowed: 'tensors and plain containers, such as a state_dict; code is never run',
    });
  };
  const { value, end } = unpickle(bytes, { path, start, globals: torchGlobals, load, refuse });
  return { value, storages, end };
}

/** Where to look for the names of layers: pickles of modules are shorter than this. */
const maxScannedBytes = 2 ** 20;
