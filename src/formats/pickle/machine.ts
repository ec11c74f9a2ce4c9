import { visageError } from '../../kernel/index.ts';
import { PickleFault } from './fault.ts';
import { integerText, PickleInput } from './input.ts';
import { op } from './opcodes.ts';

/** A class or function that a pickle may name, e.g. `collections.OrderedDict`. */
export interface PickleGlobal {
  readonly name: string;
  /** Absent where the name may be mentioned, but not called. */
  readonly call?: (args: readonly unknown[]) => unknown;
}

/** Objects that take the state that a pickle gives them after they are made (`__setstate__`). */
export interface PickleState {
  setState(state: unknown): void;
}

export interface UnpickleOptions {
  /** What errors call the file. */
  readonly path: string;
  /** All that may be named, as `module.name`. Nothing else is ever looked up or called. */
  readonly globals: ReadonlyMap<string, PickleGlobal>;
  /** Gives the object that a persistent id stands for (`Unpickler.persistent_load`). */
  readonly load?: (id: unknown) => unknown;
  /** The error for a name that is not in `globals`; by default `FORMAT_UNSUPPORTED`. */
  readonly refuse?: (name: string) => Error;
  /** Where the pickle starts. */
  readonly start?: number;
}

/** Far beyond what checkpoints hold (a network of 716 tensors takes 25 000), and still quick and small. */
const maxOperations = 1_000_000;

/**
 * Runs one pickle on a stack machine that can only build plain values and what `globals` allows.
 *
 * Python's types become: `None` null, `int` number or, beyond 2⁵³, bigint, `float` number, `str` string,
 * `bytes` Uint8Array (a view), `list` and `tuple` array, `dict` Map, `set` Set. Strings of Python 2 are
 * taken as Latin-1, as `encoding='latin1'` does in Python. Containers can be shared and can hold
 * themselves; whoever walks them has to remember where it was.
 *
 * Work and memory are bounded by the length of the pickle and by a million operations.
 *
 * @returns the value and where the pickle ends
 * @throws VisageError `FORMAT_INVALID` for what is no pickle or asks for the impossible,
 *   `FORMAT_UNSUPPORTED` for names outside of `globals`
 */
export function unpickle(bytes: Uint8Array, options: UnpickleOptions): { value: unknown; end: number } {
  try {
    return new PickleMachine(bytes, options).run();
  } catch (thrown) {
    if (!(thrown instanceof PickleFault)) throw thrown;
    const { path } = options;
    throw visageError('FORMAT_INVALID', { path, format: 'pickle', reason: thrown.message }, thrown);
  }
}

function refusal(path: string, name: string): Error {
  const feature = `the global ${JSON.stringify(name.slice(0, 200))}`;
  return visageError('FORMAT_UNSUPPORTED', {
    path,
    feature,
    format: 'pickle',
    allowed: 'arrays of numbers and plain containers; code is never run',
  });
}

const canTakeState = (value: unknown): value is PickleState =>
  typeof value === 'object' && value !== null && 'setState' in value && typeof value.setState === 'function';

class PickleMachine {
  readonly #input: PickleInput;
  readonly #options: UnpickleOptions;
  readonly #memo = new Map<number, unknown>();
  /** Starts of the stack's parts. */
  readonly #marks: number[] = [];
  /** What may be called: nothing but what the pickle itself has named. */
  readonly #named = new Set<unknown>();
  readonly #stack: unknown[] = [];

  constructor(bytes: Uint8Array, options: UnpickleOptions) {
    this.#input = new PickleInput(bytes, options.start ?? 0);
    this.#options = options;
  }

  #pop(): unknown {
    if (this.#stack.length <= (this.#marks.at(-1) ?? 0)) throw new PickleFault('its stack is empty');
    return this.#stack.pop();
  }

  #top(): unknown {
    if (this.#stack.length <= (this.#marks.at(-1) ?? 0)) throw new PickleFault('its stack is empty');
    return this.#stack.at(-1);
  }

  #popMark(): unknown[] {
    const mark = this.#marks.pop();
    if (mark === undefined) throw new PickleFault('a mark is missing');
    return this.#stack.splice(mark);
  }

  #tuple(length: number): void {
    const items = Array.from({ length }, () => this.#pop());
    this.#stack.push(items.reverse());
  }

  #list(): unknown[] {
    const list = this.#top();
    if (!Array.isArray(list)) throw new PickleFault('something is appended to what is no list');
    return list as unknown[];
  }

  #setItems(items: readonly unknown[]): void {
    const dict = this.#top();
    if (!(dict instanceof Map)) throw new PickleFault('something is put into what is no dict');
    if (items.length % 2 !== 0) throw new PickleFault('a key has no value');
    for (let i = 0; i < items.length; i += 2) dict.set(items[i], items[i + 1]);
  }

  #addItems(items: readonly unknown[]): void {
    const set = this.#top();
    if (!(set instanceof Set)) throw new PickleFault('something is added to what is no set');
    for (const item of items) set.add(item);
  }

  #global(module: unknown, name: unknown): void {
    if (typeof module !== 'string' || typeof name !== 'string') throw new PickleFault('a name is no text');
    const whole = `${module}.${name}`;
    const found = this.#options.globals.get(whole);
    if (found === undefined) {
      throw this.#options.refuse?.(whole) ?? refusal(this.#options.path, whole);
    }
    this.#named.add(found);
    this.#stack.push(found);
  }

  #call(): void {
    const args = this.#pop();
    const called = this.#pop();
    if (!this.#named.has(called)) throw new PickleFault('it calls what is no function');
    const { name, call } = called as PickleGlobal;
    if (!Array.isArray(args)) throw new PickleFault(`it calls ${name} without a list of arguments`);
    if (call === undefined) throw new PickleFault(`it calls ${name}, which it may only mention`);
    this.#stack.push(call(args));
  }

  #build(): void {
    const state = this.#pop();
    const object = this.#top();
    if (canTakeState(object)) object.setState(state);
    // What Python would keep as attributes of a container (`_metadata` of a state dict) has no use here.
    else if (!(object instanceof Map)) throw new PickleFault('it gives a state to what takes none');
  }

  #put(index: number): void {
    this.#memo.set(index, this.#top());
  }

  #get(index: number): void {
    if (!this.#memo.has(index)) throw new PickleFault(`it recalls ${index}, which it never remembered`);
    this.#stack.push(this.#memo.get(index));
  }

  run(): { value: unknown; end: number } {
    const stack = this.#stack;
    for (let operations = 0; ; operations++) {
      if (operations > maxOperations) throw new PickleFault(`it takes over ${maxOperations} operations`);
      const at = this.#input.position;
      const code = this.#input.u8();
      switch (code) {
        case op.STOP: {
          const value = this.#pop();
          return { value, end: this.#input.position };
        }
        case op.PROTO: {
          const protocol = this.#input.u8();
          if (protocol > 5) throw new PickleFault(`it has protocol ${protocol}; known are 2 to 5`);
          break;
        }
        case op.FRAME:
          this.#input.take(8);
          break;
        case op.MARK:
          this.#marks.push(stack.length);
          break;
        case op.POP:
          this.#pop();
          break;
        case op.POP_MARK:
          this.#popMark();
          break;
        case op.DUP:
          stack.push(this.#top());
          break;
        case op.NONE:
          stack.push(null);
          break;
        case op.NEWTRUE:
          stack.push(true);
          break;
        case op.NEWFALSE:
          stack.push(false);
          break;
        case op.INT:
          stack.push(integerText(this.#input.line()));
          break;
        case op.BININT:
          stack.push(this.#input.i32());
          break;
        case op.BININT1:
          stack.push(this.#input.u8());
          break;
        case op.BININT2:
          stack.push(this.#input.u16());
          break;
        case op.LONG1:
          stack.push(this.#input.integer(this.#input.u8()));
          break;
        case op.BINFLOAT:
          stack.push(this.#input.double());
          break;
        case op.BINSTRING:
          stack.push(this.#input.latin1(this.#input.u32()));
          break;
        case op.SHORT_BINSTRING:
          stack.push(this.#input.latin1(this.#input.u8()));
          break;
        case op.BINUNICODE:
          stack.push(this.#input.text(this.#input.u32()));
          break;
        case op.SHORT_BINUNICODE:
          stack.push(this.#input.text(this.#input.u8()));
          break;
        case op.BINUNICODE8:
          stack.push(this.#input.text(this.#input.u64()));
          break;
        case op.BINBYTES:
          stack.push(this.#input.block(this.#input.u32()));
          break;
        case op.SHORT_BINBYTES:
          stack.push(this.#input.block(this.#input.u8()));
          break;
        case op.BINBYTES8:
          stack.push(this.#input.block(this.#input.u64()));
          break;
        case op.EMPTY_TUPLE:
        case op.EMPTY_LIST:
          stack.push([]);
          break;
        case op.TUPLE:
          stack.push(this.#popMark());
          break;
        case op.TUPLE1:
        case op.TUPLE2:
        case op.TUPLE3:
          this.#tuple(code - op.TUPLE1 + 1);
          break;
        case op.APPEND: {
          const item = this.#pop();
          this.#list().push(item);
          break;
        }
        case op.APPENDS: {
          const items = this.#popMark();
          const list = this.#list();
          for (const item of items) list.push(item);
          break;
        }
        case op.EMPTY_DICT:
          stack.push(new Map());
          break;
        case op.SETITEM: {
          const value = this.#pop();
          const key = this.#pop();
          this.#setItems([key, value]);
          break;
        }
        case op.SETITEMS:
          this.#setItems(this.#popMark());
          break;
        case op.EMPTY_SET:
          stack.push(new Set());
          break;
        case op.ADDITEMS:
          this.#addItems(this.#popMark());
          break;
        case op.FROZENSET:
          stack.push(new Set(this.#popMark()));
          break;
        case op.GLOBAL: {
          const module = this.#input.line();
          this.#global(module, this.#input.line());
          break;
        }
        case op.STACK_GLOBAL: {
          const name = this.#pop();
          this.#global(this.#pop(), name);
          break;
        }
        case op.REDUCE:
        case op.NEWOBJ:
          this.#call();
          break;
        case op.NEWOBJ_EX: {
          const named = this.#pop();
          if (!(named instanceof Map) || named.size > 0)
            throw new PickleFault('it names arguments of a call');
          this.#call();
          break;
        }
        case op.BUILD:
          this.#build();
          break;
        case op.BINPERSID: {
          const id = this.#pop();
          if (this.#options.load === undefined) throw new PickleFault('it refers to objects outside of it');
          stack.push(this.#options.load(id));
          break;
        }
        case op.BINPUT:
          this.#put(this.#input.u8());
          break;
        case op.LONG_BINPUT:
          this.#put(this.#input.u32());
          break;
        case op.MEMOIZE:
          this.#put(this.#memo.size);
          break;
        case op.BINGET:
          this.#get(this.#input.u8());
          break;
        case op.LONG_BINGET:
          this.#get(this.#input.u32());
          break;
        default:
          throw new PickleFault(
            `its operation 0x${code.toString(16).padStart(2, '0')} at byte ${at} is unknown`,
          );
      }
    }
  }
}
