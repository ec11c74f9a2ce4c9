import { Option, type Command } from 'commander';
import {
  allowedValues,
  checkOptions,
  type NumberOption,
  type ChoiceOption,
  type BooleanOption,
  type OptionSchema,
  type OptionsOf,
} from '../kernel/index.ts';

/** `maxDistance` → `--max-distance`; a single letter stays as the field writes it: `C` → `--C`. */
const flagName = (option: string): string =>
  `--${option.replace(/(?<=[a-z0-9])[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** A word that is no number stays text: the check then shows what was typed. */
const numberOrText = (text: string): number | string =>
  text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text;

function commandOption(
  name: string,
  option: NumberOption | ChoiceOption | BooleanOption,
  defaultInWords: string | undefined,
): Option {
  const flag = flagName(name);
  // A sentence on its own in the schema, an entry of a list in the help.
  const description = option.description
    .replace(/\.$/, '')
    .replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase());
  if (option.type === 'boolean') {
    // On by default: the flag that can be given is the one that turns it off.
    return new Option(option.default ? flag.replace('--', '--no-') : flag, description);
  }
  const value = option.type === 'choice' ? '<choice>' : '<number>';
  const words = defaultInWords === undefined ? '' : ` (default: ${defaultInWords})`;
  const made = new Option(`${flag} ${value}`, `${description} (${allowedValues(option)})${words}`);
  // The value is checked with the schema, all options at once, so that a library user and a
  // command-line user read the same sentence.
  if (option.type === 'number') made.argParser(numberOrText);
  return defaultInWords === undefined ? made.default(option.default) : made;
}

/**
 * Adds a flag for every option of `schema`.
 * @param defaultsInWords for options whose default is found out only when the verb runs; until somebody
 *   gives them commander knows no value for them
 */
export function addFlags(
  command: Command,
  schema: OptionSchema,
  defaultsInWords: Readonly<Record<string, string>> = {},
): Command {
  for (const [name, option] of Object.entries(schema)) {
    command.addOption(commandOption(name, option, defaultsInWords[name]));
  }
  return command;
}

/**
 * The checked options of `schema` out of what commander parsed; other flags are left alone.
 * @throws VisageError `OPTION_INVALID`, naming the flag as it is typed
 */
export function readFlags<const Schema extends OptionSchema>(
  command: Command,
  schema: Schema,
): OptionsOf<Schema> {
  const parsed = command.opts<Record<string, unknown>>();
  const names = Object.keys(schema);
  const byFlag = Object.fromEntries(names.map((name) => [flagName(name), schema[name]!]));
  const given = Object.fromEntries(names.map((name) => [flagName(name), parsed[name]]));
  const checked: Readonly<Record<string, unknown>> = checkOptions(`visage ${command.name()}`, byFlag, given);
  return Object.fromEntries(names.map((name) => [name, checked[flagName(name)]])) as OptionsOf<Schema>;
}
