import { visageError } from '../kernel/index.ts';

/** Longest name in Unicode code points. */
const mostCharacters = 200;

/**
 * Control characters, halves of surrogate pairs, line and paragraph separators, and the marks that turn
 * the direction of text, which can make one name look like another. The joiners inside emoji are allowed.
 */
const forbidden = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u;
const visible = /[\p{L}\p{N}\p{P}\p{S}]/u;

export interface PersonName {
  /** As it is shown: composed (Unicode NFC), without white space around it. */
  readonly name: string;
  /** Equal for two names that are the same: the name without regard to upper and lower case. */
  readonly key: string;
}

/**
 * Checks a name. A name is text and nothing else: slashes, dots, quotes and emoji are as good as letters.
 * Names that differ only in case or in how accents are composed are the same, since people write
 * the same name so; `Anna` cannot be there beside `ANNA`. Case is compared by Unicode's full mappings,
 * independent of language (`Strauß` is `STRAUSS`).
 * @throws VisageError `PERSON_NAME_INVALID`
 */
export function personName(given: string): PersonName {
  if (typeof given !== 'string') throw invalid(typeof given, 'it is not a text');
  const name = given.trim().normalize('NFC');
  const characters = Array.from(name).length;
  const got = JSON.stringify(characters > 60 ? `${Array.from(name).slice(0, 60).join('')}…` : name);
  if (characters > mostCharacters) {
    throw invalid(got, `it has ${characters} characters, of which at most ${mostCharacters} are allowed`);
  }
  if (forbidden.test(name)) throw invalid(got, 'it holds control characters');
  if (!visible.test(name)) throw invalid(got, 'it holds nothing that can be seen');
  // Up, then down: some letters have several small forms of one capital (σ, ς; ß, ss).
  return { name, key: name.toUpperCase().toLowerCase().normalize('NFC') };
}

const invalid = (got: string, reason: string): Error =>
  visageError('PERSON_NAME_INVALID', { got, reason, allowed: mostCharacters });
