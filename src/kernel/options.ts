import { visageError } from './errors.ts';

/**
 * Option schemas: constraints are data. One schema gives the type, the check, the message, the
 * command-line flag and the documentation row (after scikit-learn's `_parameter_constraints`).
 */
export interface NumberOption {
  readonly type: 'number';
  readonly default: number;
  readonly description: string;
  /** Smallest allowed value; `exclusiveMin` excludes the bound itself. */
  readonly min?: number;
  readonly exclusiveMin?: number;
  readonly max?: number;
  readonly integer?: boolean;
}
export interface ChoiceOption<Choice extends string = string> {
  readonly type: 'choice';
  readonly choices: readonly Choice[];
  readonly default: Choice;
  readonly description: string;
}
export interface BooleanOption {
  readonly type: 'boolean';
  readonly default: boolean;
  readonly description: string;
}
export type OptionSchema = Readonly<Record<string, NumberOption | ChoiceOption | BooleanOption>>;

/** The checked, complete options of a schema. */
export type OptionsOf<Schema extends OptionSchema> = {
  readonly [Name in keyof Schema]: Schema[Name] extends ChoiceOption<infer Choice>
    ? Choice
    : Schema[Name] extends NumberOption
      ? number
      : boolean;
};

/** What an option allows, in words: used by the error message, `--help` and the documentation. */
export function allowedValues(option: NumberOption | ChoiceOption | BooleanOption): string {
  if (option.type === 'choice') return option.choices.join(', ');
  if (option.type === 'boolean') return 'true, false';
  const kind = option.integer ? 'a whole number' : 'a number';
  const low =
    option.exclusiveMin !== undefined
      ? ` above ${option.exclusiveMin}`
      : option.min !== undefined
        ? ` from ${option.min}`
        : '';
  const high = option.max === undefined ? '' : low === '' ? ` up to ${option.max}` : ` to ${option.max}`;
  return kind + low + high;
}

function isAllowed(option: NumberOption | ChoiceOption | BooleanOption, value: unknown): boolean {
  if (option.type === 'choice') return typeof value === 'string' && option.choices.includes(value);
  if (option.type === 'boolean') return typeof value === 'boolean';
  return (
    typeof value === 'number' &&
    Number.isFinite(value) &&
    (!option.integer || Number.isInteger(value)) &&
    value >= (option.min ?? -Infinity) &&
    value > (option.exclusiveMin ?? -Infinity) &&
    value <= (option.max ?? Infinity)
  );
}

/**
 * Checks `given` against `schema` and fills in the defaults. `undefined` counts as not given.
 * @param owner who is asking, e.g. `SVC` or `visage train`; stands first in the message.
 * @throws VisageError `OPTION_INVALID`, `OPTION_UNKNOWN`
 */
export function checkOptions<const Schema extends OptionSchema>(
  owner: string,
  schema: Schema,
  given: Readonly<Record<string, unknown>> = {},
): OptionsOf<Schema> {
  for (const option of Object.keys(given)) {
    if (!(option in schema)) {
      throw visageError('OPTION_UNKNOWN', { owner, option, allowed: Object.keys(schema).join(', ') });
    }
  }
  const checked: Record<string, unknown> = {};
  for (const [name, option] of Object.entries(schema)) {
    const value = given[name] ?? option.default;
    if (!isAllowed(option, value)) {
      const got = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? typeof value);
      throw visageError('OPTION_INVALID', { owner, option: name, got, allowed: allowedValues(option) });
    }
    checked[name] = value;
  }
  return checked as OptionsOf<Schema>;
}
