/** What stands for Python objects that JavaScript has no literal for. */
export class PickleClass {
  readonly module: string;
  readonly name: string;
  constructor(module: string, name: string) {
    this.module = module;
    this.name = name;
  }
}
export class PickleTuple {
  readonly items: readonly unknown[];
  constructor(...items: readonly unknown[]) {
    this.items = items;
  }
}
/** `called(*args)`, then the items of a dict, then the state, as `__reduce__` gives them. */
export class PickleCall {
  readonly called: PickleClass;
  readonly args: PickleTuple;
  readonly items: ReadonlyMap<unknown, unknown> | undefined;
  readonly state: unknown;
  constructor(
    called: PickleClass,
    args: readonly unknown[],
    items?: ReadonlyMap<unknown, unknown>,
    state?: unknown,
  ) {
    this.called = called;
    this.args = new PickleTuple(...args);
    this.items = items;
    this.state = state;
  }
}
/** What `persistent_id` gives for an object that is kept elsewhere. */
export class PickleReference {
  readonly id: unknown;
  constructor(id: unknown) {
    this.id = id;
  }
}

const encoder = new TextEncoder();

/** Bytes of any length, written piece by piece. */
class Output {
  #bytes = new Uint8Array(1024);
  #length = 0;

  push(...bytes: readonly number[]): void {
    this.append(Uint8Array.from(bytes));
  }

  append(bytes: Uint8Array): void {
    if (this.#length + bytes.length > this.#bytes.length) {
      const larger = new Uint8Array(2 * (this.#length + bytes.length));
      larger.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = larger;
    }
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  u32(value: number): void {
    this.push(value & 255, (value >>> 8) & 255, (value >>> 16) & 255, value >>> 24);
  }

  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }
}

const code = (letter: string): number => letter.charCodeAt(0);

function write(out: Output, value: unknown): void {
  if (value === null || value === undefined) out.push(code('N'));
  else if (typeof value === 'boolean') out.push(value ? 0x88 : 0x89);
  else if (typeof value === 'bigint') {
    const bytes: number[] = [];
    // One byte more than the number needs holds its sign, as Python writes it.
    for (let rest = value; rest !== 0n || bytes.length === 0 || bytes.at(-1)! > 127; rest >>= 8n) {
      bytes.push(Number(rest & 255n));
    }
    out.push(0x8a, bytes.length, ...bytes);
  } else if (typeof value === 'number') {
    if (!Number.isInteger(value)) {
      const bytes = new Uint8Array(8);
      new DataView(bytes.buffer).setFloat64(0, value);
      out.push(code('G'), ...bytes);
    } else if (value >= 0 && value < 256) out.push(code('K'), value);
    else if (value >= 0 && value < 65536) out.push(code('M'), value & 255, value >> 8);
    else if (value === (value | 0)) {
      out.push(code('J'));
      out.u32(value >>> 0);
    } else write(out, BigInt(value));
  } else if (typeof value === 'string') {
    const bytes = encoder.encode(value);
    out.push(code('X'));
    out.u32(bytes.length);
    out.append(bytes);
  } else if (Array.isArray(value)) {
    out.push(code(']'), code('('));
    for (const item of value) write(out, item);
    out.push(code('e'));
  } else if (value instanceof Map) {
    out.push(code('}'));
    writeItems(out, value);
  } else if (value instanceof PickleTuple) {
    if (value.items.length === 0 || value.items.length > 3) {
      out.push(code('('));
      for (const item of value.items) write(out, item);
      out.push(code('t'));
    } else {
      for (const item of value.items) write(out, item);
      out.push(0x84 + value.items.length);
    }
  } else if (value instanceof PickleClass) {
    out.append(encoder.encode(`c${value.module}\n${value.name}\n`));
  } else if (value instanceof PickleCall) {
    write(out, value.called);
    write(out, value.args);
    out.push(code('R'));
    if (value.items !== undefined) writeItems(out, value.items);
    if (value.state !== undefined) {
      write(out, value.state);
      out.push(code('b'));
    }
  } else if (value instanceof PickleReference) {
    write(out, value.id);
    out.push(code('Q'));
  } else throw new TypeError(`no pickle for a ${typeof value}`);
}

function writeItems(out: Output, items: ReadonlyMap<unknown, unknown>): void {
  if (items.size === 0) return;
  out.push(code('('));
  for (const [key, value] of items) {
    write(out, key);
    write(out, value);
  }
  out.push(code('u'));
}

/** A pickle of protocol 2, as `pickle.dumps(value, protocol=2)` writes it but for its memo. */
export function pickle(value: unknown): Uint8Array {
  const out = new Output();
  out.push(0x80, 2);
  write(out, value);
  out.push(code('.'));
  return out.finish();
}
