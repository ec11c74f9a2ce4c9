import { visageError } from '../../kernel/index.ts';

/** A value of a JSON file that somebody else may have written, with its path for messages: `detector.minScore`. */
export class Field {
  readonly value: unknown;
  readonly #file: string;
  readonly #path: string;

  /** @param file what errors call the file */
  constructor(value: unknown, file: string, path = '') {
    this.value = value;
    this.#file = file;
    this.#path = path;
  }

  /** @throws VisageError `PACK_INVALID` */
  fail(allowed: string, value: unknown = this.value): never {
    const text = JSON.stringify(value) ?? 'missing';
    const got = text.length > 80 ? `${text.slice(0, 77)}...` : text;
    const field = this.#path === '' ? 'the whole of it' : this.#path;
    throw visageError('PACK_INVALID', { path: this.#file, field, got, allowed });
  }

  get present(): boolean {
    return this.value !== undefined;
  }

  at(name: string | number): Field {
    const path =
      typeof name === 'number' ? `${this.#path}[${name}]` : this.#path ? `${this.#path}.${name}` : name;
    const owner = this.value as Readonly<Record<string | number, unknown>>;
    return new Field(Object.hasOwn(owner, name) ? owner[name] : undefined, this.#file, path);
  }

  /** The fields of an object that may have those of `names` and no others. */
  fields<const Name extends string>(names: readonly Name[]): Readonly<Record<Name, Field>> {
    if (typeof this.value !== 'object' || this.value === null || Array.isArray(this.value)) {
      this.fail(`an object with ${names.join(', ')}`);
    }
    const unknown = Object.keys(this.value).find((name) => !names.includes(name as Name));
    if (unknown !== undefined) this.at(unknown).fail(`no such field; fields here: ${names.join(', ')}`);
    return Object.fromEntries(names.map((name) => [name, this.at(name)])) as Record<Name, Field>;
  }

  /** Text of 1 to 4,096 characters. */
  text(): string {
    const { value } = this;
    return typeof value === 'string' && value !== '' && value.length <= 4096 ? value : this.fail('a text');
  }

  boolean(): boolean {
    return typeof this.value === 'boolean' ? this.value : this.fail('true, false');
  }

  /** A number from `min` to `max`. */
  number(min = -Number.MAX_VALUE, max = Number.MAX_VALUE): number {
    const { value } = this;
    if (typeof value === 'number' && value >= min && value <= max) return value;
    return this.fail(
      `a number${min === -Number.MAX_VALUE ? '' : ` from ${min}`}${max >= Number.MAX_SAFE_INTEGER ? '' : ` to ${max}`}`,
    );
  }

  integer(min: number, max = Number.MAX_SAFE_INTEGER): number {
    if (Number.isInteger(this.value)) return this.number(min, max);
    return this.fail(`a whole number from ${min}${max === Number.MAX_SAFE_INTEGER ? '' : ` to ${max}`}`);
  }

  choice<const Choice extends string>(choices: readonly Choice[]): Choice {
    return choices.includes(this.value as Choice) ? (this.value as Choice) : this.fail(choices.join(', '));
  }

  /** The elements of a list of `min` to `max`. */
  list(min: number, max: number): Field[] {
    const { value } = this;
    if (!Array.isArray(value) || value.length < min || value.length > max) {
      this.fail(min === max ? `a list of ${min}` : `a list of ${min} to ${max}`);
    }
    return (value as unknown[]).map((_, index) => this.at(index));
  }

  /** What `read` makes of it, by `name`; nothing where it is absent. */
  optional<const Name extends string, Value>(
    name: Name,
    read: (field: Field) => Value,
  ): { readonly [Key in Name]?: Value } {
    return (this.present ? { [name]: read(this) } : {}) as { readonly [Key in Name]?: Value };
  }
}

/** The content of a JSON file. @throws VisageError `PACK_INVALID` where it is no JSON */
export function parseJson(text: string, file: string): Field {
  try {
    return new Field(JSON.parse(text), file);
  } catch {
    return new Field(text, file).fail('JSON');
  }
}
