import { visageError } from '../kernel/index.ts';

/** One image of Labeled Faces in the Wild. */
export interface LfwImage {
  /** As the folder is called: `Abel_Pacheco`. */
  readonly person: string;
  /** From 1. */
  readonly number: number;
}

export interface LfwPair {
  readonly first: LfwImage;
  readonly second: LfwImage;
  readonly same: boolean;
  /** From 0. */
  readonly fold: number;
}

/** Where LFW keeps an image: `Abel_Pacheco/Abel_Pacheco_0001.jpg`. */
export function lfwImagePath({ person, number }: LfwImage): string {
  return `${person}/${person}_${String(number).padStart(4, '0')}.jpg`;
}

/**
 * Reads `pairs.txt`: a line `10⇥300` (folds, and pairs of each kind in a fold), then for every fold 300
 * lines `name⇥n⇥m` (one person) and 300 lines `name⇥n⇥name⇥m` (two people). A first line with one
 * number means one fold, as in `pairsDevTest.txt`. CRLF and blank lines at the end are accepted.
 * @param path only for error messages.
 * @returns the pairs in the order of the file.
 * @throws VisageError `FORMAT_INVALID` that names the line
 */
export function parseLfwPairs(text: string, path: string = 'pairs.txt'): LfwPair[] {
  const fail = (line: number, problem: string): never => {
    throw visageError('FORMAT_INVALID', { path, format: 'LFW pairs', reason: `line ${line}: ${problem}` });
  };
  const lines = text
    .replace(/^\uFEFF/, '')
    .trimEnd()
    .split(/\r?\n/);
  const count = (value: string | undefined, line: number): number => {
    if (value === undefined || !/^[1-9]\d{0,5}$/.test(value)) {
      fail(line, `${quote(value ?? '')} is not a whole number from 1 to 999999`);
    }
    return Number(value);
  };

  const header = lines[0]!.split('\t');
  if (header.length > 2) fail(1, 'expected the number of folds and of pairs, separated by a tab');
  const perKind = count(header[header.length - 1], 1);
  const folds = header.length === 2 ? count(header[0], 1) : 1;
  const expected = folds * perKind * 2;
  if (lines.length - 1 !== expected) {
    fail(
      Math.min(lines.length, expected + 1),
      `expected ${expected} pairs, the file has ${lines.length - 1}`,
    );
  }

  return lines.slice(1).map((line, index) => {
    const at = index + 2;
    const fields = line.split('\t');
    const same = index % (2 * perKind) < perKind;
    if (fields.length !== (same ? 3 : 4)) {
      fail(
        at,
        `expected ${same ? 'name, number, number' : 'name, number, name, number'}, got ${quote(line)}`,
      );
    }
    const person = fields[0]!;
    const otherPerson = same ? person : fields[2]!;
    // A name becomes part of a path.
    for (const name of [person, otherPerson]) {
      if (!/^[^\s/\\]+$/.test(name) || /^\.+$/.test(name)) fail(at, `${quote(name)} is not a name`);
    }
    if (!same && person === otherPerson) fail(at, `${quote(person)} stands for two people`);
    return {
      first: { person, number: count(fields[1], at) },
      second: { person: otherPerson, number: count(fields[same ? 2 : 3], at) },
      same,
      fold: Math.floor(index / (2 * perKind)),
    };
  });
}

const quote = (text: string): string => JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
