import { PickleFault } from './fault.ts';

/** Texts and long numbers of one pickle together. */
const maxTextBytes = 64 * 2 ** 20;
const maxIntegerBytes = 64;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The bytes of a pickle, read one piece after the other. Never reads outside of them. */
export class PickleInput {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #position: number;
  #textBytes = 0;

  constructor(bytes: Uint8Array, start: number) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#position = start;
  }

  get position(): number {
    return this.#position;
  }

  /** Steps over so many bytes; where they start. */
  take(count: number): number {
    const start = this.#position;
    if (count > this.#bytes.length - start) {
      throw new PickleFault(`it ends too early: ${count} bytes are announced at byte ${start}`);
    }
    this.#position = start + count;
    return start;
  }

  u8(): number {
    return this.#bytes[this.take(1)]!;
  }

  u32(): number {
    return this.#view.getUint32(this.take(4), true);
  }

  u64(): number {
    const value = Number(this.#view.getBigUint64(this.take(8), true));
    if (!Number.isSafeInteger(value)) throw new PickleFault('a length is impossible');
    return value;
  }

  /** A view, not a copy. */
  block(length: number): Uint8Array {
    const start = this.take(length);
    return this.#bytes.subarray(start, start + length);
  }

  #textBlock(length: number): Uint8Array {
    const block = this.block(length);
    this.#textBytes += length;
    if (this.#textBytes > maxTextBytes) throw new PickleFault('it holds too much text');
    return block;
  }

  text(length: number): string {
    try {
      return utf8.decode(this.#textBlock(length));
    } catch (thrown) {
      if (thrown instanceof PickleFault) throw thrown;
      throw new PickleFault('a text is not UTF-8');
    }
  }

  /** A string of Python 2. */
  latin1(length: number): string {
    const { buffer, byteOffset } = this.#textBlock(length);
    return Buffer.from(buffer, byteOffset, length).toString('latin1');
  }

  /** Up to the next line feed. */
  line(): string {
    const end = this.#bytes.indexOf(10, this.#position);
    if (end < 0 || end - this.#position > 1000) throw new PickleFault('a line has no end');
    const text = this.text(end - this.#position);
    this.#position = end + 1;
    return text;
  }

  /** Little-endian two's complement. */
  integer(length: number): number | bigint {
    if (length > maxIntegerBytes) throw new PickleFault(`a number has ${length} bytes`);
    let value = 0n;
    const block = this.block(length);
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(block[i]!);
    return narrow(BigInt.asIntN(8 * length, value));
  }

  u16(): number {
    return this.#view.getUint16(this.take(2), true);
  }

  i32(): number {
    return this.#view.getInt32(this.take(4), true);
  }

  /** The only number that is stored with its first byte first. */
  double(): number {
    return this.#view.getFloat64(this.take(8), false);
  }
}

const narrow = (value: bigint): number | bigint => {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
};

/** The argument of INT: a decimal, or `00` and `01` for truth values. */
export function integerText(text: string): number | bigint | boolean {
  if (text === '00' || text === '01') return text === '01';
  if (!/^-?\d{1,100}$/.test(text)) throw new PickleFault(`${JSON.stringify(text.slice(0, 40))} is no number`);
  return narrow(BigInt(text));
}
