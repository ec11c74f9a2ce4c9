import { compareCodePoints, visageError } from '../kernel/index.ts';

/**
 * Turns names into class numbers 0…k−1 and back; after scikit-learn's `LabelEncoder`: the distinct
 * names sorted by Unicode code point.
 */
export class LabelEncoder {
  /** The names in class order. */
  readonly classes: readonly string[];
  readonly #numbers: ReadonlyMap<string, number>;

  /** @param names any texts, in any order, repeated or not. */
  constructor(names: Iterable<string>) {
    this.classes = [...new Set(names)].sort(compareCodePoints);
    this.#numbers = new Map(this.classes.map((name, i) => [name, i]));
  }

  /**
   * The class number of `name`.
   * @throws VisageError `LABEL_UNKNOWN`
   */
  encode(name: string): number {
    const number = this.#numbers.get(name);
    if (number === undefined) throw this.#unknown(JSON.stringify(shorten(name)));
    return number;
  }

  /** The class number of each name. @throws VisageError `LABEL_UNKNOWN` */
  encodeAll(names: readonly string[]): Uint32Array {
    return Uint32Array.from(names, (name) => this.encode(name));
  }

  /** The name of a class number. @throws VisageError `LABEL_UNKNOWN` */
  decode(number: number): string {
    const name = this.classes[number];
    if (name === undefined) throw this.#unknown(`number ${number}`);
    return name;
  }

  #unknown(got: string): Error {
    const shown = this.classes.slice(0, 5).map(shorten).join(', ');
    const more = this.classes.length > 5 ? `, and ${this.classes.length - 5} more` : '';
    return visageError('LABEL_UNKNOWN', { got, allowed: shown === '' ? 'none' : shown + more });
  }
}

const shorten = (name: string): string => (name.length > 60 ? `${name.slice(0, 60)}…` : name);
