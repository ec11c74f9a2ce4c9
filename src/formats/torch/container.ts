import type { TorchStorage } from './tensor.ts';

/** An open checkpoint of either form. */
export interface TorchContainer {
  /** What was saved: tensors in plain containers. */
  readonly content: unknown;
  /** Byte order of the numbers in storages. */
  readonly littleEndian: boolean;
  /** The bytes of a storage, exactly as many as it says. @throws VisageError `FORMAT_INVALID` */
  read(storage: TorchStorage): Promise<Uint8Array>;
}
