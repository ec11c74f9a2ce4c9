import { visageError, type NamedWeights, type Tensor } from '../../kernel/index.ts';
import { openByteSource, type FileSource } from '../byte-source.ts';
import type { TorchContainer } from './container.ts';
import { openLegacyFile } from './legacy-file.ts';
import { stateDict } from './state-dict.ts';
import { torchFloats, type TorchTensor } from './tensor.ts';
import { openZipFile } from './zip-file.ts';

/** Files are read as a whole; ten times the largest FaceNet. */
const maxFileBytes = 2 ** 30;

/** How often the whole content may be read: honest tensors share little, hostile ones could ask for more than memory. */
const maxReadings = 4;
/** What may be read in any case. */
const freeBytes = 2 ** 20;

const isZip = (bytes: Uint8Array): boolean => bytes[0] === 0x50 && bytes[1] === 0x4b;

/**
 * The weights in a file that `torch.save` wrote: the zip form and the older one, told apart by content.
 * A restricted unpickler builds tensors and plain containers and refuses everything else by name;
 * nothing of the file is ever run. Tensors are views of storages and are read one by one.
 */
export class TorchCheckpoint {
  /** What errors call the file. */
  readonly name: string;
  /** Tensors by name: those of the `state_dict`, without wrapping dicts and `module.` prefixes. */
  readonly tensors: ReadonlyMap<string, TorchTensor>;
  readonly #container: TorchContainer;
  #budgetBytes: number;

  private constructor(name: string, container: TorchContainer, sizeBytes: number) {
    this.name = name;
    this.tensors = stateDict(container.content, name);
    this.#container = container;
    this.#budgetBytes = maxReadings * sizeBytes + freeBytes;
  }

  /**
   * @throws VisageError `FILE_NOT_FOUND`, `FILE_UNREADABLE`; `FORMAT_INVALID`, `FORMAT_UNSUPPORTED` for
   *   damaged files and those that hold more than tensors; `WEIGHTS_UNSUPPORTED` for whole modules and
   *   programs; `WEIGHTS_NOT_A_MODEL` for other archives
   */
  static async open(source: FileSource): Promise<TorchCheckpoint> {
    await using file = await openByteSource(source);
    const { name, sizeBytes } = file;
    if (sizeBytes > maxFileBytes) {
      const feature = `a size of ${sizeBytes} bytes`;
      const allowed = `up to ${maxFileBytes} bytes`;
      throw visageError('FORMAT_UNSUPPORTED', { path: name, feature, format: 'PyTorch', allowed });
    }
    const bytes = await file.read(0, sizeBytes);
    const container = isZip(bytes) ? await openZipFile(bytes, name) : openLegacyFile(bytes, name);
    return new TorchCheckpoint(name, container, sizeBytes);
  }

  /**
   * The numbers of one of {@link tensors} as float32, row by row.
   * @param axes the order of axes to give them in, e.g. [2, 3, 1, 0] for [out, in, height, width] →
   *   [height, width, in, out]; a permuted view in the file costs nothing then
   * @throws VisageError `FORMAT_INVALID`; `FORMAT_UNSUPPORTED` for whole numbers
   */
  async floats(name: string, axes?: readonly number[]): Promise<Tensor<'float32'>> {
    const stored = this.tensors.get(name)!;
    const tensor = axes === undefined ? stored : stored.permuted(axes);
    if (!tensor.isFloating) {
      const feature = `the element type ${tensor.type} of ${name}`;
      const allowed = 'float16, bfloat16, float32, float64';
      throw visageError('FORMAT_UNSUPPORTED', { path: this.name, feature, format: 'PyTorch', allowed });
    }
    this.#budgetBytes -= 4 * Math.max(tensor.count, tensor.reach);
    if (!(this.#budgetBytes >= 0)) {
      const reason = 'its tensors together are larger than the file';
      throw visageError('FORMAT_INVALID', { path: this.name, format: 'PyTorch', reason });
    }
    const bytes = await this.#container.read(tensor.storage);
    return torchFloats(tensor, bytes, this.#container.littleEndian);
  }
}

/**
 * All weights of a checkpoint in PyTorch's own order of axes; whole numbers, such as
 * `num_batches_tracked`, are left out. Throws as {@link TorchCheckpoint} does.
 */
export async function readTorchWeights(source: FileSource): Promise<NamedWeights> {
  const checkpoint = await TorchCheckpoint.open(source);
  const weights = new Map<string, Tensor<'float32'>>();
  for (const [name, tensor] of checkpoint.tensors) {
    if (tensor.isFloating) weights.set(name, await checkpoint.floats(name));
  }
  return weights;
}
