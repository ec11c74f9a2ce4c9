import { visageError } from '../../kernel/index.ts';
import { unpickle } from '../pickle/index.ts';
import type { TorchContainer } from './container.ts';
import { unpickleTorch } from './unpickle.ts';

/** What the first pickle of a file holds (PyTorch, torch/serialization.py, `MAGIC_NUMBER`). */
const magicNumber = 0x1950a86a20f9469cfc6cn;
const protocolVersion = 1001;

const plain = new Map<string, never>();

/**
 * Opens the form that PyTorch wrote before 1.6 (`_legacy_save`): five pickles (magic number, protocol
 * version, facts about the machine, the object, the list of storage keys), then the storages in the
 * order of the list, each with the count of its numbers before it (int64). Numbers are little-endian
 * whatever the machine was.
 *
 * @throws VisageError `FORMAT_INVALID`, `FORMAT_UNSUPPORTED`, `WEIGHTS_UNSUPPORTED`
 */
export function openLegacyFile(bytes: Uint8Array, path: string): TorchContainer {
  const fault = (reason: string): Error => visageError('FORMAT_INVALID', { path, format: 'PyTorch', reason });

  const magic = unpickle(bytes, { path, globals: plain, refuse: () => otherPickle(path) });
  if (magic.value !== magicNumber) throw otherPickle(path);
  const version = unpickle(bytes, { path, globals: plain, start: magic.end });
  if (version.value !== protocolVersion) throw fault(`its protocol is not ${protocolVersion}`);
  const machine = unpickle(bytes, { path, globals: plain, start: version.end });
  const content = unpickleTorch(bytes, path, machine.end);
  const keys = unpickle(bytes, { path, globals: plain, start: content.end });
  if (!Array.isArray(keys.value)) throw fault('its list of storages is missing');

  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const places = new Map<string, Uint8Array>();
  let at = keys.end;
  for (const key of keys.value as unknown[]) {
    const storage = typeof key === 'string' ? content.storages.get(key) : undefined;
    if (storage === undefined || places.has(storage.key)) throw fault('its list of storages is wrong');
    if (at + 8 > bytes.length) throw fault(`it ends before storage ${storage.key}`);
    const count = view.getBigInt64(at, true);
    if (count !== BigInt(storage.count)) {
      throw fault(`storage ${storage.key} has ${count} numbers, not ${storage.count}`);
    }
    at += 8;
    if (storage.sizeBytes > bytes.length - at) throw fault(`it ends inside storage ${storage.key}`);
    places.set(storage.key, bytes.subarray(at, at + storage.sizeBytes));
    at += storage.sizeBytes;
  }
  return {
    content: content.value,
    littleEndian: true,
    read: async ({ key }) => places.get(key) ?? Promise.reject(fault(`storage ${key} is missing`)),
  };
}

const otherPickle = (path: string): Error =>
  visageError('WEIGHTS_UNSUPPORTED', {
    path,
    reason: 'it is a Python pickle, but not one that torch.save wrote',
    advice: 'Save the weights with torch.save(model.state_dict(), FILE).',
  });
