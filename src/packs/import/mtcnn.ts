import {
  readNpyObjects,
  TorchCheckpoint,
  openByteSource,
  type FileSource,
  type NpyArray,
} from '../../formats/index.ts';
import { visageError, type NamedWeights, type Tensor } from '../../kernel/index.ts';
import { sniffedBytes, sniffWeights } from './sniff.ts';

/** A network of MTCNN: P-Net, R-Net, O-Net. */
export type MtcnnPart = 'pnet' | 'rnet' | 'onet';

/** The networks that a file holds, their weights by the names of davidsandberg's det1.npy to det3.npy. */
export type MtcnnWeights = Partial<Readonly<Record<MtcnnPart, NamedWeights>>>;

interface Layer {
  readonly name: string;
  /** facenet-pytorch's name. */
  readonly torch: string;
  readonly prelu?: number;
}

const layer = (name: string, torch: string, prelu?: number): Layer =>
  prelu === undefined ? { name, torch } : { name, torch, prelu };
const convolutions = (count: number): Layer[] =>
  Array.from({ length: count }, (_, i) => layer(`conv${i + 1}`, `conv${i + 1}`, i + 1));

/** Layers in the order of Keras' `get_weights`, which ipazc's file keeps: classification before regression. */
const layersOf: Readonly<Record<MtcnnPart, readonly Layer[]>> = {
  pnet: [...convolutions(3), layer('conv4-1', 'conv4_1'), layer('conv4-2', 'conv4_2')],
  rnet: [
    ...convolutions(3),
    layer('conv4', 'dense4', 4),
    layer('conv5-1', 'dense5_1'),
    layer('conv5-2', 'dense5_2'),
  ],
  onet: [
    ...convolutions(4),
    layer('conv5', 'dense5', 5),
    layer('conv6-1', 'dense6_1'),
    layer('conv6-2', 'dense6_2'),
    layer('conv6-3', 'dense6_3'),
  ],
};
const parts = Object.keys(layersOf) as MtcnnPart[];

/** The file holds something else. */
function unknown(path: string, reason: string): Error {
  return visageError('WEIGHTS_UNSUPPORTED', {
    path,
    reason,
    advice:
      'Import MTCNN from det1.npy, det2.npy and det3.npy, from mtcnn_weights.npy, or from pnet.pt, rnet.pt and onet.pt.',
  });
}

const isArray = (value: unknown): value is NpyArray =>
  typeof value === 'object' && value !== null && 'dims' in value && 'data' in value;

function floats(value: unknown, name: string, path: string): Tensor<'float32'> {
  if (isArray(value) && value.type === 'float32') return value;
  throw unknown(path, `${name} is not an array of float32`);
}

/** `PReLU1` and `prelu1` are one. */
const plainName = (layer: string): string => layer.toLowerCase();

/** One network: layer → part → array (davidsandberg/facenet, src/align, det1.npy to det3.npy). */
function fromLayers(content: ReadonlyMap<unknown, unknown>, path: string): MtcnnWeights {
  const weights = new Map<string, Tensor<'float32'>>();
  for (const [layer, tensors] of content) {
    if (typeof layer !== 'string' || !(tensors instanceof Map))
      throw unknown(path, 'it is no dict of layers');
    for (const [tensor, value] of tensors as Map<unknown, unknown>) {
      const name = `${plainName(layer)}/${String(tensor)}`;
      weights.set(name, floats(value, name, path));
    }
  }
  const part = parts.findLast((candidate) =>
    layersOf[candidate].every(({ name }) => weights.has(`${name}/weights`)),
  );
  if (part === undefined) {
    throw unknown(path, `its layers ${[...content.keys()].slice(0, 20).join(', ')} are none of MTCNN`);
  }
  return { [part]: weights };
}

/** All three: part → arrays in Keras' order (ipazc/mtcnn before 1.0, mtcnn_weights.npy). */
function fromLists(content: ReadonlyMap<unknown, unknown>, path: string): MtcnnWeights {
  const found: Partial<Record<MtcnnPart, NamedWeights>> = {};
  for (const part of parts) {
    const arrays = content.get(part);
    const names = layersOf[part].flatMap(({ name, prelu }) => [
      `${name}/weights`,
      `${name}/biases`,
      ...(prelu === undefined ? [] : [`prelu${prelu}/alpha`]),
    ]);
    if (!Array.isArray(arrays) || arrays.length !== names.length) {
      throw unknown(path, `it has no list of ${names.length} arrays called ${part}`);
    }
    found[part] = new Map(
      names.map((name, i) => {
        const tensor = floats(arrays[i], `${part} ${name}`, path);
        // Slopes are [1, 1, channels] there.
        return [name, name.endsWith('/alpha') ? { ...tensor, dims: [tensor.data.length] } : tensor];
      }),
    );
  }
  return found;
}

/** From [out, in, y, x] and [out, in] to [x, y, in, out] and [in, out]. */
const torchAxes: Readonly<Record<number, readonly number[]>> = { 4: [3, 2, 1, 0], 2: [1, 0] };

/** One network of facenet-pytorch, data/pnet.pt, rnet.pt or onet.pt. */
async function fromTorch(bytes: Uint8Array, path: string): Promise<MtcnnWeights> {
  const checkpoint = await TorchCheckpoint.open({ name: path, bytes });
  const { tensors } = checkpoint;
  const part = parts.findLast((candidate) =>
    layersOf[candidate].every(({ torch }) => tensors.has(`${torch}.weight`) && tensors.has(`${torch}.bias`)),
  );
  if (part === undefined) throw unknown(path, 'its tensors are none of MTCNN');
  const weights = new Map<string, Tensor<'float32'>>();
  const put = async (name: string, torch: string): Promise<void> => {
    const dims = tensors.get(torch)?.dims;
    if (dims === undefined) throw unknown(path, `${torch} is missing`);
    weights.set(name, await checkpoint.floats(torch, torchAxes[dims.length]));
  };
  for (const { name, torch, prelu } of layersOf[part]) {
    await put(`${name}/weights`, `${torch}.weight`);
    await put(`${name}/biases`, `${torch}.bias`);
    if (prelu !== undefined) await put(`prelu${prelu}/alpha`, `prelu${prelu}.weight`);
  }
  return { [part]: weights };
}

/** The largest published file has 3 MB. */
const maxFileBytes = 64 * 2 ** 20;

/**
 * Reads the networks of MTCNN that a file holds, told apart by content: davidsandberg's det1.npy,
 * det2.npy or det3.npy, ipazc's mtcnn_weights.npy, facenet-pytorch's pnet.pt, rnet.pt or onet.pt. The
 * published ones hold the same numbers. Nothing in the file is executed.
 *
 * @param source path of the file, or its bytes
 * @throws VisageError `FILE_NOT_FOUND`, `FILE_UNREADABLE`; `WEIGHTS_NOT_A_MODEL` for web pages, pointers
 *   and texts; `FORMAT_INVALID`, `FORMAT_UNSUPPORTED` for damaged files; `WEIGHTS_UNSUPPORTED`,
 *   `WEIGHTS_INVALID` for other networks
 */
export async function importMtcnn(source: FileSource): Promise<MtcnnWeights> {
  await using file = await openByteSource(source);
  const { name: path, sizeBytes } = file;
  const form = sniffWeights(await file.read(0, Math.min(sizeBytes, sniffedBytes)), sizeBytes, path);
  if (form !== 'npy' && form !== 'pickle' && form !== 'zip') throw unknown(path, `it is of the form ${form}`);
  if (sizeBytes > maxFileBytes) throw unknown(path, `it has ${sizeBytes} bytes, far more than MTCNN`);
  const bytes = await file.read(0, sizeBytes);
  const found = form === 'npy' ? fromNpy(bytes, path) : await fromTorch(bytes, path);
  for (const [part, weights] of Object.entries(found)) {
    for (const [name, { data }] of weights) {
      if (data.every(Number.isFinite)) continue;
      const reason = `${name} holds numbers that are infinite or not numbers`;
      throw visageError('WEIGHTS_INVALID', { path, network: `mtcnn-${part}`, reason });
    }
  }
  return found;
}

function fromNpy(bytes: Uint8Array, path: string): MtcnnWeights {
  const content = readNpyObjects(bytes, path);
  if (!(content instanceof Map)) throw unknown(path, 'it holds no dict');
  return parts.every((part) => content.has(part)) ? fromLists(content, path) : fromLayers(content, path);
}
