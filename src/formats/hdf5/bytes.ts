import { visageError } from '../../kernel/index.ts';

export const format = 'HDF5';

/** HDF5's "undefined address": all bits set. */
const undefinedAddress = 0xffffffffffffffffn;

/** The bytes of an HDF5 file, little-endian, every access checked. */
export class FileBytes {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly #view: DataView;

  constructor(name: string, bytes: Uint8Array) {
    this.name = name;
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get sizeBytes(): number {
    return this.bytes.length;
  }

  /** @throws VisageError `FORMAT_INVALID` always */
  fail(reason: string): never {
    throw visageError('FORMAT_INVALID', { path: this.name, format, reason });
  }

  /** @throws VisageError `FORMAT_UNSUPPORTED` always */
  unsupported(feature: string, allowed: string): never {
    throw visageError('FORMAT_UNSUPPORTED', { path: this.name, feature, format, allowed });
  }

  /** @throws VisageError `FORMAT_INVALID` where the file does not hold so many bytes from there on */
  check(position: number, length: number, what: string): void {
    if (position < 0 || length < 0 || position + length > this.bytes.length) {
      this.fail(`${what} lies at byte ${position} with ${length} bytes, but the file has ${this.sizeBytes}`);
    }
  }

  slice(position: number, length: number, what: string): Uint8Array {
    this.check(position, length, what);
    return this.bytes.subarray(position, position + length);
  }

  signature(position: number, wanted: string, what: string): void {
    const found = this.slice(position, wanted.length, what);
    for (let i = 0; i < wanted.length; i++) {
      if (found[i] !== wanted.charCodeAt(i)) this.fail(`there is no ${what} at byte ${position}`);
    }
  }

  u8(position: number): number {
    this.check(position, 1, 'a number');
    return this.#view.getUint8(position);
  }

  u16(position: number): number {
    this.check(position, 2, 'a number');
    return this.#view.getUint16(position, true);
  }

  u32(position: number): number {
    this.check(position, 4, 'a number');
    return this.#view.getUint32(position, true);
  }

  /** A size or count of 64 bits. No file that fits into memory needs more than 2⁵³. */
  u64(position: number): number {
    this.check(position, 8, 'a number');
    const value = this.#view.getBigUint64(position, true);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) this.fail(`the size ${value} at byte ${position} is absurd`);
    return Number(value);
  }

  /** The address of something else in the file, or `undefined` where there is none. */
  address(position: number): number | undefined {
    this.check(position, 8, 'an address');
    const value = this.#view.getBigUint64(position, true);
    if (value === undefinedAddress) return undefined;
    if (value >= BigInt(this.bytes.length)) {
      this.fail(`an address at byte ${position} points behind the end of the file (${value})`);
    }
    return Number(value);
  }
}
