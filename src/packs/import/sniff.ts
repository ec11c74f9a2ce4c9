import { hdf5Signature } from '../../formats/index.ts';
import { visageError } from '../../kernel/index.ts';

/** Forms in which weights come, told apart by content alone. */
export type WeightForm =
  /** Keras, full model or weights. */
  | 'hdf5'
  /** PyTorch since 1.6, and other zip archives. */
  | 'zip'
  /** PyTorch before 1.6 and plain pickles. */
  | 'pickle'
  /** NumPy array, perhaps with pickled content. */
  | 'npy'
  | 'onnx'
  /** Frozen TensorFlow graph (`GraphDef`). */
  | 'tensorflow-graph';

/** How many bytes of the start {@link sniffWeights} wants to see. */
export const sniffedBytes = 4096;

const startsWith = (bytes: Uint8Array, start: ArrayLike<number>): boolean =>
  bytes.length >= start.length && Array.prototype.every.call(start, (byte, i) => bytes[i] === byte);

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Magic numbers of formats that are recognised, in order. */
const signatures: readonly (readonly [WeightForm, ArrayLike<number>])[] = [
  ['hdf5', hdf5Signature],
  ['zip', [0x50, 0x4b, 0x03, 0x04]],
  ['npy', [0x93, ...ascii('NUMPY')]],
];

/** What people save in place of a model, and what to say about it. */
const impostors: readonly { readonly start: RegExp; readonly found: string; readonly advice: string }[] = [
  {
    start: /^\s*(?:<!--.*?-->\s*)?<(?:!doctype|html|head|body|\?xml|script|title|meta)/is,
    found: 'a web page was saved instead of the file',
    advice:
      'Open the link in a browser and use its download button (raw or "download anyway"), then import what it saves.',
  },
  {
    start: /^version https:\/\/git-lfs/,
    found: 'it is a Git-LFS pointer, which only says where the weights are',
    advice: 'Run git lfs pull in the repository it comes from, or download the file from its web page.',
  },
  {
    start: /^\s*[{[]/,
    found: 'it is JSON, which may describe a network but holds no weights of one',
    advice: 'Import the file with the weights: .h5, .pt, .pb or .onnx.',
  },
];

const advice =
  'Import a FaceNet as Keras HDF5 (.h5), PyTorch checkpoint (.pt), frozen TensorFlow graph (.pb) or ONNX.';

/** Whether the bytes are text in UTF-8; the last character may be cut off. */
function isText(bytes: Uint8Array): boolean {
  if (bytes.some((byte) => byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d)) return false;
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}

/**
 * Reads the field that starts at `at` of a protobuf message: its number, wire type and, for fields with
 * a length, that length. `undefined` where there is no field.
 */
function protobufField(bytes: Uint8Array, at: number) {
  const varint = (): number | undefined => {
    let value = 0;
    for (let shift = 0; shift < 49; shift += 7) {
      const byte = bytes[at++];
      if (byte === undefined) return undefined;
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
    return undefined;
  };
  const key = varint();
  if (key === undefined) return undefined;
  const value = varint();
  return value === undefined ? undefined : { number: Math.floor(key / 8), wire: key & 7, value, next: at };
}

/** ONNX: `ModelProto` starts with its version (field 1, an integer) and has only fields 1 to 25. */
function isOnnx(bytes: Uint8Array): boolean {
  const first = protobufField(bytes, 0);
  if (first?.number !== 1 || first.wire !== 0 || first.value < 1 || first.value > 1000) return false;
  const second = protobufField(bytes, first.next);
  return second !== undefined && [2, 3, 4, 7, 8].includes(second.number) && second.wire === 2;
}

/**
 * TensorFlow's `SavedModel` starts as an ONNX model does: its version 1 (field 1), then field 2. There that
 * holds a `MetaGraphDef`, whose fields 1 and 2 are messages, and not the name of a program.
 */
function isSavedModel(bytes: Uint8Array): boolean {
  const version = protobufField(bytes, 0);
  if (version?.number !== 1 || version.wire !== 0 || version.value !== 1) return false;
  const meta = protobufField(bytes, version.next);
  if (meta?.number !== 2 || meta.wire !== 2) return false;
  const inner = protobufField(bytes, meta.next);
  if (inner === undefined || (inner.number !== 1 && inner.number !== 2) || inner.wire !== 2) return false;
  const text = bytes.subarray(meta.next, meta.next + meta.value);
  return inner.value <= meta.value && !isText(text);
}

const savedModelAdvice =
  'Its weights lie in the folder variables/ beside it. Freeze it into one .pb, or import the Keras (.h5) or PyTorch (.pt) weights of the same network.';

/** A frozen graph: `GraphDef` is a list of nodes (field 1), each of which starts with its name (field 1). */
function isTensorflowGraph(bytes: Uint8Array): boolean {
  const node = protobufField(bytes, 0);
  if (node?.number !== 1 || node.wire !== 2) return false;
  const name = protobufField(bytes, node.next);
  if (name?.number !== 1 || name.wire !== 2 || name.value > node.value || name.value > 1000) return false;
  const text = bytes.subarray(name.next, name.next + name.value);
  return text.length > 0 && isText(text);
}

/**
 * Tells the form of a weight file by its content; its name counts for nothing.
 * @param start the first bytes of the file, {@link sniffedBytes} or all there are
 * @param sizeBytes of the whole file
 * @throws VisageError `WEIGHTS_NOT_A_MODEL` with advice, for what people save in its place by mistake
 */
export function sniffWeights(start: Uint8Array, sizeBytes: number, path: string): WeightForm {
  if (sizeBytes === 0) throw visageError('WEIGHTS_NOT_A_MODEL', { path, found: 'it is empty', advice });
  const known = signatures.find(([, signature]) => startsWith(start, signature));
  if (known !== undefined) return known[0];
  // A pickle of protocol 2 or later starts with PROTO and its version; protocols 0 and 1 are older than PyTorch.
  if (start[0] === 0x80 && start[1] !== undefined && start[1] >= 2 && start[1] <= 5) return 'pickle';
  const head = new TextDecoder('utf-8').decode(start).replace(/^\uFEFF/, '');
  const impostor = impostors.find((candidate) => candidate.start.test(head));
  if (impostor !== undefined && isText(start)) {
    throw visageError('WEIGHTS_NOT_A_MODEL', { path, found: impostor.found, advice: impostor.advice });
  }
  if (isSavedModel(start)) {
    const found = 'it is a TensorFlow SavedModel, which describes a network and holds no weights of one';
    throw visageError('WEIGHTS_NOT_A_MODEL', { path, found, advice: savedModelAdvice });
  }
  if (isOnnx(start)) return 'onnx';
  if (isTensorflowGraph(start)) return 'tensorflow-graph';
  if (isText(start)) {
    const quoted = JSON.stringify(head.trim().slice(0, 60));
    throw visageError('WEIGHTS_NOT_A_MODEL', {
      path,
      found: `it is a text that starts with ${quoted}`,
      advice,
    });
  }
  const bytes = [...start.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
  throw visageError('WEIGHTS_NOT_A_MODEL', { path, found: `its first bytes are ${bytes}`, advice });
}
