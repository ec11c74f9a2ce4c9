/** What is wrong with a JSON document and where: `model.weights[3]: expected 128 numbers, got 4`. */
export class JsonProblem extends Error {
  override readonly name = 'JsonProblem';
}

/** A value somewhere in a JSON document that nobody vouches for; each method checks before it gives. */
export class JsonNode {
  readonly value: unknown;
  /** The path to it, empty for the document itself. */
  readonly where: string;

  constructor(value: unknown, where: string = '') {
    this.value = value;
    this.where = where;
  }

  /** Ends reading with what was expected here. */
  fail(expected: string): never {
    throw new JsonProblem(
      `${this.where || 'the document'}: expected ${expected}, got ${inWords(this.value)}`,
    );
  }

  #record(): Readonly<Record<string, unknown>> {
    const { value } = this;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) this.fail('an object');
    return value as Readonly<Record<string, unknown>>;
  }

  /** The field `name`, which must be there. */
  at(name: string): JsonNode {
    const record = this.#record();
    const where = this.where === '' ? name : `${this.where}.${name}`;
    if (!Object.hasOwn(record, name)) throw new JsonProblem(`${where} is missing`);
    return new JsonNode(record[name], where);
  }

  /** Whether there is a field `name`. */
  has(name: string): boolean {
    return Object.hasOwn(this.#record(), name);
  }

  /** The elements of a list; exactly `count` of them where that is given. */
  items(count?: number): JsonNode[] {
    const { value } = this;
    if (!Array.isArray(value)) this.fail('a list');
    const list = value as unknown[];
    if (count !== undefined && list.length !== count) this.fail(`a list of ${count}`);
    return list.map((item, i) => new JsonNode(item, `${this.where}[${i}]`));
  }

  text(): string {
    const { value } = this;
    if (typeof value !== 'string') this.fail('a text');
    return value;
  }

  boolean(): boolean {
    const { value } = this;
    if (typeof value !== 'boolean') this.fail('true or false');
    return value;
  }

  /** A finite number in [min, max]. */
  number(min: number = -Infinity, max: number = Infinity): number {
    const { value } = this;
    const isIn = typeof value === 'number' && Number.isFinite(value) && value >= min && value <= max;
    if (!isIn) this.fail(range('a finite number', min, max));
    return value;
  }

  /** A whole number in [min, max]. */
  integer(min: number = 0, max: number = Number.MAX_SAFE_INTEGER): number {
    const value = this.number(-Infinity, Infinity);
    if (!Number.isSafeInteger(value) || value < min || value > max)
      this.fail(range('a whole number', min, max));
    return value;
  }

  choice<Choice extends string>(choices: readonly Choice[]): Choice {
    const { value } = this;
    if (!choices.includes(value as Choice)) this.fail(choices.map((choice) => `"${choice}"`).join(' or '));
    return value as Choice;
  }

  /** Exactly `count` finite numbers. */
  numbers(count: number): number[] {
    const { value } = this;
    const isList = Array.isArray(value) && value.length === count;
    if (!isList || !value.every((item) => Number.isFinite(item))) this.fail(`${count} finite numbers`);
    return value as number[];
  }

  /** Exactly `count` numbers that are finite as float32. */
  float32s(count: number): Float32Array {
    const row = Float32Array.from(this.numbers(count));
    if (!row.every((item) => Number.isFinite(item))) this.fail(`${count} numbers of float32`);
    return row;
  }
}

function range(kind: string, min: number, max: number): string {
  const low = min === -Infinity ? '' : ` from ${min}`;
  const high = max === Infinity || max === Number.MAX_SAFE_INTEGER ? '' : ` up to ${max}`;
  return kind + low + high;
}

function inWords(value: unknown): string {
  if (Array.isArray(value)) {
    const odd = value.find((item) => !Number.isFinite(item));
    return `a list of ${value.length}${odd === undefined ? '' : ` with ${inWords(odd)}`}`;
  }
  if (typeof value === 'string') return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}
