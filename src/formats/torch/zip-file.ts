import { visageError } from '../../kernel/index.ts';
import { ZipArchive } from '../zip-archive.ts';
import type { TorchContainer } from './container.ts';
import type { TorchStorage } from './tensor.ts';
import { unpickleTorch } from './unpickle.ts';

/** Pickles of checkpoints take some hundred bytes a tensor. */
const maxPickleBytes = 64 * 2 ** 20;

/** Weight files that people find inside of archives. */
const weightFile = /\.(?:pb|h5|pt|pth|onnx|npy|ckpt[^/]*)$/i;

function otherArchive(path: string, names: readonly string[]): Error {
  const inside = names.find((name) => weightFile.test(name));
  const found =
    inside === undefined
      ? 'it is a zip archive, but torch.save did not write it (it has no data.pkl)'
      : `it is a zip archive that holds ${JSON.stringify(inside.slice(0, 200))}`;
  const advice =
    inside === undefined
      ? 'Import a checkpoint that torch.save wrote, or another weight file.'
      : 'Unpack it and import what it holds.';
  return visageError('WEIGHTS_NOT_A_MODEL', { path, found, advice });
}

/**
 * Opens the form that PyTorch writes since 1.6: a zip archive with one folder that holds `data.pkl` and
 * the storages `data/<key>`, stored without compression; since 2.1 also `byteorder`.
 *
 * @throws VisageError `FORMAT_INVALID`, `FORMAT_UNSUPPORTED`, `WEIGHTS_UNSUPPORTED`; `WEIGHTS_NOT_A_MODEL`
 *   for other archives
 */
export async function openZipFile(bytes: Uint8Array, path: string): Promise<TorchContainer> {
  const archive = await ZipArchive.open({ name: path, bytes });
  const fault = (reason: string): Error => visageError('FORMAT_INVALID', { path, format: 'PyTorch', reason });
  const names = [...archive.entries.keys()];
  const pickleName = names.find((name) => /^(?:[^/]+\/)?data\.pkl$/.test(name));
  if (pickleName === undefined) throw otherArchive(path, names);
  const folder = pickleName.slice(0, -'data.pkl'.length);
  if (names.some((name) => name.startsWith(`${folder}code/`))) {
    throw visageError('WEIGHTS_UNSUPPORTED', {
      path,
      reason: 'it is a TorchScript program, not a checkpoint',
      advice: 'Open it with torch.jit.load and save its weights alone: torch.save(model.state_dict(), FILE).',
    });
  }
  const pickleEntry = archive.entries.get(pickleName)!;
  if (pickleEntry.sizeBytes > maxPickleBytes) throw fault(`its data.pkl has ${pickleEntry.sizeBytes} bytes`);
  const orderEntry = archive.entries.get(`${folder}byteorder`);
  const orderBytes = orderEntry && orderEntry.sizeBytes <= 6 ? await archive.view(orderEntry) : undefined;
  const order = orderEntry === undefined ? 'little' : new TextDecoder().decode(orderBytes);
  if (order !== 'little' && order !== 'big') throw fault('its byte order is neither little nor big');
  const { value } = unpickleTorch(await archive.view(pickleEntry), path);
  /** Storages whose checksum was found to be right. */
  const checked = new Map<string, Uint8Array>();
  const read = async (storage: TorchStorage): Promise<Uint8Array> => {
    const entry = archive.entries.get(`${folder}data/${storage.key}`);
    if (entry === undefined) throw fault(`storage ${storage.key} is missing`);
    if (entry.method !== 0) throw fault(`storage ${storage.key} is compressed, which torch.save never does`);
    if (entry.sizeBytes !== storage.sizeBytes) {
      throw fault(`storage ${storage.key} has ${entry.sizeBytes} bytes, not ${storage.sizeBytes}`);
    }
    const found = checked.get(storage.key) ?? (await archive.view(entry));
    checked.set(storage.key, found);
    return found;
  };
  return { content: value, littleEndian: order === 'little', read };
}
