import { crc32 } from 'node:zlib';
import { pickle, PickleCall, PickleClass, PickleReference, PickleTuple } from './pickle-writer.ts';

/** A tensor to be saved, with a storage of its own. */
export interface SavedTensor {
  readonly dims: readonly number[];
  /** Of the view; row-major where absent. */
  readonly strides?: readonly number[];
  readonly offset?: number;
  /** The numbers of the storage as they lie in memory. */
  readonly data: Float32Array | BigInt64Array;
}

export type TorchForm = 'legacy' | 'zip';

const encoder = new TextEncoder();
const ordered = new PickleClass('collections', 'OrderedDict');
const rebuild = new PickleClass('torch._utils', '_rebuild_tensor_v2');

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

function rowMajor(dims: readonly number[]): number[] {
  const strides: number[] = [];
  let step = 1;
  for (const size of [...dims].reverse()) {
    strides.unshift(step);
    step *= size;
  }
  return strides;
}

export const orderedDict = (items: ReadonlyMap<unknown, unknown>, state?: unknown): PickleCall =>
  new PickleCall(ordered, [], items, state);

/** A `state_dict`, and the storages that it refers to by key. */
export interface PickledState {
  readonly content: PickleCall;
  readonly storages: ReadonlyMap<string, SavedTensor['data']>;
}

/** What `torch.save` makes of a `state_dict`. */
export function stateDictOf(tensors: ReadonlyMap<string, SavedTensor>, form: TorchForm): PickledState {
  const storages = new Map<string, SavedTensor['data']>();
  const items = new Map<string, PickleCall>();
  for (const [name, { dims, strides = rowMajor(dims), offset = 0, data }] of tensors) {
    // The older form takes addresses as keys, the newer one counts.
    const key = form === 'zip' ? String(storages.size) : String(94_897_569_342_944 + 64 * storages.size);
    storages.set(key, data);
    const storage = new PickleClass('torch', data instanceof Float32Array ? 'FloatStorage' : 'LongStorage');
    const id = ['storage', storage, key, 'cpu', data.length];
    items.set(
      name,
      new PickleCall(rebuild, [
        new PickleReference(new PickleTuple(...id, ...(form === 'legacy' ? [null] : []))),
        offset,
        new PickleTuple(...dims),
        new PickleTuple(...strides),
        false,
        orderedDict(new Map()),
      ]),
    );
  }
  const metadata = new Map([['', new Map([['version', 1]])]]);
  return {
    content: orderedDict(items, new Map([['_metadata', orderedDict(metadata)]])),
    storages,
  };
}

/** The older form (PyTorch before 1.6). */
export function legacyFile(content: unknown, storages: PickledState['storages']): Uint8Array {
  const sizes = new Map([
    ['short', 2],
    ['int', 4],
    ['long', 4],
  ]);
  const machine = new Map<string, unknown>([
    ['protocol_version', 1001],
    ['little_endian', true],
    ['type_sizes', sizes],
  ]);
  const keys = [...storages.keys()].sort();
  const pieces = [0x1950a86a20f9469cfc6cn, 1001, machine, content, keys].map(pickle);
  for (const key of keys) {
    const data = storages.get(key)!;
    pieces.push(bytesOf(BigInt64Array.of(BigInt(data.length))), bytesOf(data));
  }
  return new Uint8Array(Buffer.concat(pieces));
}

/** Appends little-endian numbers, given as [bytes, value], and what follows them; gives their length. */
function add(list: Uint8Array[], head: readonly (readonly number[])[], ...rest: Uint8Array[]): number {
  const bytes = head.flatMap(([size, value]) =>
    Array.from({ length: size! }, (_, i) => Math.floor(value! / 256 ** i) & 255),
  );
  list.push(Uint8Array.from(bytes), ...rest);
  return bytes.length + rest.reduce((sum, { length }) => sum + length, 0);
}

/** Entries that are stored as they are, their content at multiples of 64 bytes as PyTorch's writer puts it. */
export function storedZip(entries: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const pieces: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const [name, content] of entries) {
    const path = encoder.encode(name);
    const padding = new Uint8Array(64 - ((offset + 30 + path.length + 4) % 64) + 4);
    padding.set([0x46, 0x42, padding.length - 4, 0]);
    const common = [
      [2, 0],
      [2, 0],
      [4, 0],
      [4, crc32(content)],
      [4, content.length],
      [4, content.length],
      [2, path.length],
    ];
    const at = offset;
    offset += add(pieces, [[4, 0x04034b50], [2, 0], ...common, [2, padding.length]], path, padding, content);
    const rest = [
      [2, 0],
      [2, 0],
      [2, 0],
      [2, 0],
      [4, 0],
      [4, at],
    ];
    add(directory, [[4, 0x02014b50], [2, 0], [2, 0], ...common, ...rest], path);
  }
  const size = directory.reduce((sum, { length }) => sum + length, 0);
  const count = entries.size;
  const end = [
    [4, 0x06054b50],
    [4, 0],
    [2, count],
    [2, count],
    [4, size],
    [4, offset],
    [2, 0],
  ];
  add(directory, end);
  return new Uint8Array(Buffer.concat([...pieces, ...directory]));
}

/** The form of PyTorch since 1.6. */
export function zipFile(content: unknown, storages: PickledState['storages']): Uint8Array {
  return storedZip(
    new Map([
      ['archive/data.pkl', pickle(content)],
      ...[...storages].map(([key, data]) => [`archive/data/${key}`, bytesOf(data)] as const),
      ['archive/version', encoder.encode('3\n')],
    ]),
  );
}

/** A checkpoint that holds a `state_dict` alone. */
export function torchFile(tensors: ReadonlyMap<string, SavedTensor>, form: TorchForm): Uint8Array {
  const { content, storages } = stateDictOf(tensors, form);
  return (form === 'zip' ? zipFile : legacyFile)(content, storages);
}
