/**
 * The Protocol Buffers wire format (protobuf.dev/programming-guides/encoding): just what ONNX and
 * TensorFlow need. Groups (wire types 3 and 4) are refused; neither ever used them.
 */

/** What follows a tag. */
export type WireType = 0 | 1 | 2 | 5;

/** Bytes that are not what the wire format allows. The decoder turns it into a coded error. */
export class WireError extends Error {
  override readonly name = 'WireError';
}

const textEncoder = new TextEncoder();
const textDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Collects the fields of one message. Long byte runs are kept by reference until {@link finish}, so
 * writing a model costs one copy of its weights.
 */
export class WireWriter {
  readonly #pieces: Uint8Array[] = [];
  #small: number[] = [];
  #length = 0;

  /** Bytes written so far. */
  get length(): number {
    return this.#length;
  }

  #byte(value: number): void {
    this.#small.push(value);
    this.#length++;
  }

  #flush(): void {
    if (this.#small.length === 0) return;
    this.#pieces.push(Uint8Array.from(this.#small));
    this.#small = [];
  }

  /** @param value a whole number in [0, 2⁵³) or any int64 (negative ones take ten bytes, two's complement). */
  varint(value: number | bigint): void {
    if (typeof value === 'number' && value >= 0) {
      let rest = value;
      while (rest >= 128) {
        this.#byte((rest % 128) | 128);
        rest = Math.floor(rest / 128);
      }
      this.#byte(rest);
      return;
    }
    let rest = BigInt.asUintN(64, BigInt(value));
    while (rest >= 128n) {
      this.#byte(Number(rest & 127n) | 128);
      rest >>= 7n;
    }
    this.#byte(Number(rest));
  }

  #tag(field: number, type: WireType): void {
    this.varint(field * 8 + type);
  }

  int(field: number, value: number | bigint): void {
    this.#tag(field, 0);
    this.varint(value);
  }

  float(field: number, value: number): void {
    this.#tag(field, 5);
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    for (const byte of bytes) this.#byte(byte);
  }

  bytes(field: number, value: Uint8Array): void {
    this.#tag(field, 2);
    this.varint(value.length);
    this.raw(value);
  }

  text(field: number, value: string): void {
    this.bytes(field, textEncoder.encode(value));
  }

  message(field: number, message: WireWriter): void {
    this.#tag(field, 2);
    this.varint(message.#length);
    message.#flush();
    this.#flush();
    for (const piece of message.#pieces) this.#pieces.push(piece);
    this.#length += message.#length;
  }

  packedFloats(field: number, values: readonly number[]): void {
    const bytes = new Uint8Array(4 * values.length);
    const view = new DataView(bytes.buffer);
    for (let i = 0; i < values.length; i++) view.setFloat32(4 * i, values[i]!, true);
    this.bytes(field, bytes);
  }

  packedInts(field: number, values: readonly (number | bigint)[]): void {
    const packed = new WireWriter();
    for (const value of values) packed.varint(value);
    this.message(field, packed);
  }

  /** Bytes that already are whole fields. */
  raw(value: Uint8Array): void {
    this.#flush();
    this.#pieces.push(value);
    this.#length += value.length;
  }

  finish(): Uint8Array {
    this.#flush();
    const all = new Uint8Array(this.#length);
    let position = 0;
    for (const piece of this.#pieces) {
      all.set(piece, position);
      position += piece.length;
    }
    return all;
  }
}

/**
 * What a file may ask for. A field of two bytes becomes an object of hundreds in memory, and a number of
 * one byte a bigint of thirty: a message and all inside of it share one budget, which only hostile files
 * use up.
 */
export class WireBudget {
  #left: number;

  /** @param fields in all; a packed whole number counts as a sixteenth of one */
  constructor(fields: number) {
    this.#left = 16 * fields;
  }

  spend(sixteenths: number): void {
    this.#left -= sixteenths;
    if (this.#left < 0) throw new WireError('it has more fields than any real file');
  }
}

/** Reads the fields of one message one after the other. Never reads outside its bytes. */
export class WireReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #position = 0;
  #fieldStart = 0;
  #type: WireType = 0;

  readonly #budget: WireBudget | undefined;

  /** @param budget of the file; the readers of messages inside of others are given the same */
  constructor(bytes: Uint8Array, budget?: WireBudget) {
    this.#bytes = bytes;
    this.#budget = budget;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get done(): boolean {
    return this.#position >= this.#bytes.length;
  }

  /** What the value of the field is: 2 for bytes, and for many numbers packed into bytes. */
  get type(): WireType {
    return this.#type;
  }

  /** The number of the next field; its value must be read or skipped next. */
  field(): number {
    this.#budget?.spend(16);
    this.#fieldStart = this.#position;
    const tag = this.#smallVarint();
    const type = tag % 8;
    if (type !== 0 && type !== 1 && type !== 2 && type !== 5) throw new WireError(`wire type ${type}`);
    this.#type = type;
    const field = Math.floor(tag / 8);
    if (field < 1 || field > 536870911) throw new WireError(`field number ${field}`);
    return field;
  }

  #expect(type: WireType): void {
    if (this.#type !== type) throw new WireError(`wire type ${this.#type} where ${type} belongs`);
  }

  #take(count: number): number {
    const start = this.#position;
    if (count > this.#bytes.length - start) {
      throw new WireError(`${count} bytes announced, ${this.#bytes.length - start} left`);
    }
    this.#position = start + count;
    return start;
  }

  #varint(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#bytes[this.#take(1)]!;
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return BigInt.asUintN(64, value);
    }
    throw new WireError('a varint of more than ten bytes');
  }

  /** A varint up to 2⁵³ − 1: tags, lengths. */
  #smallVarint(): number {
    let value = 0;
    let scale = 1;
    for (let i = 0; i < 8; i++) {
      const byte = this.#bytes[this.#take(1)]!;
      value += (byte & 127) * scale;
      if (byte < 128) {
        if (value > Number.MAX_SAFE_INTEGER) break;
        return value;
      }
      scale *= 128;
    }
    throw new WireError('a length or tag beyond 2^53');
  }

  /** A signed 64-bit number. */
  bigint(): bigint {
    this.#expect(0);
    return BigInt.asIntN(64, this.#varint());
  }

  /** A signed whole number that fits a double exactly. */
  int(): number {
    const value = this.bigint();
    const number = Number(value);
    if (!Number.isSafeInteger(number)) throw new WireError(`${value} is beyond 2^53`);
    return number;
  }

  float(): number {
    this.#expect(5);
    return this.#view.getFloat32(this.#take(4), true);
  }

  /** A view of the field's bytes, not a copy. */
  bytes(): Uint8Array {
    this.#expect(2);
    const length = this.#smallVarint();
    const start = this.#take(length);
    return this.#bytes.subarray(start, start + length);
  }

  text(): string {
    try {
      return textDecoder.decode(this.bytes());
    } catch (cause) {
      if (cause instanceof WireError) throw cause;
      throw new WireError('a text that is not UTF-8');
    }
  }

  /** A repeated number field: one number, or many packed into bytes. */
  floats(into: number[]): void {
    if (this.#type === 5) into.push(this.float());
    else this.#packed(4, (view, at) => into.push(view.getFloat32(at, true)));
  }

  doubles(into: number[]): void {
    if (this.#type === 1) into.push(this.#view.getFloat64(this.#take(8), true));
    else this.#packed(8, (view, at) => into.push(view.getFloat64(at, true)));
  }

  bigints(into: bigint[]): void {
    if (this.#type === 0) {
      into.push(this.bigint());
      return;
    }
    const packed = new WireReader(this.bytes());
    while (!packed.done) {
      this.#budget?.spend(1);
      into.push(BigInt.asIntN(64, packed.#varint()));
    }
  }

  #packed(width: number, read: (view: DataView, at: number) => void): void {
    const bytes = this.bytes();
    if (bytes.length % width !== 0) throw new WireError(`${bytes.length} bytes of ${width}-byte numbers`);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let at = 0; at < bytes.length; at += width) read(view, at);
  }

  /** Steps over the value; returns the whole field, tag included, so that it can be written back. */
  skip(): Uint8Array {
    if (this.#type === 0) this.#varint();
    else if (this.#type === 1) this.#take(8);
    else if (this.#type === 5) this.#take(4);
    else this.bytes();
    return this.#bytes.subarray(this.#fieldStart, this.#position);
  }
}
